//! The page of ads: what they cost, what came of them, and what each stage cost.

use std::collections::HashMap;

use askama::Template;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::messages::MessagesCard;
use super::row::{self, Making, Marks, Row};
use super::selection::{Choice, STEPS};
use crate::accounts::{Scope, Who};
use crate::analysis::{AdsReport, AdsRow, Level};
use crate::domain::Timestamp;
use crate::http::problem::Problem;
use crate::http::respond;
use crate::insights::ads::{answer_ads, answer_ads_by_level};
use crate::insights::error::AnswerError;
use crate::insights::message_costs::answer_message_costs;
use crate::insights::query::Question;
use crate::language::{Message, filters, say};
use crate::render::frames::ads::ads_frame;
use crate::render::labels;
use crate::render::numbers::between;
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::download;
use crate::web::dashboard::drilldown::DrilldownLinks;
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::Allowed;
use crate::web::state::Views;

#[derive(Template)]
#[template(path = "ads.html", config = "dashboards/askama.toml")]
pub(crate) struct AdsPage {
    page: &'static str,
    range: Range,
    levels: Vec<Tab>,
    level: &'static str,
    label: Message,
    columns: Vec<Column>,
    choice: Choice,
    totals: Vec<Row>,
    rows: Vec<Row>,
    /// How many rows there are, on which page we are, and how many pages.
    count: usize,
    at_page: usize,
    pages: usize,
    unknown: Vec<Message>,
    notes: Vec<Message>,
    messages: Option<MessagesCard>,
    has_spend: bool,
    has_rows: bool,
    with_intervals: bool,
    /// Address of the table sorted by name.
    name_href: String,
    /// The page's address without the table's state, to which that is added.
    here: String,
    /// Address of the page with the intervals, or without them.
    intervals_href: String,
    /// Address of the figures, to which a format is added.
    api: String,
}

struct Tab {
    label: Message,
    href: String,
    is_current: bool,
}

/// The head of a column.
struct Column {
    name: &'static str,
    label: String,
    meaning: String,
    /// Address of the table sorted by it; none if it cannot be.
    href: Option<String>,
    order: Option<&'static str>,
    /// The same for what each of a step's conversations cost.
    cost_href: Option<String>,
    cost_order: Option<&'static str>,
}

/// `GET /ads`.
pub(crate) async fn ads(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    asking: Asks,
) -> Response {
    let choice = Choice::read(uri.query().unwrap_or_default());
    if download::is_asked(&asking) {
        let told = file(&views, asking, &headers, &choice).await;
        return told.unwrap_or_else(IntoResponse::into_response);
    }
    let shows_people = who.may(Scope::People);
    show(&views, asking, async |views, question, now| {
        let found = Box::pin(found(views, &question, &choice));
        let messages = answer_message_costs(&views.store, &question.period);
        let ((reports, titles), messages) = tokio::try_join!(found, messages)?;
        let page = AdsPage::new(&reports, &titles, &question, now, choice, shows_people);
        Ok(AdsPage { messages: MessagesCard::new(&messages), ..page })
    })
    .await
}

/// The figures, with those of the levels below if rows are opened, and the titles of ads by id.
async fn found(
    views: &Views,
    question: &Question,
    choice: &Choice,
) -> Result<(Vec<AdsReport>, HashMap<String, String>), AnswerError> {
    let titles = async {
        let found = views.store.ad_titles(&question.period).await.map_err(AnswerError::from)?;
        Ok(crate::analysis::ad_titles(&found, "titled_at")?)
    };
    let reports = async {
        if choice.opens_some() {
            return answer_ads_by_level(&views.store, question).await;
        }
        Ok(vec![answer_ads(&views.store, question).await?])
    };
    tokio::try_join!(reports, titles)
}

/// The rows that are looked for, in their order, with the columns that are shown.
async fn file(
    views: &Views,
    asking: Asks,
    headers: &HeaderMap,
    choice: &Choice,
) -> Result<Response, Problem> {
    let (_, question, look) = download::understand(views, asking, headers)?;
    let whole = Choice::read("");
    let (reports, titles) = found(views, &question, &whole).await.map_err(Problem::from)?;
    let mut report = reports.into_iter().next().ok_or_else(|| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "a report is missing".to_owned())
    })?;
    let rows = choice.found(&report, |row| row::name(row, &titles)).into_iter().cloned();
    report.rows = rows.collect();
    for row in &mut report.rows {
        // As the page has it: an ad that Meta gives no name has the title that people saw.
        if let (true, Some(title)) = (row.name.is_empty(), titles.get(&row.id)) {
            row.name.clone_from(title);
        }
    }
    // They are those of all rows.
    report.totals.clear();
    respond::listed(&look, || choice.narrowed(ads_frame(&report)), || Json(&report).into_response())
}

impl AdsPage {
    fn new(
        reports: &[AdsReport],
        titles: &HashMap<String, String>,
        question: &Question,
        now: Timestamp,
        choice: Choice,
        shows_people: bool,
    ) -> Self {
        let report = &reports[0];
        let with_intervals = question.credit.intervals;
        let shown = if with_intervals { "&intervals=true" } else { "" };
        let rest = format!("&by={}{shown}", report.level);
        let kept = format!("{rest}{}", choice.on_page(1));
        let range = Range::new(&question.period, now, "/ads", &kept);
        let (from, to) = (&report.from, &report.to);
        let days =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(range.asked()).finish();
        let other = if with_intervals { "" } else { "&intervals=true" };
        let here = format!("/ads?{days}{rest}");
        let behind = DrilldownLinks::conversations(&range, shows_people);
        let marks: Vec<Marks> = reports.iter().map(|report| Marks::of(&report.rows)).collect();
        let making: Vec<Making<'_>> = reports
            .iter()
            .zip(&marks)
            .map(|(report, marks)| Making {
                level: report.level,
                titles,
                period: &question.period,
                behind: behind.clone(),
                days: &days,
                marks,
            })
            .collect();
        let total = |total: &AdsRow| {
            let name = match &total.currency {
                Some(currency) => say("ads-all-in").with("currency", currency),
                None => say("ads-all-without-cost"),
            };
            // A total is no row beside the others.
            let unmarked = Making { marks: &Marks::default(), ..making[0].clone() };
            Row { name: name.to_string(), ..unmarked.row(total) }
        };
        let chosen = choice.chosen(report, |row| row::name(row, titles));
        Self {
            page: if report.level == "source" { "entry-points" } else { "ads" },
            levels: Level::ALL
                .into_iter()
                .map(|level| Tab {
                    label: say(format!("ads-level-{}", level.as_str())),
                    href: format!("/ads?{days}&by={}{shown}", level.as_str()),
                    is_current: level.as_str() == report.level,
                })
                .collect(),
            level: report.level,
            label: say(format!("ads-level-{}", report.level)),
            columns: columns(&choice, &here, report.level),
            totals: report.totals.iter().map(total).collect(),
            rows: tree(&chosen.rows, reports, &making, &choice, &here),
            count: chosen.count,
            at_page: chosen.page,
            pages: chosen.pages,
            unknown: unknown(report),
            notes: report.notes.clone(),
            messages: None,
            with_intervals,
            intervals_href: format!(
                "/ads?{days}&by={}{other}{}",
                report.level,
                choice.on_page(chosen.page)
            ),
            has_spend: report.rows.iter().any(|row| row.spend.is_some()),
            has_rows: !report.rows.is_empty(),
            api: match choice.written() {
                usual if usual.is_empty() => {
                    format!("/api/v1/ads?from={from}&to={to}&by={}", report.level)
                }
                chosen => format!("{here}{chosen}"),
            },
            name_href: format!("{here}{}", choice.sorted_by("name")),
            here,
            choice,
            range,
        }
    }
}

/// Rows, each with its parts behind it if they are shown; `reports` and `making` are those of its level and of those below.
fn tree(
    rows: &[&AdsRow],
    reports: &[AdsReport],
    making: &[Making<'_>],
    choice: &Choice,
    here: &str,
) -> Vec<Row> {
    let Some((own, below)) = making.split_first() else { return Vec::new() };
    // Below the last level there is nothing to show; without opened rows those below are not computed.
    let has_parts = matches!(own.level, "campaign" | "ad_set");
    let name = |row: &AdsRow| row::name(row, own.titles);
    rows.iter()
        .flat_map(|row| {
            let is_open = has_parts && choice.is_open(&row.id);
            let toggle = (has_parts && !row.id.is_empty())
                .then(|| (format!("{here}{}", choice.toggled(&row.id)), is_open));
            let mut all = vec![Row { toggle, ..own.row(row) }];
            if let (true, Some(next)) = (is_open, reports.get(1)) {
                let is_part =
                    |part: &&AdsRow| part.parent == row.id && part.currency == row.currency;
                let parts = choice.sorted(next.rows.iter().filter(is_part).collect(), name);
                let parts = tree(&parts, &reports[1..], below, choice, here);
                all.extend(parts.into_iter().map(|part| Row { depth: part.depth + 1, ..part }));
            }
            all
        })
        .collect()
}

fn columns(choice: &Choice, here: &str, level: &str) -> Vec<Column> {
    let shown = choice
        .columns()
        .filter(|(name, is_shown)| *is_shown && !(*name == "trend" && level == "placement"));
    shown
        .map(|(name, _)| {
            let is_step = STEPS.contains(&name);
            let (label, meaning) = words_of(name);
            let cost = format!("cost_per_{name}");
            Column {
                href: (name != "trend").then(|| format!("{here}{}", choice.sorted_by(name))),
                order: choice.order_of(name),
                cost_href: is_step.then(|| format!("{here}{}", choice.sorted_by(&cost))),
                cost_order: choice.order_of(&cost),
                name,
                label,
                meaning,
            }
        })
        .collect()
}

/// A column's label and definition.
fn words_of(column: &str) -> (String, String) {
    if STEPS.contains(&column) {
        return labels::stage(column);
    }
    let label = format!("ads-{column}");
    let meaning = say(format!("{label}.meaning")).to_string();
    (say(label).to_string(), meaning)
}

/// Days of which it is unknown what ads cost, by account.
fn unknown(report: &AdsReport) -> Vec<Message> {
    let accounts = report.unknown_days.iter().map(|unknown| {
        let account = if unknown.account_id.is_empty() {
            say("ads-imported-files")
        } else {
            say("ads-account").with("id", &unknown.account_id)
        };
        say("ads-unknown-days").with("account", account).with("days", spans(&unknown.days))
    });
    accounts.collect()
}

/// Days as spans: `2026-11-01 to 2026-11-03, 2026-11-07`.
fn spans(days: &[String]) -> String {
    let dates: Vec<jiff::civil::Date> = days.iter().filter_map(|day| day.parse().ok()).collect();
    let mut spans: Vec<(jiff::civil::Date, jiff::civil::Date)> = Vec::new();
    for date in dates {
        match spans.last_mut() {
            Some((_, last)) if last.tomorrow().is_ok_and(|next| next == date) => *last = date,
            _ => spans.push((date, date)),
        }
    }
    let told = spans.iter().map(|(first, last)| {
        if first == last { first.to_string() } else { between(first.to_string(), last.to_string()) }
    });
    told.collect::<Vec<_>>().join(", ")
}
