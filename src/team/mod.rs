//! What a team writes down beside the figures: annotations, goals, and views of them.

mod annotations;
mod back;
mod goals;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::alerting::Alerting;
use crate::domain::{Timestamp, Workspace};
use crate::http::own::OfWorkspace;
use crate::http::problem::Problem;
use crate::language::say;
use crate::store::{Store, StoreError};

/// What the team's routes need.
#[derive(Debug, Clone)]
pub struct Team {
    /// Where it is kept.
    pub store: Store,
    /// The same, whatever the workspace: who is a user at all.
    pub whole: Store,
    /// Figures by their names, which goals have too.
    pub alerting: Alerting,
    /// The zone of days.
    pub zone: jiff::tz::TimeZone,
    /// UTC milliseconds, now.
    pub clock: fn() -> i64,
}

impl OfWorkspace for Team {
    fn of_workspace(&self, workspace: &Arc<Workspace>) -> Self {
        let alerting = self.alerting.of_workspace(workspace);
        let zone = alerting.catalog.defaults.zone.clone();
        Self { store: self.store.of_workspace(workspace), alerting, zone, ..self.clone() }
    }
}

impl Team {
    fn now(&self) -> Timestamp {
        Timestamp((self.clock)())
    }
}

/// Forms and API of what a team writes down, and the API's description.
pub fn router(team: Team) -> (Router, OpenApi) {
    let (api, description) = OpenApiRouter::new()
        .routes(routes!(annotations::add))
        .routes(routes!(annotations::remove))
        .merge(views::api())
        .merge(goals::api())
        .split_for_parts();
    let routes = api
        .merge(annotations::forms())
        .merge(views::forms())
        .merge(goals::forms())
        .with_state(team);
    (routes, description)
}

/// What is answered where ClickHouse fails.
fn failed(error: &StoreError) -> Problem {
    tracing::error!(%error, "what a team writes down could not be kept");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, say("team-unavailable").to_string())
}
