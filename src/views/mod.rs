//! Renderings of one analysis result: dashboard, API, CSV, XLSX, Parquet, Arrow, charts and terminal tables.
//!
//! A view reads and never writes. Each takes a question, has it answered by [`crate::insights`], and renders what comes
//! back.

mod access;
mod allowed;
mod api;
mod dashboard;
mod fresh;
mod live;
mod needs;
mod openapi;
mod parameters;
mod qr;
mod request;

use std::sync::Arc;

use axum::routing::{get, post};
use axum::{Router, middleware};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Accounts;
use crate::analysis::Funnels;
use crate::domain::Links;
use crate::http::locale;
use crate::http::rate_limit::{self, Limit};
use crate::incoming;
use crate::insights::links::short_address;
use crate::insights::query::Defaults;
use crate::store::{Bounds, MessagingWindow, Store};
pub use access::may_know;
use api::{
    ads, attribution, audience, data_quality, funnel_people, funnels, links, lists, reconciliation,
    response_times, retention, sequences,
};
pub use needs::route_needs;

/// What the views need to know.
#[derive(Debug, Clone)]
pub struct Views {
    /// Where the events are.
    pub store: Store,
    /// What holds where a question does not say otherwise.
    pub defaults: Defaults,
    /// Who may look.
    pub accounts: Accounts,
    /// How much may be asked.
    pub limit: Limit,
    /// Funnels of one's own.
    pub funnels: Arc<Funnels>,
    /// The link registry.
    pub links: watch::Receiver<Arc<Links>>,
    /// Address under which the server is reached.
    pub public_url: Option<String>,
    /// How long a business may answer freely.
    pub window: MessagingWindow,
    /// UTC milliseconds, now.
    pub clock: fn() -> i64,
    /// What one question may take.
    pub bounds: Bounds,
    /// Ends answers that never end by themselves.
    pub stop: CancellationToken,
}

impl Views {
    /// The tracked address of a link, if it is known under which address we are reached.
    fn short_address(&self, slug: &str) -> Option<String> {
        self.public_url.as_deref().map(|url| short_address(url, slug))
    }
}

/// Routes that open to whoever may look.
pub fn guarded(routes: Router, views: &Views) -> Router {
    routes
        .route_layer(middleware::from_fn_with_state(views.limit.clone(), rate_limit::worked_at))
        .route_layer(middleware::from_fn(incoming::of_known))
        .route_layer(middleware::from_fn(parameters::known))
        .route_layer(middleware::from_fn_with_state(views.clone(), access::guard))
}

/// The questions of the API, with their descriptions.
fn questions() -> OpenApiRouter<Views> {
    OpenApiRouter::new()
        .routes(routes!(funnels::funnels))
        .routes(routes!(funnels::preview))
        .routes(routes!(funnels::funnel))
        .routes(routes!(funnels::comparison))
        .routes(routes!(funnels::drivers))
        .routes(routes!(funnels::flows))
        .routes(routes!(funnel_people::people))
        .routes(routes!(sequences::sequences))
        .routes(routes!(retention::cohorts))
        .routes(routes!(lists::conversations))
        .routes(routes!(lists::conversions))
        .routes(routes!(lists::touchpoints))
        .routes(routes!(lists::feedback))
        .routes(routes!(lists::person))
        .routes(routes!(reconciliation::reconciliation))
        .routes(routes!(ads::ads))
        .routes(routes!(links::links))
        .routes(routes!(response_times::response_times))
        .routes(routes!(audience::audience))
        .routes(routes!(data_quality::quality))
        .routes(routes!(attribution::attribution))
        .routes(routes!(attribution::comparison))
        .routes(routes!(attribution::costs))
        .routes(routes!(attribution::journeys))
}

/// The routes of dashboard and API; `others` describe what other rooms add to the API.
pub fn router(views: Views, others: Vec<OpenApi>) -> Router {
    let (questions, description) = questions().split_for_parts();
    let document = openapi::described(std::iter::once(description).chain(others));
    let descriptions = Router::new()
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/reference", get(openapi::reference))
        .with_state(document);
    let fresh = fresh::Fresh::new(views.store.clone());
    let guarded = questions
        .route("/", get(dashboard::overview))
        .route("/live", get(live::live))
        .route("/funnels", get(dashboard::funnels))
        .route("/funnels/build", get(dashboard::build))
        .route("/funnels/people", get(dashboard::people))
        .route("/ads", get(dashboard::ads))
        .route("/attribution", get(dashboard::attribution))
        .route("/links", get(dashboard::links))
        .route("/links/new", get(dashboard::new_link))
        .route("/links/{slug}/edit", get(dashboard::edit_link))
        .route("/conversations", get(dashboard::conversations))
        .route("/conversations/rows", get(dashboard::rows))
        .route("/attribution/touchpoints", get(dashboard::touchpoints))
        .route("/cohorts", get(dashboard::cohorts))
        .route("/people/{page}/{id}", get(dashboard::person))
        .route("/audience", get(dashboard::audience))
        .route("/quality", get(dashboard::quality))
        .merge(descriptions)
        .route_layer(middleware::from_fn_with_state(views.limit.clone(), rate_limit::worked_at))
        .route_layer(middleware::from_fn(incoming::of_known))
        .route_layer(middleware::from_fn(parameters::known))
        .route_layer(middleware::from_fn_with_state(fresh, fresh::tagged))
        .route_layer(middleware::from_fn_with_state(views.clone(), access::guard));
    Router::new()
        .merge(guarded)
        .route("/language", post(locale::choose).layer(middleware::from_fn(incoming::of_strangers)))
        .route("/assets/style.css", get(dashboard::style_sheet))
        .route("/assets/live.js", get(dashboard::live_script))
        .route("/assets/in_place.js", get(dashboard::in_place_script))
        .fallback(access::not_found)
        .with_state(views.clone())
        // As public as the links themselves, and without figures.
        .merge(qr::router(views))
        .layer(CompressionLayer::new())
}
