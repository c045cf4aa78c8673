//! The views as far as whoever asks may see: somebody who is limited to Pages sees their rows alone.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::state::Views;
use crate::accounts::Who;
use crate::http::problem::Problem;

/// The views, with the rows that the asker may see.
pub(crate) struct Allowed(pub Views);

impl FromRequestParts<Views> for Allowed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, views: &Views) -> Result<Self, Problem> {
        let Some(who) = parts.extensions.get::<Who>() else {
            // A route without the guard: nobody is told anything.
            let text = "This server does not know who asks.".to_owned();
            return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, text));
        };
        let mut views = views.clone();
        views.store = views.store.within(views.bounds);
        if let Some(pages) = &who.pages {
            views.store = views.store.of_pages(pages);
        }
        Ok(Self(views))
    }
}
