//! The views as far as whoever asks may see: somebody who is limited to Pages sees their rows alone.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::state::Views;
use crate::accounts::Who;
use crate::http::problem::Problem;

/// Routes whose figures can be those of some Pages; what stands not here tells of all, or changes something.
const BY_PAGE: [&str; 33] = [
    "/",
    "/live",
    "/funnels",
    "/funnels/build",
    "/funnels/people",
    "/ads",
    "/attribution",
    "/links",
    "/conversations",
    "/conversations/rows",
    "/attribution/touchpoints",
    "/cohorts",
    "/people/{page}/{id}",
    "/reference",
    "/api/v1/openapi.json",
    "/api/v1/funnels",
    "/api/v1/funnels/preview",
    "/api/v1/funnels/{name}",
    "/api/v1/funnels/{name}/comparison",
    "/api/v1/funnels/{name}/drivers",
    "/api/v1/funnels/{name}/flows",
    "/api/v1/funnels/{name}/people",
    "/api/v1/sequences",
    "/api/v1/cohorts",
    "/api/v1/conversations",
    "/api/v1/touchpoints",
    "/api/v1/conversions",
    "/api/v1/people/{page}/{id}",
    "/api/v1/ads",
    "/api/v1/links",
    "/api/v1/response-times",
    "/api/v1/attribution",
    "/api/v1/attribution/journeys",
];

/// Whether somebody who is limited to Pages may ask it; `path` as it is routed.
pub(crate) fn is_by_page(path: &str) -> bool {
    BY_PAGE.contains(&path)
}

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
