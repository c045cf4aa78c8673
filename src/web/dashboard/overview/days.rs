//! The overview's days, each beside the one that it is compared with.

use std::collections::BTreeMap;

use super::figures::Figures;
use crate::analysis::Breakdown;
use crate::domain::{Period, Timestamp};
use crate::render::chart::Day;
use crate::render::expected::FINISHED;
use crate::web::dashboard::day_trend::by_date;

/// Every day of the period, those without a conversation too, each beside the one that it is compared with, which lies so
/// many days back. Before the `first` event there is nothing to compare with.
pub(crate) fn days_of(figures: &Figures, period: &Period, first: Timestamp) -> (Vec<Day>, usize) {
    let first = day_of(first, period);
    let own = by_date(&figures.own.by_day);
    let rows = figures.own.by_day.breakdown.iter();
    let expected: BTreeMap<&str, [Option<f64>; 3]> =
        rows.filter_map(|row| Some((row.value("day")?, expected(row)))).collect();
    let before = figures.before.as_ref();
    let counts_before = before.map(|before| by_date(&before.by_day));
    let back = before.map_or(0, |before| {
        let since = day_of(period.from, period).since(day_of(before.period.from, period));
        since.map_or(0, |span| span.get_days())
    });
    let day = |date: jiff::civil::Date| {
        let same = date.saturating_sub(jiff::Span::new().days(back));
        let counted = |counts: &BTreeMap<String, [u64; 3]>| {
            (same >= first).then(|| counts.get(&same.to_string()).copied().unwrap_or_default())
        };
        let before = counts_before.as_ref().and_then(counted);
        let date = date.to_string();
        let counts = own.get(&date).copied().unwrap_or_default();
        let expected = expected.get(date.as_str()).copied().unwrap_or_default();
        Day { date, counts, before, expected }
    };
    let days = period.days().into_iter().map(|(date, _)| day(date)).collect();
    (days, usize::try_from(back).unwrap_or(0))
}

/// What conversations, leads and purchases of a day come to, where they are not finished.
fn expected(row: &Breakdown) -> [Option<f64>; 3] {
    ["opened", "lead", "purchase"].map(|name| {
        let outlook = row.steps.iter().find(|step| step.name == name)?.outlook?;
        outlook.expected.filter(|_| outlook.matured_share.is_some_and(|share| share < FINISHED))
    })
}

fn day_of(instant: Timestamp, period: &Period) -> jiff::civil::Date {
    let instant = jiff::Timestamp::from_millisecond(instant.0).unwrap_or_default();
    period.zone.to_datetime(instant).date()
}
