//! `/workspaces`: all of them beside one another, each with the way into its dashboard.

use askama::Template;
use axum::response::Response;

use crate::domain::{Period, Timestamp};
use crate::insights::workspaces::{
    WorkspaceCost, WorkspaceFigures, WorkspacesReport, answer_workspaces,
};
use crate::language::{filters, say};
use crate::render::numbers::{dash, money, percent, thousands};
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::overview::changes::{percents, signed};
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::Allowed;

#[derive(Template)]
#[template(path = "workspaces.html", config = "dashboards/askama.toml")]
pub(crate) struct WorkspacesPage {
    page: &'static str,
    range: Range,
    rows: Vec<Row>,
    all: Vec<Cell>,
    /// Address of the figures.
    api: String,
}

struct Row {
    title: String,
    name: String,
    /// The overview of this workspace, of the same days.
    href: String,
    cells: Vec<Cell>,
    incidents: u64,
    /// Its page of alerts.
    alerts: String,
}

/// A figure, and how it has changed.
struct Cell {
    values: Vec<String>,
    change: Option<String>,
}

impl WorkspacesPage {
    fn new(report: &WorkspacesReport, period: &Period, now: Timestamp) -> Self {
        let range = Range::new(period, now, "/workspaces", "");
        let days = format!("from={}&through={}", range.first_day, range.last_day);
        let row = |row: &crate::insights::workspaces::WorkspaceRow| Row {
            title: row.title.clone(),
            name: row.name.clone(),
            href: format!("/?{days}&workspace={}", row.name),
            cells: cells(&row.figures, &row.before),
            incidents: row.open_incidents,
            alerts: format!("/alerts?workspace={}", row.name),
        };
        let (from, to) = (&report.from, &report.to);
        Self {
            page: "workspaces",
            rows: report.workspaces.iter().map(row).collect(),
            all: cells(&report.all, &report.all_before),
            api: format!("/api/v1/workspaces?from={from}&to={to}"),
            range,
        }
    }
}

/// Conversations, reply rate, leads, purchases, spend and what a lead cost.
fn cells(now: &WorkspaceFigures, then: &WorkspaceFigures) -> Vec<Cell> {
    let count = |now: u64, then: u64| Cell {
        values: vec![thousands(now)],
        change: change(float(now), float(then)),
    };
    let rate = now.reply_rate.zip(then.reply_rate);
    let reply_rate = Cell {
        values: vec![percent(now.reply_rate, now.conversations)],
        change: rate.map(|(now, then)| {
            say("overview-points").with("number", signed((now - then) * 100.0, 1)).to_string()
        }),
    };
    // What is known of costs differs from period to period.
    let of_costs = |value: fn(&WorkspaceCost) -> Option<f64>| {
        let known = now.costs.iter().filter_map(|cost| Some(money(value(cost)?, &cost.currency)));
        let values: Vec<String> = known.collect();
        Cell { values: if values.is_empty() { vec![dash()] } else { values }, change: None }
    };
    vec![
        count(now.conversations, then.conversations),
        reply_rate,
        count(now.leads, then.leads),
        count(now.purchases, then.purchases),
        of_costs(|cost| Some(cost.spend)),
        of_costs(|cost| cost.cost_per_lead),
    ]
}

/// By how much something has changed; nothing of what was not there.
fn change(now: f64, then: f64) -> Option<String> {
    (then > 0.0).then(|| percents(now / then - 1.0))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

/// `GET /workspaces`.
pub(crate) async fn workspaces(Allowed(views): Allowed, asking: Asks) -> Response {
    show(&views, asking, async |views, question, now| {
        let known = views.accounts.known();
        let report = answer_workspaces(&views.store, &known.workspaces, &question, now).await?;
        Ok(WorkspacesPage::new(&report, &question.period, now))
    })
    .await
}
