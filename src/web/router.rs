//! The routes of dashboard and API.

use std::sync::Arc;

use axum::routing::{get, post};
use axum::{Router, middleware};
use serde_json::Value;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::api::{
    ads, annotations, attribution, audience, data_quality, funnel_people, funnels, links, lists,
    live, message_costs, openapi, qr, reconciliation, response_times, retention, sequences,
    stored_funnels, workspaces,
};
use super::dashboard;
use super::state::Views;
use super::{filter_form, guard, kept, page_cache, parameter_check};
use crate::http::{locale, rate_limit};
use crate::incoming;

/// Routes that open to whoever may look.
pub fn guarded(routes: Router, views: &Views) -> Router {
    routes
        .route_layer(middleware::from_fn_with_state(views.limit.clone(), rate_limit::worked_at))
        .route_layer(middleware::from_fn(incoming::of_known))
        .route_layer(middleware::from_fn(parameter_check::known))
        .route_layer(middleware::from_fn_with_state(views.clone(), kept::along))
        .route_layer(middleware::from_fn_with_state(views.clone(), guard::guard))
}

/// A route that asks the questions of [`asked`] itself. It takes no turn: each of its questions takes one.
pub(crate) fn guarded_asker(routes: Router, views: &Views) -> Router {
    routes
        .route_layer(middleware::from_fn(incoming::of_known))
        .route_layer(middleware::from_fn_with_state(views.clone(), guard::guard))
}

/// The questions of the API and their description, for a room that asks them inside this process.
pub(crate) fn asked(views: &Views) -> (Router, Arc<Value>) {
    let (questions, description) = questions().split_for_parts();
    let questions = questions.with_state(views.clone());
    (guarded(questions, views), openapi::described([description]))
}

/// The questions of the API, with their descriptions.
fn questions() -> OpenApiRouter<Views> {
    OpenApiRouter::new()
        .routes(routes!(funnels::funnels, stored_funnels::make))
        .routes(routes!(funnels::preview))
        .routes(routes!(funnels::funnel, stored_funnels::change, stored_funnels::archive))
        .routes(routes!(stored_funnels::changes))
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
        .routes(routes!(annotations::annotations))
        .routes(routes!(message_costs::message_costs))
        .routes(routes!(response_times::response_times))
        .routes(routes!(audience::audience))
        .routes(routes!(data_quality::quality))
        .routes(routes!(attribution::attribution))
        .routes(routes!(attribution::comparison))
        .routes(routes!(attribution::costs))
        .routes(routes!(attribution::journeys))
        .routes(routes!(workspaces::workspaces))
}

/// The routes of dashboard and API; `others` describe what other rooms add to the API.
pub fn router(views: Views, others: Vec<OpenApi>) -> Router {
    let (questions, description) = questions().split_for_parts();
    let document = openapi::described(std::iter::once(description).chain(others));
    let descriptions = Router::new()
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/reference", get(openapi::reference))
        .with_state(document);
    let fresh = page_cache::PageCache::new(views.store.clone());
    let guarded = questions
        .route("/", get(dashboard::overview::page::overview))
        .route("/live", get(live::live))
        .route("/find", get(dashboard::find::find))
        .route("/suggest", get(dashboard::suggest::suggest))
        .route("/funnels", get(dashboard::funnels::handlers::funnels))
        .route("/funnels/build", get(dashboard::funnels::handlers::build))
        .route(
            "/funnels/stored",
            get(dashboard::funnels::stored::list).post(dashboard::funnels::stored::save),
        )
        .route("/funnels/stored/{name}", get(dashboard::funnels::stored::one))
        .route("/funnels/stored/{name}/archive", post(dashboard::funnels::stored::archive))
        .route("/funnels/stored/{name}/restore", post(dashboard::funnels::stored::restore))
        .route("/funnels/people", get(dashboard::funnels::people::people))
        .route("/ads", get(dashboard::ads::page::ads))
        .route("/ads/{id}", get(dashboard::ads::ad::ad))
        .route("/attribution", get(dashboard::attribution::page::attribution))
        .route("/links", get(dashboard::links::page::links))
        .route("/links/new", get(dashboard::links::form::new_link))
        .route("/links/{slug}/edit", get(dashboard::links::form::edit_link))
        .route("/conversations", get(dashboard::response_times::page::conversations))
        .route("/conversations/rows", get(dashboard::lists::conversations::rows))
        .route("/attribution/touchpoints", get(dashboard::lists::touchpoints::touchpoints))
        .route("/cohorts", get(dashboard::retention::page::cohorts))
        .route("/people/{page}/{id}", get(dashboard::person::page::person))
        .route("/audience", get(dashboard::audience::page::audience))
        .route("/quality", get(dashboard::data_quality::page::quality))
        .route("/workspaces", get(dashboard::workspaces::page::workspaces))
        .route(
            "/connect",
            get(dashboard::connect::page::connect).post(dashboard::connect::page::make),
        )
        .route("/connect/{name}/revoke", post(dashboard::connect::page::revoke))
        .merge(descriptions)
        .route_layer(middleware::from_fn(filter_form::to_filter))
        .route_layer(middleware::from_fn_with_state(views.limit.clone(), rate_limit::worked_at))
        .route_layer(middleware::from_fn(incoming::of_known))
        .route_layer(middleware::from_fn(parameter_check::known))
        .route_layer(middleware::from_fn_with_state(views.clone(), kept::along))
        .route_layer(middleware::from_fn_with_state(fresh, page_cache::tagged))
        .route_layer(middleware::from_fn_with_state(views.clone(), guard::guard));
    Router::new()
        .merge(guarded)
        .route("/language", post(locale::choose).layer(middleware::from_fn(incoming::of_strangers)))
        .route("/assets/{name}", get(dashboard::assets::asset))
        .fallback(guard::not_found)
        .with_state(views.clone())
        // As public as the links themselves, and without figures.
        .merge(qr::router(views))
        .layer(CompressionLayer::new())
}
