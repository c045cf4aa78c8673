//! The views as far as whoever asks may see: a member of a workspace sees its rows alone, by the days of its zone.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::state::Views;
use crate::http::own::Own;
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
        let Own(mut views) = Own::from_request_parts(parts, views).await?;
        views.store = views.store.within(views.bounds);
        Ok(Self(views))
    }
}
