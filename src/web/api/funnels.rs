//! `/api/v1/funnels`: what a funnel counts, compared, and flows.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::analysis::{
    self, DEFAULT_FUNNEL, Dimension, Flow, Funnel, FunnelReport, Funnels, STAGES, Step, Unit,
    Verdicts, WrittenFunnel,
};
use crate::http::problem::Problem;
use crate::http::respond::{self, OutputOptions, rendered};
use crate::insights::annotations::answer_annotations;
use crate::insights::error::AnswerError;
use crate::insights::format::Format;
use crate::insights::funnel::{answer_custom_funnel, answer_funnel};
use crate::insights::funnel_comparison::rows_compared;
use crate::insights::funnel_correlation::answer_drivers;
use crate::insights::funnel_outlook::{answer_with_outlook, custom_outlook, outlook_of};
use crate::insights::funnel_over_time::shares_in_time;
use crate::insights::funnel_verdicts::answer_verdicts;
use crate::insights::query::Question;
use crate::insights::stored_funnels::StoredFunnel;
use crate::language::say;
use crate::render::chart::Width;
use crate::render::{charts, frames};
use crate::web::page_scope::{Allowed, WithFunnels};
use crate::web::request::{self, Answer, Asks, understand};
use crate::web::state::Views;

/// The funnels there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FunnelList {
    /// The one that everybody has, then those of files, then the stored ones.
    funnels: Vec<FunnelName>,
}

/// A funnel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FunnelName {
    /// By which it is known.
    name: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What is counted: `conversation` or `person`.
    unit: &'static str,
    /// Its steps, in order.
    steps: Vec<String>,
    /// `default`, `file` or `stored`: only the last kind can be changed over the API.
    origin: &'static str,
    /// Number of its latest edit, if it is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    /// Whether it is no longer offered, and only answers by its name.
    is_archived: bool,
    /// Why it does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl FunnelName {
    fn of(funnel: &Funnel, origin: &'static str) -> Self {
        Self {
            name: funnel.name.clone(),
            title: Some(funnel.title.clone()),
            unit: match funnel.unit {
                Unit::Conversation => "conversation",
                Unit::Person => "person",
            },
            steps: funnel.steps.clone(),
            origin,
            version: None,
            is_archived: funnel.is_archived,
            error: None,
        }
    }

    /// A stored one; of two of a name that of the file counts.
    fn of_stored(stored: &StoredFunnel, of_files: &Funnels) -> Self {
        let version = Some(stored.edit.version);
        match &stored.checked {
            Ok(funnel) => {
                let hidden = of_files.get(&funnel.name);
                let hidden = hidden.map(|file| say("stored-hidden").with("file", file.file()));
                let error = hidden.map(|told| told.to_string());
                Self { version, error, ..Self::of(funnel, "stored") }
            }
            Err(error) => Self {
                name: stored.edit.name.clone(),
                title: None,
                unit: "conversation",
                steps: Vec::new(),
                origin: "stored",
                version,
                is_archived: stored.is_archived(),
                error: Some(say("stored-broken").with("reason", error.to_string()).to_string()),
            },
        }
    }
}

/// The funnels there are.
#[utoipa::path(get, path = "/api/v1/funnels", tag = "funnels", responses((status = 200, body = FunnelList)))]
pub(crate) async fn funnels(Allowed(views): Allowed) -> Result<Json<FunnelList>, Problem> {
    let steps = ["impressions", "clicks", "opened"].into_iter().chain(STAGES);
    let usual = FunnelName {
        name: DEFAULT_FUNNEL.to_owned(),
        title: None,
        unit: "conversation",
        steps: steps.map(str::to_owned).collect(),
        origin: "default",
        version: None,
        is_archived: false,
        error: None,
    };
    let stored = views.stored_funnels.all(&views.store).await.map_err(AnswerError::from)?;
    let of_files = views.funnels.values().map(|funnel| FunnelName::of(funnel, "file"));
    let stored = stored.iter().map(|one| FunnelName::of_stored(one, &views.funnels));
    Ok(Json(FunnelList { funnels: std::iter::once(usual).chain(of_files).chain(stored).collect() }))
}

/// A funnel that is written in the request's body, without being kept.
#[utoipa::path(post, path = "/api/v1/funnels/preview", tag = "funnels", request_body = WrittenFunnel,
    responses((status = 200, body = FunnelReport)))]
pub(crate) async fn preview(
    Allowed(views): Allowed,
    asked: Asks,
    headers: HeaderMap,
    written: Result<Json<WrittenFunnel>, JsonRejection>,
) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    let Json(written) = written
        .map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let funnel = written.check();
    let funnel = funnel.map_err(|error| Problem::in_parameter(error.key, error.reason))?;
    let report = answer_custom_funnel(&views.store, &funnel, &question).await;
    let report = report.map_err(Problem::from)?;
    let report = custom_outlook(&views.store, &funnel, &question, report).await;
    funnel_in(&views, &question, &look, report.map_err(Problem::from)?).await
}

/// One funnel's figures: counts, rates, times between steps, and a breakdown.
#[utoipa::path(get, path = "/api/v1/funnels/{name}", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = FunnelReport)))]
pub(crate) async fn funnel(
    WithFunnels(views): WithFunnels,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Answer {
    let (question, look) = understand(&views, asked, &headers)?;
    funnel_of(&views, &views.funnels, &name, &question, &look).await
}

/// One of `own`, or the default one, in the form that was asked for.
pub(crate) async fn funnel_of(
    views: &Views,
    own: &Funnels,
    name: &str,
    question: &Question,
    look: &OutputOptions,
) -> Answer {
    let report = answer_with_outlook(&views.store, own, name, question).await;
    funnel_in(views, question, look, report.map_err(Problem::from)?).await
}

async fn funnel_in(
    views: &Views,
    question: &Question,
    look: &OutputOptions,
    report: FunnelReport,
) -> Answer {
    match look.format {
        Format::Svg | Format::Png if report.by.as_slice() == ["day"] => {
            let found = answer_annotations(&views.store, &question.period).await?;
            respond::charted(look.format, &charts::days(&report).annotated_alone(&found))
        }
        Format::Svg | Format::Png => respond::charted(look.format, &charts::funnel(&report)),
        _ => rendered(look, report, frames::funnel),
    }
}

/// A funnel's flows, for a Sankey diagram.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Flows {
    /// The funnel.
    funnel: String,
    /// From entry points to steps to outcomes.
    flows: Vec<Flow>,
}

/// The rows of the breakdown compared with all others, or the range with the one before it, or another that
/// is named: intervals, the probability that one is better, the test, and a sentence.
#[utoipa::path(get, path = "/api/v1/funnels/{name}/comparison", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = Verdicts)))]
pub(crate) async fn comparison(
    WithFunnels(views): WithFunnels,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    comparison_in(&views, &views.funnels, &name, &question, &look).await
}

/// The same of a funnel of `own`. By day or week it has a chart: the share of each.
pub(crate) async fn comparison_in(
    views: &Views,
    own: &Funnels,
    name: &str,
    question: &Question,
    look: &OutputOptions,
) -> Result<Response, Problem> {
    if !matches!(look.format, Format::Svg | Format::Png) {
        let verdicts = answer_verdicts(&views.store, own, name, question).await;
        return respond::rendered(look, verdicts.map_err(Problem::from)?, frames::verdicts);
    }
    if !matches!(question.by.as_slice(), [Dimension::Day | Dimension::Week]) {
        let text = "there is a chart of a comparison by day or by week only".to_owned();
        return Err(Problem::in_parameter("format", text));
    }
    let report = answer_funnel(&views.store, own, name, question).await;
    let report = report.map_err(Problem::from)?;
    let report = outlook_of(&views.store, own, question, report).await.map_err(Problem::from)?;
    // They are days themselves.
    let steps = rows_compared(&report, &report, question).map_err(Problem::from)?;
    let shares = shares_in_time(&report, &question.period, &steps.step, &steps.of);
    let found = answer_annotations(&views.store, &question.period).await?;
    let chart = charts::rates(&shares, &steps.step, &steps.of, Width::Wide).annotated_alone(&found);
    respond::charted(look.format, &chart)
}

/// Which property values go with reaching a step: the rate of each beside that of all others of the same days and entry
/// points, with lift. An association: it does not say why.
#[utoipa::path(get, path = "/api/v1/funnels/{name}/drivers", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = Verdicts)))]
pub(crate) async fn drivers(
    WithFunnels(views): WithFunnels,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    let drivers = answer_drivers(&views.store, &views.funnels, &name, &question).await;
    respond::rendered(&look, drivers.map_err(Problem::from)?, frames::verdicts)
}

/// How many go from each entry point to each step and outcome, for a Sankey diagram: by entry point, or the question's one
/// dimension.
#[utoipa::path(get, path = "/api/v1/funnels/{name}/flows", tag = "funnels",
    params(("name" = String, Path, description = "The funnel")),
    responses((status = 200, body = Flows)))]
pub(crate) async fn flows(
    WithFunnels(views): WithFunnels,
    Path(name): Path<String>,
    asked: Asks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (question, look) = request::understand(&views, asked, &headers)?;
    flows_in(&views, &views.funnels, &name, question, &look).await
}

/// The same of a funnel of `own`.
pub(crate) async fn flows_in(
    views: &Views,
    own: &Funnels,
    name: &str,
    mut question: Question,
    look: &OutputOptions,
) -> Result<Response, Problem> {
    if question.by.is_empty() {
        question.by = vec![Dimension::Source];
    }
    let [dimension] = question.by.as_slice() else {
        let text = "flows begin with the values of one dimension".to_owned();
        return Err(Problem::in_parameter("by", text));
    };
    let dimension = dimension.name().into_owned();
    let report = answer_funnel(&views.store, own, name, &question).await;
    let report = report.map_err(Problem::from)?;
    let flows = analysis::flows(&report, &dimension);
    if matches!(look.format, Format::Svg | Format::Png) {
        let step = |step: &Step| (step.name.clone(), step.count.unwrap_or(0));
        let steps: Vec<(String, u64)> = report.unit_steps().map(step).collect();
        return respond::charted(look.format, &charts::flows(&flows, &steps));
    }
    let told = Flows { funnel: name.to_owned(), flows };
    let json = || Json(&told).into_response();
    respond::listed(look, || frames::flows(&told.flows), json)
}
