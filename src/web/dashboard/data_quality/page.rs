//! The quality page: what came in, what is not understood, what is lost, and what has fallen silent.

use askama::Template;
use axum::Extension;
use axum::response::Response;

use crate::accounts::{Scope, Who};
use crate::analysis::{Filter, ReconciledDay};
use crate::domain::{Period, Timestamp};
use crate::insights::data_quality::{QualityReport, answer_quality};
use crate::language::{self, Message, filters, say};
use crate::render::labels;
use crate::render::numbers::{between, dash, local, percent, thousands};
use crate::render::page_names::page;
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::drilldown::DrilldownLinks;
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::Allowed;

/// Rows of each list.
const MOST_ROWS: usize = 50;

#[derive(Template)]
#[template(path = "quality.html", config = "dashboards/askama.toml")]
pub(crate) struct QualityPage {
    page: &'static str,
    range: Range,
    is_empty: bool,
    as_of: Option<Message>,
    tiles: Vec<[String; 4]>,
    /// What kind of alert each is, and what it says.
    alerts: Vec<(Message, Message)>,
    /// What came in, and what became of it.
    received: Option<Message>,
    /// What was not taken because its person had been erased.
    erased: Option<Message>,
    /// Each with the address of its conversations.
    unknown: Vec<([String; 5], String)>,
    pages: Vec<([String; 4], String)>,
    lost: Vec<([String; 5], String)>,
    silent: Vec<[String; 5]>,
    kinds: Vec<[String; 7]>,
    /// Why events have no person, or are not understood.
    nobodys: Vec<[String; 2]>,
    beside_meta: Vec<BesideMeta>,
    /// Address of the comparison, to which a format is added.
    reconciliation: String,
    /// Address of the figures, to which a format is added.
    api: String,
}

struct BesideMeta {
    date: String,
    account: String,
    ours: String,
    meta: String,
    gap: String,
    usual: String,
    is_unusual: bool,
    causes: String,
}

fn beside_meta(day: &ReconciledDay) -> BesideMeta {
    let causes = [
        (day.causes.without_referral, "quality-cause-without-referral"),
        (day.causes.opened_silently, "quality-cause-opened-silently"),
        (day.causes.within_7_days, "quality-cause-within-7-days"),
        (day.causes.late, "quality-cause-late"),
        (day.causes.moved_by_zone.unsigned_abs(), "quality-cause-moved-by-zone"),
    ];
    let causes = causes.into_iter().filter(|(count, _)| *count > 0);
    let causes: Vec<String> =
        causes.map(|(count, what)| say(what).with("count", count).to_string()).collect();
    let whole = |count: f64| language::decimal(count, 0);
    let sign = if day.gap < 0 { "−" } else { "+" };
    BesideMeta {
        date: day.date.clone(),
        account: day.account_id.clone(),
        ours: thousands(day.ours),
        meta: thousands(day.meta),
        gap: format!("{sign}{}", thousands(day.gap.unsigned_abs())),
        usual: day.usual_band.map_or_else(dash, |[low, high]| between(whole(low), whole(high))),
        is_unusual: day.is_unusual,
        causes: causes.join(" · "),
    }
}

impl QualityPage {
    pub(crate) fn new(
        report: &QualityReport,
        period: &Period,
        now: Timestamp,
        shows_people: bool,
    ) -> Self {
        let range = Range::new(period, now, "/quality", "");
        let behind = DrilldownLinks::conversations(&range, shows_people);
        let rows = |dimension: &str, value: &str| {
            behind.with("filter", Filter::one_written(dimension, value)).address()
        };
        let local = |instant: &str| local(instant, &period.zone);
        let tile = |id: &str, count: u64| {
            let label = format!("quality-tile-{id}");
            let note = say(format!("{label}.note")).to_string();
            [id.to_owned(), say(label).to_string(), thousands(count), note]
        };
        let unknown = report.unknown_refs.iter().take(MOST_ROWS).map(|row| {
            let nearest = row.nearest.clone().unwrap_or_default();
            let texts = [
                row.referral_ref.clone(),
                thousands(row.touchpoints),
                local(&row.last_seen),
                nearest,
                page(&row.page),
            ];
            (texts, rows("ref", &row.referral_ref))
        });
        let pages = report.pages.iter().map(|row| {
            let counts = [row.new_threads, row.without_referral].map(thousands);
            let [threads, without] = counts;
            let texts =
                [page(&row.page), threads, without, percent(Some(row.share), row.new_threads)];
            (texts, rows("page", &row.page))
        });
        let lost = report.lost_refs.iter().map(|row| {
            let [clicks, arrived, lost] = [row.clicks, row.arrived, row.lost].map(thousands);
            let texts =
                [row.link.clone(), clicks, arrived, lost, percent(Some(row.share), row.clicks)];
            (texts, rows("link", &row.link))
        });
        let silent = report.silent.iter().take(MOST_ROWS).map(|row| {
            [
                say("quality-door-named").with("door", &row.door).with("id", &row.id).to_string(),
                local(&row.last_seen),
                language::decimal(row.usual_per_day, 1),
                language::decimal(row.silent_days, 1),
                language::decimal(row.expected, 0),
            ]
        });
        let kinds = report.kinds.iter().map(|row| {
            let counts = [row.events, row.people, row.clamped, row.late].map(thousands);
            let [events, people, clamped, late] = counts;
            let kind = say(format!("kind-{}", row.kind)).to_string();
            [labels::channel(&row.channel), kind, row.name.clone(), events, people, clamped, late]
        });
        let without = report.without_person.iter().map(|row| {
            let reason = say(format!("quality-nobody-{}", row.reason));
            [reason.to_string(), thousands(row.events)]
        });
        let refused = report.refused.iter().map(|row| {
            let reason = say("quality-nobody-refused").with("reason", &row.reason);
            [reason.to_string(), thousands(row.items)]
        });
        let as_of = report.as_of.as_deref();
        let alerts = report.alerts.iter();
        let alerts =
            alerts.map(|alert| (say(format!("quality-kind-{}", alert.kind)), alert.text.clone()));
        let (from, to) = (&report.from, &report.to);
        Self {
            page: "quality",
            range,
            is_empty: report.events == 0,
            received: received(report),
            erased: erased(report),
            as_of: as_of.map(|at| say("quality-as-of").with("time", local(at))),
            tiles: vec![
                tile("events", report.events),
                tile("quarantined", report.quarantined),
                tile("late", report.late),
                tile("clamped", report.clamped),
            ],
            alerts: alerts.collect(),
            unknown: unknown.collect(),
            pages: pages.collect(),
            lost: lost.collect(),
            silent: silent.collect(),
            kinds: kinds.collect(),
            nobodys: without.chain(refused).collect(),
            beside_meta: report.beside_meta.iter().rev().take(MOST_ROWS).map(beside_meta).collect(),
            reconciliation: format!("/api/v1/reconciliation?from={from}&to={to}"),
            api: format!("/api/v1/quality?from={from}&to={to}"),
        }
    }
}

/// How much was not taken because its person had been erased; `None` if nothing was.
fn erased(report: &QualityReport) -> Option<Message> {
    let count = report.erased.filter(|count| *count > 0)?;
    Some(say("quality-erased").with("count", count))
}

/// What came in, and what became of it.
fn received(report: &QualityReport) -> Option<Message> {
    let told = say("quality-received").with("received", report.received?);
    let told = told.with("accepted", report.accepted).with("duplicates", report.duplicates?);
    Some(told.with("quarantined", report.quarantined))
}

/// `GET /quality`.
pub(crate) async fn quality(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    show(&views, asking, async |views, question, now| {
        let report = answer_quality(&views.store, &question, now).await?;
        Ok(QualityPage::new(&report, &question.period, now, who.may(Scope::People)))
    })
    .await
}
