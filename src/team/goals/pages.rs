//! The page of goals.

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::progress::ToldForecast;
use super::told::ToldGoal;
use super::typed::Typed;
use super::written::Per;
use super::{GoalError, Team};
use crate::accounts::{Scope, Who};
use crate::alerting::Figure;
use crate::http::own::Own;
use crate::http::page::{html, refused};
use crate::http::problem::Problem;
use crate::language::{Message, decimal, filters, percent, say};

#[derive(Template)]
#[template(path = "goals.html", config = "dashboards/askama.toml")]
struct GoalsPage {
    page: &'static str,
    rows: Vec<Row>,
    is_writable: bool,
    said: Option<Message>,
    error: Option<String>,
    form: Typed,
    is_open: bool,
    figures: Vec<(&'static str, Message)>,
    spans: [(&'static str, Message); 3],
}

/// A goal.
struct Row {
    told: ToldGoal,
    title: String,
    figure: Message,
    per: Message,
    target: String,
    so_far: String,
    /// Of the target, for a bar of 100.
    filled: u64,
    is_sum: bool,
    share: String,
    elapsed: String,
    pace: String,
    expected: String,
    interval: Option<Message>,
    status: Message,
}

/// What the address asks: the goal that is to be changed, and whether one was just kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    goal: Option<String>,
    saved: Option<String>,
}

/// `GET /goals`.
pub(super) async fn list(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Query(Asked { goal, saved }): Query<Asked>,
) -> Response {
    let page = match GoalsPage::new(&team, &who).await {
        Ok(page) => page,
        Err(problem) => return refused(problem),
    };
    let known = page.rows.iter().find(|row| goal.as_deref() == Some(&row.told.written.name));
    let form = known.map(|row| Typed::of(&row.told));
    let is_open = form.is_some() || page.rows.is_empty();
    let said = saved.map(|_| say("goals-saved"));
    let page = GoalsPage { said, is_open, form: form.unwrap_or_default(), ..page };
    html(StatusCode::OK, page.render())
}

/// The page with a goal as somebody wrote it, and what is wrong with it.
pub(super) async fn again(team: &Team, who: &Who, form: Typed, error: &GoalError) -> Response {
    match GoalsPage::new(team, who).await {
        Ok(page) => {
            let label = say(format!("goals-key-{}", error.key)).to_string();
            let error = Some(format!("{label}: {}", error.reason));
            let page = GoalsPage { error, form, is_open: true, ..page };
            html(StatusCode::BAD_REQUEST, page.render())
        }
        Err(problem) => refused(problem),
    }
}

impl GoalsPage {
    async fn new(team: &Team, who: &Who) -> Result<Self, Problem> {
        let goals = team.goals().await?;
        let figure =
            |(name, _): (&'static str, Figure)| (name, say(format!("alert-figure-{name}")));
        Ok(Self {
            page: "goals",
            rows: goals.into_iter().map(Row::new).collect(),
            is_writable: who.may(Scope::Write),
            said: None,
            error: None,
            form: Typed::default(),
            is_open: false,
            figures: Figure::ALL.map(figure).to_vec(),
            spans: Per::ALL.map(|(name, _)| (name, say(format!("goals-per-{name}")))),
        })
    }
}

impl Typed {
    fn of(told: &ToldGoal) -> Self {
        let written = told.written.clone();
        Self {
            name: written.name,
            title: written.title,
            figure: written.figure,
            target: written.target.to_string(),
            per: written.per,
            filter: written.filter,
            currency: written.currency,
        }
    }
}

impl Row {
    fn new(told: ToldGoal) -> Self {
        let written = &told.written;
        let is_known = Figure::ALL.iter().any(|(name, _)| *name == written.figure);
        let figure = if is_known { written.figure.as_str() } else { "conversations" };
        let is_share = figure == "reply_rate";
        let is_count = matches!(figure, "conversations" | "leads" | "purchases");
        let progress = told.progress.as_ref();
        let currency = progress.and_then(|progress| progress.currency.clone()).unwrap_or_default();
        let number = |value: f64| {
            if is_share {
                return percent(value, 0);
            }
            let places = if is_count { 0 } else { 2 };
            let unit = if figure == "roas" { "" } else { currency.as_str() };
            format!("{} {unit}", decimal(value, places)).trim().to_owned()
        };
        let dash = || say("none").to_string();
        let of = |value: Option<f64>| value.map_or_else(dash, number);
        let forecast = progress.and_then(|progress| progress.forecast);
        let share = progress.and_then(|progress| progress.share_of_target);
        let interval = |one: ToldForecast| {
            say("goals-interval").with("low", number(one.low)).with("high", number(one.high))
        };
        let status = progress.map_or("unknown", |progress| progress.status);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
        let filled = (share.unwrap_or(0.0).clamp(0.0, 1.0) * 100.0).round() as u64;
        Self {
            title: if written.title.is_empty() {
                written.name.clone()
            } else {
                written.title.clone()
            },
            figure: say(format!("alert-figure-{figure}")),
            per: say(if Per::ALL.iter().any(|(name, _)| *name == written.per) {
                format!("goals-per-{}", written.per)
            } else {
                "goals-per-day".to_owned()
            }),
            target: number(written.target),
            so_far: of(progress.and_then(|progress| progress.so_far)),
            filled,
            is_sum: share.is_some(),
            share: share.map_or_else(dash, |share| percent(share, 0)),
            elapsed: progress.map_or_else(dash, |progress| percent(progress.elapsed, 0)),
            pace: progress
                .and_then(|progress| progress.pace)
                .map_or_else(dash, |pace| percent(pace, 0)),
            expected: of(forecast.map(|one| one.expected)),
            interval: forecast.map(interval),
            status: say(format!("goals-status-{status}")),
            told,
        }
    }
}
