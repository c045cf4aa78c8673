//! What is sent to alerts: by the forms of their page, and over the API.

use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Json, Router};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::told::{IncidentList, RuleList, TOLD_MS, ToldRule, failed};
use super::{Alerting, RuleError, WrittenRule, default_rules, pages};
use crate::accounts::Who;
use crate::domain::Timestamp;
use crate::http::own::Own;
use crate::http::problem::Problem;
use crate::language::say;
use crate::store::{IncidentMark, IncidentRow};

const HOUR_MS: i64 = 3_600_000;
/// An incident may be kept out of sight for so many hours.
const MOST_HOURS: i64 = 24 * 30;

/// Page, forms and API of alerts, and the API's description.
pub fn router(alerting: Alerting) -> (Router, OpenApi) {
    let (api, description) = OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(acknowledge))
        .routes(routes!(snooze))
        .routes(routes!(mute))
        .routes(routes!(rules, save))
        .routes(routes!(remove))
        .split_for_parts();
    let routes = api
        .route("/alerts", get(pages::alerts))
        .route("/alerts/{id}/acknowledge", post(acknowledge_by_form))
        .route("/alerts/{id}/snooze", post(snooze_by_form))
        .route("/alerts/{id}/mute", post(mute_by_form))
        .route("/alerts/rules", post(save_by_form))
        .route("/alerts/rules/{name}/remove", post(remove_by_form))
        .with_state(alerting);
    (routes, description)
}

/// How long an incident is kept out of sight.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Snooze {
    /// Hours from now; 0: it is in sight again.
    #[schema(minimum = 0, maximum = 720)]
    hours: i64,
}

/// Whether something is muted.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Mute {
    /// Whether nothing is to be told of it.
    is_muted: bool,
}

/// Incidents that are open, or were over in the last 30 days.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "team", responses((status = 200, body = IncidentList)))]
async fn list(Own(alerting): Own<Alerting>) -> Result<Response, Problem> {
    let since = Timestamp(alerting.catalog.now().0 - TOLD_MS);
    let incidents = alerting.told(since).await.map_err(|error| failed(&error))?;
    Ok(Json(IncidentList { incidents }).into_response())
}

/// Takes note of an incident.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/acknowledge", tag = "team",
    params(("id" = String, Path, description = "The incident")), responses((status = 204)))]
async fn acknowledge(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    alerting.acknowledge(&id, &who).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps an incident out of sight for some hours: nothing is told of it until then.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/snooze", tag = "team", request_body = Snooze,
    params(("id" = String, Path, description = "The incident")), responses((status = 204)))]
async fn snooze(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    written: Result<Json<Snooze>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(Snooze { hours }) = written.map_err(|rejection| unread(&rejection))?;
    alerting.snooze(&id, hours, &who).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has nothing be told any more of what an incident's rule finds about the same, or has it told again.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/mute", tag = "team", request_body = Mute,
    params(("id" = String, Path, description = "The incident")), responses((status = 204)))]
async fn mute(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    written: Result<Json<Mute>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(Mute { is_muted }) = written.map_err(|rejection| unread(&rejection))?;
    alerting.mute(&id, is_muted, &who).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All rules: those that hold by default, and those that people wrote.
#[utoipa::path(get, path = "/api/v1/alert-rules", tag = "team", responses((status = 200, body = RuleList)))]
async fn rules(Own(alerting): Own<Alerting>) -> Result<Response, Problem> {
    let rules = alerting.rules().await.map_err(|error| failed(&error))?;
    let rules = rules.values().map(ToldRule::new).collect();
    Ok(Json(RuleList { rules }).into_response())
}

/// Writes a rule, in place of the one of its name.
#[utoipa::path(post, path = "/api/v1/alert-rules", tag = "team", request_body = WrittenRule,
    responses((status = 200, body = WrittenRule)))]
async fn save(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    written: Result<Json<WrittenRule>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(written) = written.map_err(|rejection| unread(&rejection))?;
    match alerting.save(&written, &who).await? {
        Ok(()) => Ok(Json(written).into_response()),
        Err(RuleError { key, reason }) => Err(Problem::in_parameter(key, reason.to_string())),
    }
}

/// Removes a rule that somebody wrote; a default rule of its name holds again.
#[utoipa::path(delete, path = "/api/v1/alert-rules/{name}", tag = "team",
    params(("name" = String, Path, description = "The rule")),
    responses((status = 204), (status = 409, body = Problem, content_type = "application/problem+json")))]
async fn remove(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    alerting.remove(&name, &who).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn acknowledge_by_form(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    alerting.acknowledge(&id, &who).await?;
    Ok(Redirect::to("/alerts"))
}

async fn snooze_by_form(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Form(Snooze { hours }): Form<Snooze>,
) -> Result<Redirect, Problem> {
    alerting.snooze(&id, hours, &who).await?;
    Ok(Redirect::to("/alerts"))
}

async fn mute_by_form(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Form(Mute { is_muted }): Form<Mute>,
) -> Result<Redirect, Problem> {
    alerting.mute(&id, is_muted, &who).await?;
    Ok(Redirect::to("/alerts"))
}

async fn save_by_form(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let written = match pages::written(&fields) {
        Ok(written) => written,
        Err(unread) => return pages::again(&alerting, &who, unread.0, &unread.1).await,
    };
    match alerting.save(&written, &who).await? {
        Ok(()) => Ok(Redirect::to("/alerts?saved=1#rules").into_response()),
        Err(error) => pages::again(&alerting, &who, written, &error).await,
    }
}

async fn remove_by_form(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
) -> Result<Redirect, Problem> {
    alerting.remove(&name, &who).await?;
    Ok(Redirect::to("/alerts#rules"))
}

impl Alerting {
    async fn incident(&self, id: &str) -> Result<IncidentRow, Problem> {
        let found = if id.is_empty() {
            None
        } else {
            let found = self.catalog.store.incidents(Timestamp(0), id).await;
            found.map_err(|error| failed(&error))?.pop()
        };
        found.ok_or_else(|| {
            let text = say("alerts-no-incident").with("id", id).to_string();
            Problem::new(StatusCode::NOT_FOUND, text)
        })
    }

    async fn acknowledge(&self, id: &str, who: &Who) -> Result<(), Problem> {
        let incident = self.incident(id).await?;
        let (acknowledged_by, snoozed_until) = (who.name.clone(), incident.snoozed_until);
        self.mark(id, &IncidentMark { acknowledged_by, snoozed_until }, who).await
    }

    async fn snooze(&self, id: &str, hours: i64, who: &Who) -> Result<(), Problem> {
        if !(0..=MOST_HOURS).contains(&hours) {
            let text = say("alerts-bad-hours").with("most", MOST_HOURS.unsigned_abs()).to_string();
            return Err(Problem::in_parameter("hours", text));
        }
        let incident = self.incident(id).await?;
        let until = self.catalog.now().0 + hours * HOUR_MS;
        let snoozed_until = (hours > 0).then_some(until);
        let acknowledged_by = incident.acknowledged_by;
        self.mark(id, &IncidentMark { acknowledged_by, snoozed_until }, who).await
    }

    async fn mark(&self, id: &str, mark: &IncidentMark, who: &Who) -> Result<(), Problem> {
        let now = self.catalog.now();
        let marked = self.catalog.store.mark_incident(id, mark, &who.name, now).await;
        marked.map_err(|error| failed(&error))
    }

    async fn mute(&self, id: &str, is_muted: bool, who: &Who) -> Result<(), Problem> {
        let incident = self.incident(id).await?;
        let cause = (incident.rule.as_str(), incident.about.as_str());
        let (store, now) = (&self.catalog.store, self.catalog.now());
        let muted = store.mute_alerts(cause, is_muted, &who.name, now).await;
        muted.map_err(|error| failed(&error))
    }

    /// Keeps a rule, or says what is wrong with it.
    async fn save(
        &self,
        written: &WrittenRule,
        who: &Who,
    ) -> Result<Result<(), RuleError>, Problem> {
        if let Err(error) = self.check(written) {
            return Ok(Err(error));
        }
        let definition = serde_json::to_string(written).unwrap_or_default();
        let (store, now) = (&self.catalog.store, self.catalog.now());
        let saved = store.save_alert_rule(&written.name, Some(definition), &who.name, now).await;
        saved.map(Ok).map_err(|error| failed(&error))
    }

    async fn remove(&self, name: &str, who: &Who) -> Result<(), Problem> {
        let kept = self.catalog.store.alert_rules().await.map_err(|error| failed(&error))?;
        if !kept.iter().any(|rule| rule.name == name) {
            let is_default = default_rules().iter().any(|rule| rule.name == name);
            let told = if is_default { "alerts-default-stays" } else { "alerts-no-rule" };
            let status = if is_default { StatusCode::CONFLICT } else { StatusCode::NOT_FOUND };
            return Err(Problem::new(status, say(told).with("name", name).to_string()));
        }
        let now = self.catalog.now();
        let removed = self.catalog.store.save_alert_rule(name, None, &who.name, now).await;
        removed.map_err(|error| failed(&error))
    }
}

fn unread(rejection: &JsonRejection) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, rejection.body_text())
}
