//! Tells open pages that there are new figures, as server-sent events: they fetch themselves again.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::http::problem::Problem;
use crate::http::stream::Streamed;
use crate::web::page_scope::Allowed;
use crate::web::state::Views;

/// How often it is looked for news.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Pages that are told; more show what they were loaded with.
const MOST: usize = 200;

struct Watch {
    views: Views,
    /// When conversations were last made, and how much was not understood, as the page knows it.
    seen: Option<(i64, u64)>,
    _place: SemaphorePermit<'static>,
}

/// `GET /live`: an event `news` with the time up to which conversations are made (UTC milliseconds), at first and
/// whenever it moves on.
pub(crate) async fn live(Allowed(views): Allowed) -> Response {
    static PLACES: Semaphore = Semaphore::const_new(MOST);
    let Ok(place) = PLACES.try_acquire() else {
        let text = format!("More than {MOST} pages are open; this one has to be reloaded.");
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    };
    let watch = Watch { views, seen: None, _place: place };
    let news = Sse::new(stream::unfold(watch, next)).keep_alive(KeepAlive::default());
    let mut answer = news.into_response();
    answer.extensions_mut().insert(Streamed);
    answer
}

async fn next(mut watch: Watch) -> Option<(Result<Event, Infallible>, Watch)> {
    loop {
        let stop = watch.views.stop.clone();
        if watch.seen.is_some() {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => return None,
            }
        }
        // A ClickHouse that is away may come back.
        let Ok(state) = watch.views.store.collection_state().await else {
            watch.seen.get_or_insert_default();
            continue;
        };
        let now = (state.made_at, state.quarantined);
        if watch.seen.replace(now) != Some(now) {
            return Some((
                Ok(Event::default().event("news").data(state.made_at.to_string())),
                watch,
            ));
        }
    }
}
