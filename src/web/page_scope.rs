//! The views as far as whoever asks may see: somebody who is limited to Pages sees their rows alone.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::state::Views;
use crate::accounts::Who;
use crate::http::problem::Problem;
use crate::insights::error::AnswerError;

/// The views, with the rows that the asker may see.
pub(crate) struct Allowed(pub Views);

/// The same, with the stored funnels beside those of files.
pub(crate) struct WithFunnels(pub Views);

impl FromRequestParts<Views> for WithFunnels {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, views: &Views) -> Result<Self, Problem> {
        let Allowed(mut views) = Allowed::from_request_parts(parts, views).await?;
        let all = views.stored_funnels.beside(&views.funnels, &views.store).await;
        views.funnels = all.map_err(AnswerError::from)?;
        Ok(Self(views))
    }
}

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
