//! The quality page: what came in, what is not understood, what is lost, and what has fallen silent.

use askama::Template;

use super::super::quality::{Alert, QualityReport};
use super::range::Range;
use super::text::{dash, local, percent, thousands};
use super::words;
use crate::analysis::ReconciledDay;
use crate::domain::{Period, Timestamp};

/// Rows of each list.
const MOST_ROWS: usize = 50;

#[derive(Template)]
#[template(path = "quality.html", config = "dashboards/askama.toml")]
pub(super) struct QualityPage {
    page: &'static str,
    range: Range,
    is_empty: bool,
    as_of: Option<String>,
    tiles: Vec<[String; 4]>,
    alerts: Vec<Alert>,
    unknown: Vec<[String; 5]>,
    pages: Vec<[String; 4]>,
    lost: Vec<[String; 5]>,
    silent: Vec<[String; 5]>,
    kinds: Vec<[String; 7]>,
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
        (day.causes.without_referral, "new threads without a referral"),
        (day.causes.opened_silently, "opened, nothing written"),
        (day.causes.within_7_days, "came again within 7 days"),
        (day.causes.late, "came in late"),
        (day.causes.moved_by_zone.unsigned_abs(), "moved by the time zone"),
    ];
    let causes = causes.into_iter().filter(|(count, _)| *count > 0);
    let causes: Vec<String> =
        causes.map(|(count, what)| format!("{} {what}", thousands(count))).collect();
    BesideMeta {
        date: day.date.clone(),
        account: day.account_id.clone(),
        ours: thousands(day.ours),
        meta: thousands(day.meta),
        gap: format!("{:+}", day.gap),
        usual: day.usual_band.map_or_else(dash, |[low, high]| format!("{low:.0} to {high:.0}")),
        is_unusual: day.is_unusual,
        causes: causes.join(" · "),
    }
}

impl QualityPage {
    pub(super) fn new(report: &QualityReport, period: &Period, now: Timestamp) -> Self {
        let local = |instant: &str| local(instant, &period.zone);
        let tile = |id: &str, label: &str, count: u64, note: &str| {
            [id.to_owned(), label.to_owned(), thousands(count), note.to_owned()]
        };
        let unknown = report.unknown_refs.iter().take(MOST_ROWS).map(|row| {
            let nearest = row.nearest.clone().unwrap_or_default();
            [
                row.referral_ref.clone(),
                thousands(row.touchpoints),
                local(&row.last_seen),
                nearest,
                row.page.clone(),
            ]
        });
        let pages = report.pages.iter().map(|row| {
            let counts = [row.new_threads, row.without_referral].map(thousands);
            let [threads, without] = counts;
            [row.page.clone(), threads, without, percent(Some(row.share))]
        });
        let lost = report.lost_refs.iter().map(|row| {
            let [clicks, arrived, lost] = [row.clicks, row.arrived, row.lost].map(thousands);
            [row.link.clone(), clicks, arrived, lost, percent(Some(row.share))]
        });
        let silent = report.silent.iter().take(MOST_ROWS).map(|row| {
            [
                format!("{} {}", row.door, row.id),
                local(&row.last_seen),
                format!("{:.1}", row.usual_per_day),
                format!("{:.1}", row.silent_days),
                format!("{:.0}", row.expected),
            ]
        });
        let kinds = report.kinds.iter().map(|row| {
            let counts = [row.events, row.people, row.clamped, row.late].map(thousands);
            let [events, people, clamped, late] = counts;
            [row.channel.clone(), row.kind.clone(), row.name.clone(), events, people, clamped, late]
        });
        let (from, to) = (&report.from, &report.to);
        Self {
            page: "quality",
            range: Range::new(period, now, "/quality", ""),
            is_empty: report.events == 0,
            as_of: report.as_of.as_deref().map(local),
            tiles: vec![
                tile("events", "Events", report.events, "each once"),
                tile(
                    "quarantined",
                    "In quarantine",
                    report.quarantined,
                    "not understood, of any day",
                ),
                tile("late", "Late", report.late, "more than an hour after their time"),
                tile("clamped", "Impossible times", report.clamped, "they have their webhook's"),
            ],
            alerts: report.alerts.clone(),
            unknown: unknown.collect(),
            pages: pages.collect(),
            lost: lost.collect(),
            silent: silent.collect(),
            kinds: kinds.collect(),
            beside_meta: report.beside_meta.iter().rev().take(MOST_ROWS).map(beside_meta).collect(),
            reconciliation: format!("/api/v1/reconciliation?from={from}&to={to}"),
            api: format!("/api/v1/quality?from={from}&to={to}"),
        }
    }
}
