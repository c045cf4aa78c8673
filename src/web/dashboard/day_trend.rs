//! Conversations, leads and purchases day by day, as a chart and as rows.

use std::collections::BTreeMap;

use super::date_range::Range;
use super::drilldown::{DrilldownLinks, LinkedCount};
use crate::analysis::{Breakdown, FunnelReport};
use crate::domain::Period;
use crate::language::{Message, say};
use crate::render::chart::marks::Mark;
use crate::render::chart::{Day, on_page};
use crate::render::charts;
use crate::render::expected::people;
use crate::render::numbers::{dash, thousands};

/// Days that have a row each.
const MOST_DAYS: usize = 92;

/// Day by day, or seven days each, beside the period that it is compared with.
pub(crate) struct Trend {
    pub chart: String,
    pub days: Vec<DayTexts>,
    /// Whether there was anything in the other period.
    pub has_before: bool,
    /// Whether rows are seven days each.
    pub is_weekly: bool,
    /// Whether the last day is not over.
    pub is_open: bool,
}

pub(crate) struct DayTexts {
    pub date: String,
    pub counts: Vec<DayCount>,
}

/// A count of a day, of the day that it is compared with, and what it comes to if it is not finished.
pub(crate) struct DayCount {
    pub now: LinkedCount,
    pub before: String,
    pub expected: Option<Message>,
}

impl Trend {
    pub(crate) fn new(
        all_days: &[Day],
        is_open: bool,
        range: &Range,
        behind: &DrilldownLinks,
        marks: &[Mark],
    ) -> Self {
        let days = weekly(all_days);
        let many = all_days.len();
        Self {
            chart: on_page(|width| charts::trend(&days, many, is_open, width).annotated(marks)),
            has_before: days.iter().any(|day| day.before.is_some()),
            is_weekly: many > MOST_DAYS,
            days: day_texts(&days, all_days, range, behind),
            is_open,
        }
    }

    /// Whether more is expected of some days.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.days.iter().flat_map(|day| &day.counts).any(|count| count.expected.is_some())
    }
}

/// Every day of the period, those without a conversation too.
pub(crate) fn days_in(report: &FunnelReport, period: &Period) -> Vec<Day> {
    let counts = by_date(report);
    let day = |date: jiff::civil::Date| {
        let date = date.to_string();
        let counts = counts.get(&date).copied().unwrap_or_default();
        Day { date, counts, before: None, expected: [None; 3] }
    };
    period.days().into_iter().map(|(date, _)| day(date)).collect()
}

/// Conversations, leads and purchases of the days of a report that have some.
pub(crate) fn by_date(report: &FunnelReport) -> BTreeMap<String, [u64; 3]> {
    let rows = report.breakdown.iter().filter_map(|row| Some((row.value("day")?, row)));
    let counts =
        |row: &Breakdown| ["opened", "lead", "purchase"].map(|step| row.count(step).unwrap_or(0));
    rows.map(|(date, row)| (date.to_owned(), counts(row))).collect()
}

/// Seven days a row, each called by its first, if single ones would be too many.
fn weekly(days: &[Day]) -> Vec<Day> {
    if days.len() <= MOST_DAYS {
        return days.to_vec();
    }
    let sum = |all: &mut [u64; 3], more: [u64; 3]| {
        all.iter_mut().zip(more).for_each(|(all, more)| *all += more);
    };
    let week = |days: &[Day]| {
        let mut week =
            Day { date: days[0].date.clone(), counts: [0; 3], before: None, expected: [None; 3] };
        for day in days {
            sum(&mut week.counts, day.counts);
            if let Some(before) = day.before {
                sum(week.before.get_or_insert_default(), before);
            }
        }
        week.expected = [0, 1, 2].map(|series| expected_of(days, series));
        week
    };
    days.chunks(7).map(week).collect()
}

/// What the counts of several days come to, if some are not finished.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn expected_of(days: &[Day], series: usize) -> Option<f64> {
    let of = |day: &Day| day.expected[series].unwrap_or(day.counts[series] as f64);
    let is_open = days.iter().any(|day| day.expected[series].is_some());
    is_open.then(|| days.iter().map(of).sum())
}

/// Rows of `days`, each of which is one or more of `all_days`.
fn day_texts(
    days: &[Day],
    all_days: &[Day],
    range: &Range,
    behind: &DrilldownLinks,
) -> Vec<DayTexts> {
    let last_of = |day: &Day| {
        let first = all_days.iter().position(|one| one.date == day.date).unwrap_or(0);
        let many = if days.len() == all_days.len() { 1 } else { 7 };
        &all_days[(first + many).min(all_days.len()) - 1].date
    };
    let texts = |day: &Day| {
        let behind = behind.within(range.days(&day.date, last_of(day)));
        let counts = ["opened", "lead", "purchase"].into_iter().enumerate().map(|(at, stage)| {
            let now = behind.with("reached", stage).count(Some(day.counts[at]));
            let before = day.before.map_or_else(dash, |before| thousands(before[at]));
            let expected =
                day.expected[at].map(|figure| say("ads-expected").with("figure", people(figure)));
            DayCount { now, before, expected }
        });
        DayTexts { date: day.date.clone(), counts: counts.collect() }
    };
    days.iter().map(texts).collect()
}
