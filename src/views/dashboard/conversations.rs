//! The page of answers: how fast people are answered, what is lost by not answering, and what speed
//! goes with.

use askama::Template;

use super::super::responses::{ReplySpeed, ResponseReport, WindowRow};
use super::range::Range;
use super::text::{dash, local, percent, span, thousands};
use super::words;
use crate::analysis::Rate;
use crate::domain::{Period, Timestamp};
use crate::store::ResponseTimes;

/// Rows of the lists of people.
const MOST_PEOPLE: usize = 50;

#[derive(Template)]
#[template(path = "conversations.html", config = "dashboards/askama.toml")]
pub(super) struct ConversationsPage {
    page: &'static str,
    range: Range,
    is_empty: bool,
    tiles: Vec<[String; 4]>,
    /// Caption, what its first column is, and rows.
    tables: Vec<(&'static str, &'static str, Vec<[String; 7]>)>,
    replies: Vec<[String; 6]>,
    note: &'static str,
    windows: String,
    closing: Vec<[String; 5]>,
    lost: Vec<[String; 5]>,
    tags: Vec<[String; 4]>,
    /// Address of the figures, to which a format is added.
    api: String,
}

impl ConversationsPage {
    pub(super) fn new(
        report: &ResponseReport,
        period: &Period,
        now: Timestamp,
        shows_people: bool,
    ) -> Self {
        let of = |dimension: &str| -> Vec<&ResponseTimes> {
            report.times.iter().filter(|row| row.dimension == dimension).collect()
        };
        let all = of("all").first().copied();
        let captions = [
            ("source", "By source", "Source"),
            ("hour", "By hour of the first message", "Hour"),
            ("weekday", "By weekday of the first message", "Weekday"),
            ("app", "By the app that answered", "App"),
            ("persona", "By the persona that answered", "Persona"),
        ];
        let tables = captions.into_iter().map(|(dimension, caption, first)| {
            (caption, first, of(dimension).into_iter().map(times).collect::<Vec<_>>())
        });
        let row = |row: &WindowRow| {
            [
                row.person.clone(),
                words::source(&row.source).0.to_owned(),
                local(&row.waiting_since, &period.zone),
                local(&row.closes_at, &period.zone),
                // A pseudonym leads nowhere.
                if shows_people {
                    format!("/people/{}/{}", row.page, row.person)
                } else {
                    String::new()
                },
            ]
        };
        let (from, to) = (&report.from, &report.to);
        let windows = &report.windows;
        let longer: Vec<String> = windows
            .by_source
            .iter()
            .map(|(source, hours)| {
                let source = words::source(source).0;
                format!("{hours} h after the first message of who came by {source}")
            })
            .collect();
        Self {
            page: "conversations",
            range: Range::new(period, now, "/conversations", ""),
            is_empty: all.is_none(),
            tiles: tiles(report, all),
            tables: tables.filter(|(_, _, rows)| !rows.is_empty()).collect(),
            replies: report.replies.iter().map(reply).collect(),
            note: report.note,
            windows: format!(
                "A window lasts {} h after the person's last act{}{}, whichever is later.",
                windows.hours,
                if longer.is_empty() { "" } else { ", or " },
                longer.join(", ")
            ),
            closing: windows.closing.iter().take(MOST_PEOPLE).map(row).collect(),
            lost: windows.lost.iter().take(MOST_PEOPLE).map(row).collect(),
            tags: report
                .sent
                .iter()
                .map(|row| {
                    let tag = if row.tag.is_empty() { "within the window" } else { &row.tag };
                    let read = crate::analysis::wilson(row.read, row.sent);
                    [tag.to_owned(), thousands(row.sent), thousands(row.read), rate(read)]
                })
                .collect(),
            api: format!("/api/v1/response-times?from={from}&to={to}"),
        }
    }
}

/// Identity, label, value and note of each.
fn tiles(report: &ResponseReport, all: Option<&ResponseTimes>) -> Vec<[String; 4]> {
    let Some(all) = all else { return Vec::new() };
    let share = |part| crate::analysis::wilson(part, all.wrote);
    let tile =
        |id: &str, label: &str, value, note: String| [id.to_owned(), label.to_owned(), value, note];
    let windows = &report.windows;
    vec![
        tile(
            "answered",
            "Answered",
            percent(share(all.answered).map(|rate| rate.rate)),
            format!("of {} who wrote", thousands(all.wrote)),
        ),
        tile(
            "median",
            "Median answer",
            span(all.median_ms),
            format!("9 of 10 within {}", span(all.p90_ms)),
        ),
        tile(
            "within-5m",
            "Within 5 minutes",
            percent(share(all.within_5m).map(|rate| rate.rate)),
            format!(
                "{} within an hour, {} within a day",
                percent(share(all.within_1h).map(|rate| rate.rate)),
                percent(share(all.within_24h).map(|rate| rate.rate))
            ),
        ),
        tile(
            "lost",
            "Closed unanswered",
            thousands(windows.closed_unanswered),
            format!("of {} windows that closed", thousands(windows.closed)),
        ),
        tile(
            "read",
            "Read",
            percent(report.read_rate.map(|rate| rate.rate)),
            "of the messages you sent".to_owned(),
        ),
        tile(
            "stops",
            "Stopped notifications",
            thousands(report.stops),
            format!("beside {} opt-ins", thousands(report.opt_ins)),
        ),
    ]
}

fn times(row: &ResponseTimes) -> [String; 7] {
    let share = |part| percent(crate::analysis::wilson(part, row.wrote).map(|rate| rate.rate));
    let label = match (row.dimension.as_str(), row.value.as_str()) {
        ("source", source) => words::source(source).0.to_owned(),
        ("weekday", day) => words::weekday(day).to_owned(),
        (_, "") => "(not said)".to_owned(),
        (_, value) => value.to_owned(),
    };
    [
        label,
        thousands(row.wrote),
        share(row.answered),
        share(row.within_5m),
        share(row.within_1h),
        span(row.median_ms),
        span(row.p90_ms),
    ]
}

fn reply(row: &ReplySpeed) -> [String; 6] {
    [
        row.reply.clone(),
        thousands(row.wrote),
        thousands(row.leads),
        rate(row.lead_rate),
        thousands(row.purchases),
        rate(row.purchase_rate),
    ]
}

/// `12.3 % (10.1 to 14.9)`.
pub(super) fn rate(rate: Option<Rate>) -> String {
    let Some(Rate { rate, low, high }) = rate else { return dash() };
    format!("{:.1} % ({:.1} to {:.1})", rate * 100.0, low * 100.0, high * 100.0)
}
