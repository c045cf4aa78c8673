//! The page of answers: how fast people are answered, what is lost by not answering, and what speed
//! goes with.

use askama::Template;
use axum::Extension;
use axum::response::Response;

use crate::accounts::{Scope, Who};
use crate::analysis::{Filter, wilson};
use crate::domain::{Period, Timestamp};
use crate::insights::response_times::{
    ReplySpeed, ResponseReport, WindowRow, Windows, answer_responses,
};
use crate::language::{self, Message, filters, say};
use crate::render::labels;
use crate::render::numbers::{dash, local, percent, rate, span, thousands};
use crate::store::ResponseTimes;
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::drilldown::DrilldownLinks;
use crate::web::dashboard::page::{Asks, show};
use crate::web::dashboard::person::link::address;
use crate::web::page_scope::Allowed;

/// Rows of the lists of people.
const MOST_PEOPLE: usize = 50;

#[derive(Template)]
#[template(path = "conversations.html", config = "dashboards/askama.toml")]
pub(crate) struct ConversationsPage {
    page: &'static str,
    range: Range,
    is_empty: bool,
    tiles: Vec<[String; 4]>,
    tables: Vec<Table>,
    /// Address of all conversations of the days; empty for who may see no people.
    rows: String,
    /// Of each weekday: its name, and its hours.
    heat: Vec<(String, Vec<Cell>)>,
    replies: Vec<[String; 6]>,
    note: Message,
    windows: Vec<String>,
    /// How long messages are free on WhatsApp after an ad; empty where nobody's are.
    free_entry: String,
    closing: Vec<[String; 6]>,
    lost: Vec<[String; 6]>,
    tags: Vec<[String; 4]>,
    /// Address of the figures, to which a format is added.
    api: String,
}

/// How people of each value of a dimension were answered.
struct Table {
    caption: Message,
    /// What its first column is.
    first: Message,
    /// Each with the address of its conversations.
    rows: Vec<([String; 7], String)>,
}

/// An hour of a weekday.
#[derive(Default)]
struct Cell {
    /// Median time to the answer, in short.
    text: String,
    /// The same in words, with how many wrote.
    about: String,
    /// 0 to 9: the slower, the darker.
    shade: usize,
}

impl ConversationsPage {
    pub(crate) fn new(
        report: &ResponseReport,
        period: &Period,
        now: Timestamp,
        shows_people: bool,
    ) -> Self {
        let of = |dimension: &str| -> Vec<&ResponseTimes> {
            report.times.iter().filter(|row| row.dimension == dimension).collect()
        };
        let all = of("all").first().copied();
        let dimensions = ["source", "hour", "weekday", "app", "persona"];
        let range = Range::new(period, now, "/conversations", "");
        let behind = DrilldownLinks::conversations(&range, shows_people);
        let rows_of = |row: &ResponseTimes| match row.dimension.as_str() {
            "source" => {
                let filter = Filter::one_written("source", &row.value);
                behind.with("filter", filter).with("reached", "messaged").address()
            }
            // By hours, apps and personas no list can be filtered.
            _ => String::new(),
        };
        let tables = dimensions.into_iter().map(|dimension| {
            let caption = format!("conversations-by-{dimension}");
            let first = say(format!("{caption}.first"));
            let rows = of(dimension).into_iter().map(|row| (times(row), rows_of(row)));
            Table { caption: say(caption), first, rows: rows.collect() }
        });
        let row = |row: &WindowRow| {
            [
                row.person.clone(),
                labels::source(&row.source).0,
                local(&row.waiting_since, &period.zone),
                local(&row.closes_at, &period.zone),
                row.free_until.as_ref().map_or_else(dash, |until| local(until, &period.zone)),
                // A pseudonym leads nowhere.
                if shows_people { address(&row.page, &row.person) } else { String::new() },
            ]
        };
        let (from, to) = (&report.from, &report.to);
        let windows = &report.windows;
        Self {
            page: "conversations",
            rows: behind.with("reached", "messaged").address(),
            range,
            is_empty: all.is_none(),
            tiles: tiles(report, all),
            tables: tables.filter(|table| !table.rows.is_empty()).collect(),
            heat: heat(&of("weekday_hour")),
            replies: report.replies.iter().map(reply).collect(),
            note: report.note.clone(),
            windows: window(windows),
            free_entry: free_entry(windows),
            closing: windows.closing.iter().take(MOST_PEOPLE).map(row).collect(),
            lost: windows.lost.iter().take(MOST_PEOPLE).map(row).collect(),
            tags: report
                .sent
                .iter()
                .map(|row| {
                    let tag = match row.tag.as_str() {
                        "" => say("conversations-tag-none").to_string(),
                        tag => tag.to_owned(),
                    };
                    let read = wilson(row.read, row.sent);
                    [tag, thousands(row.sent), thousands(row.read), rate(read, row.sent)]
                })
                .collect(),
            api: format!("/api/v1/response-times?from={from}&to={to}"),
        }
    }
}

/// Medians up to which a cell has each shade, in minutes.
const SHADES: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 180.0, 720.0, f64::INFINITY];

/// A row a weekday, a cell an hour: how long people waited who wrote then.
fn heat(times: &[&ResponseTimes]) -> Vec<(String, Vec<Cell>)> {
    let cell = |day: &str, hour: usize| {
        let value = format!("{day} {hour:02}");
        let found = times.iter().find(|row| row.value == value);
        let Some(row) = found else { return Cell::default() };
        let about = say("conversations-heat.cell")
            .with("day", labels::weekday(day))
            .with("hour", format!("{hour:02}"))
            .with("count", row.wrote)
            .with(
                "answered",
                percent(wilson(row.answered, row.wrote).map(|rate| rate.rate), row.wrote),
            )
            .with("median", span(row.median_ms));
        let minutes = row.median_ms.map(|median| median / 60_000.0);
        let text = match minutes {
            None => dash(),
            Some(minutes) if minutes < 100.0 => language::decimal(minutes, 0),
            Some(minutes) => {
                let hours = language::decimal(minutes / 60.0, 0);
                say("conversations-heat.hours").with("number", hours).to_string()
            }
        };
        let shade = minutes.map_or(0, |minutes| {
            1 + SHADES.iter().position(|most| minutes <= *most).unwrap_or(SHADES.len() - 1)
        });
        Cell { text, about: about.to_string(), shade }
    };
    if times.is_empty() {
        return Vec::new();
    }
    let day = |day: &str| (labels::weekday(day), (0..24).map(|hour| cell(day, hour)).collect());
    ["1", "2", "3", "4", "5", "6", "7"].map(day).into()
}

/// How long people may be written to on each channel; channels of the same rule together.
fn window(windows: &Windows) -> Vec<String> {
    let mut rules: Vec<(Vec<String>, String)> = Vec::new();
    for (channel, hours) in &windows.by_channel {
        let longer = windows.longer.iter().filter(|one| one.channel == *channel).map(|one| {
            let longer = say("conversations-window-longer").with("hours", one.hours.to_string());
            longer.with("source", labels::source(&one.source).0).to_string()
        });
        let longer: Vec<String> = longer.collect();
        let rule = if longer.is_empty() {
            say("conversations-window")
        } else {
            say("conversations-window-or").with("longer", longer.join(", "))
        };
        let rule = rule.with("hours", hours.to_string()).to_string();
        let channel = labels::channel(channel);
        match rules.iter_mut().find(|(_, known)| *known == rule) {
            Some((channels, _)) => channels.push(channel),
            None => rules.push((vec![channel], rule)),
        }
    }
    let rules = rules.into_iter();
    rules.map(|(channels, rule)| format!("{}: {rule}", channels.join(", "))).collect()
}

fn free_entry(windows: &Windows) -> String {
    let is_anybodys =
        windows.closing.iter().chain(&windows.lost).any(|row| row.free_until.is_some());
    let told = say("conversations-window-free").with("hours", windows.free_entry_hours.to_string());
    if is_anybodys { told.to_string() } else { String::new() }
}

/// Identity, label, value and note of each.
fn tiles(report: &ResponseReport, all: Option<&ResponseTimes>) -> Vec<[String; 4]> {
    let Some(all) = all else { return Vec::new() };
    let share = |part| percent(wilson(part, all.wrote).map(|rate| rate.rate), all.wrote);
    let tile = |id: &str, value, note: &dyn Fn(Message) -> Message| {
        let label = format!("conversations-tile-{id}");
        let note = note(say(format!("{label}.note"))).to_string();
        [id.to_owned(), say(label).to_string(), value, note]
    };
    let windows = &report.windows;
    let sent = report.sent.iter().map(|row| row.sent).sum();
    vec![
        tile("answered", share(all.answered), &|note| note.with("count", all.wrote)),
        tile("median", span(all.median_ms), &|note| note.with("span", span(all.p90_ms))),
        tile("within-5m", share(all.within_5m), &|note| {
            note.with("hour", share(all.within_1h)).with("day", share(all.within_24h))
        }),
        tile("lost", thousands(windows.closed_unanswered), &|note| {
            note.with("count", windows.closed)
        }),
        tile("calls", thousands(report.calls.missed), &|note| {
            note.with("count", report.calls.unanswered)
        }),
        tile("read", percent(report.read_rate.map(|rate| rate.rate), sent), &|note| note),
        tile("stops", thousands(report.stops), &|note| note.with("count", report.opt_ins)),
    ]
}

fn times(row: &ResponseTimes) -> [String; 7] {
    let share = |part| percent(wilson(part, row.wrote).map(|rate| rate.rate), row.wrote);
    let label = match (row.dimension.as_str(), row.value.as_str()) {
        ("source", source) => labels::source(source).0,
        ("weekday", day) => labels::weekday(day),
        (_, "") => say("conversations-not-said").to_string(),
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
        row.reply.to_string(),
        thousands(row.wrote),
        thousands(row.leads),
        rate(row.lead_rate, row.wrote),
        thousands(row.purchases),
        rate(row.purchase_rate, row.wrote),
    ]
}

/// `GET /conversations`.
pub(crate) async fn conversations(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    show(&views, asking, async |views, question, now| {
        let window = &views.window;
        let report = answer_responses(&views.store, &question, window, now).await?;
        let report = report.for_whom(&who, &views.accounts);
        let shows_people = who.may(Scope::People);
        Ok(ConversationsPage::new(&report, &question.period, now, shows_people))
    })
    .await
}
