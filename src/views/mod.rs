//! Renderings of one analysis result: dashboard, API, CSV, XLSX, Parquet, Arrow, charts and terminal tables.
//!
//! A view reads and never writes. Each takes a [`Question`], has it [`answered`](answer) by the
//! store and the analysis, and renders what comes back.

mod access;
mod ads;
mod answer;
mod api;
mod audience;
mod chart;
mod charts;
mod cursor;
mod dashboard;
mod format;
pub mod frames;
mod fresh;
mod funnels;
mod limits;
mod links;
mod own_page;
mod picture;
mod problem;
mod qr;
mod quality;
mod question;
mod reconciliation;
mod render;
mod responses;
mod rows;
mod sankey;
pub mod table;
pub mod topic;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use tokio::sync::watch;
use tower_http::compression::CompressionLayer;

use crate::analysis::{Funnels, STAGES};
use crate::domain::Links;
use crate::store::{MessagingWindow, Store};
pub use access::{Access, Scope, Token};
pub use ads::{ads_frame, answer_ads};
pub use answer::{
    AnswerError, answer_attribution, answer_comparison, answer_costs, answer_funnel,
    answer_journeys, answer_own_funnel, credit_by_all_models, credit_by_model,
};
pub use audience::{AudienceReport, answer_audience};
pub use dashboard::{html, words};
pub use format::Format;
pub use funnels::{Cohort, answer_cohorts, answer_drivers, answer_verdicts};
pub use limits::Limit;
pub use links::{LinkFigures, LinksReport, answer_links, short_address};
pub use problem::Problem;
pub use quality::{QualityReport, answer_quality};
pub use question::{Asked, AskedCredit, Credit, Defaults, Misunderstood, Question};
pub use reconciliation::{ReconciliationReport, answer_reconciliation};
pub use responses::{ResponseReport, answer_responses};

/// The steps of a funnel that conversations take, in order.
fn conversation_steps() -> impl Iterator<Item = &'static str> {
    std::iter::once("opened").chain(STAGES)
}

/// What the views need to know.
#[derive(Debug, Clone)]
pub struct Views {
    /// Where the events are.
    pub store: Store,
    /// What holds where a question does not say otherwise.
    pub defaults: Defaults,
    /// Who may look.
    pub access: Access,
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
}

impl Views {
    /// The tracked address of a link, if it is known under which address we are reached.
    fn short_address(&self, slug: &str) -> Option<String> {
        self.public_url.as_deref().map(|url| links::short_address(url, slug))
    }
}

/// Routes that open to whoever may look.
pub fn guarded(routes: Router, views: &Views) -> Router {
    routes.route_layer(middleware::from_fn_with_state(views.clone(), access::guard))
}

/// The routes of dashboard and API.
pub fn router(views: Views) -> Router {
    let guarded = Router::new()
        .route("/", get(dashboard::overview))
        .route("/api/v1/funnels", get(api::funnels))
        .route("/api/v1/funnels/preview", post(api::preview))
        .route("/api/v1/funnels/{name}", get(api::funnel))
        .route("/api/v1/funnels/{name}/comparison", get(funnels::comparison))
        .route("/api/v1/funnels/{name}/drivers", get(funnels::drivers))
        .route("/api/v1/funnels/{name}/flows", get(funnels::flows))
        .route("/api/v1/funnels/{name}/people", get(funnels::people))
        .route("/api/v1/sequences", get(funnels::sequences))
        .route("/api/v1/cohorts", get(funnels::cohorts))
        .route("/funnels", get(dashboard::funnels))
        .route("/ads", get(dashboard::ads))
        .route("/attribution", get(dashboard::attribution))
        .route("/links", get(dashboard::links))
        .route("/links/new", get(dashboard::new_link))
        .route("/links/{slug}/edit", get(dashboard::edit_link))
        .route("/conversations", get(dashboard::conversations))
        .route("/audience", get(dashboard::audience))
        .route("/quality", get(dashboard::quality))
        .route("/api/v1/conversations", get(rows::conversations))
        .route("/api/v1/conversions", get(rows::conversions))
        .route("/api/v1/reconciliation", get(reconciliation::reconciliation))
        .route("/api/v1/feedback", get(rows::feedback))
        .route("/api/v1/touchpoints", get(rows::touchpoints))
        .route("/api/v1/people/{page}/{id}", get(rows::person))
        .route("/api/v1/ads", get(ads::ads))
        .route("/api/v1/links", get(links::links))
        .route("/api/v1/response-times", get(responses::response_times))
        .route("/api/v1/audience", get(audience::audience))
        .route("/api/v1/quality", get(quality::quality))
        .route("/api/v1/attribution", get(api::attribution))
        .route("/api/v1/attribution/comparison", get(api::comparison))
        .route("/api/v1/attribution/costs", get(api::costs))
        .route("/api/v1/attribution/journeys", get(api::journeys))
        .route_layer(middleware::from_fn(fresh::tagged))
        .route_layer(middleware::from_fn_with_state(views.clone(), access::guard));
    Router::new()
        .merge(guarded)
        // As public as the links themselves, and without figures.
        .route("/l/{slug}/qr.svg", get(qr::svg))
        .route("/l/{slug}/qr.png", get(qr::png))
        .route("/assets/style.css", get(dashboard::style_sheet))
        .fallback(problem::not_found)
        .layer(CompressionLayer::new())
        .with_state(views)
}
