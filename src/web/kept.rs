//! Tells each page of the saved views of whoever looks at it.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::state::Views;
use crate::accounts::Who;
use crate::domain::Timestamp;
use crate::http::kept::{Keepable, Kept, Pinned, answered};
use crate::insights::saved_views::{Place, href, may_share, sees, today};

/// Views of the side bar at most.
const MOST_PINNED: usize = 12;

/// Makes a page that knows them. Without ClickHouse's answer it has none: a page is not refused for that.
pub(crate) async fn along(State(views): State<Views>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_page = request.method() == Method::GET
        && !path.starts_with("/api/")
        && !matches!(path, "/live" | "/suggest" | "/start");
    let who = request.extensions().get::<Who>().cloned();
    let Some(who) = who.filter(|_| is_page) else { return next.run(request).await };
    let today = today(Timestamp((views.clock)()), &views.defaults.zone);
    let saved = views.store.saved_views().await.unwrap_or_default();
    let pinned = saved.iter().filter(|view| view.is_pinned && sees(&who, view));
    let pinned = pinned.take(MOST_PINNED);
    let pinned = pinned.map(|view| Pinned { name: view.name.clone(), href: href(view, today) });
    let address = request.uri().path_and_query().map_or("/", |address| address.as_str());
    let page = Place::of(address, true, today).map(|place| Keepable {
        address: address.to_owned(),
        has_days: place.days > 0,
        may_share: may_share(&who),
    });
    let kept = Kept { pinned: pinned.collect(), page };
    answered(kept, next.run(request)).await
}
