//! The cohorts page: who writes again in the weeks after their first.

use askama::Template;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::domain::{Period, Timestamp};
use crate::insights::retention::{Cohort, answer_cohorts};
use crate::language::{Message, filters, say};
use crate::render::numbers::{dash, percent, thousands};
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::Allowed;

/// Shades of the heat map, from none to everybody.
const SHADES: f64 = 9.0;
/// Weeks after the first, and cohorts, that the page shows: half a year, and a year.
const MOST_WEEKS: usize = 27;
const MOST_COHORTS: usize = 53;

#[derive(Template)]
#[template(path = "cohorts.html", config = "dashboards/askama.toml")]
pub(crate) struct CohortsPage {
    page: &'static str,
    range: Range,
    /// Weeks after the first, of the longest row.
    weeks: usize,
    rows: Vec<Row>,
    /// All cohorts together, of the weeks that are over.
    all: Vec<Cell>,
    people: String,
    note: Message,
    /// Whether there are more weeks or cohorts than are shown.
    is_cut: bool,
    /// Address of the figures, to which a format is added.
    api: String,
}

struct Row {
    week: String,
    size: String,
    cells: Vec<Cell>,
}

/// A share of a cohort, or an empty place.
struct Cell {
    text: String,
    shade: u8,
    about: String,
    /// Whether the week goes on.
    is_open: bool,
}

impl CohortsPage {
    pub(crate) fn new(cohorts: &[Cohort], period: &Period, now: Timestamp) -> Self {
        let (from, to) = (period.from.to_rfc3339(), period.to.to_rfc3339());
        let end = period.to.0.min(now.0);
        let end = End { day: local_day(end, period), last: local_day(end - 1, period) };
        let (total, cohorts) =
            (cohorts.len(), &cohorts[cohorts.len().saturating_sub(MOST_COHORTS)..]);
        let weeks = cohorts.iter().map(|cohort| reach(cohort, end)).max().unwrap_or(0);
        let rows = cohorts.iter().map(|cohort| Row {
            week: cohort.week.clone(),
            size: thousands(cohort.size),
            cells: (0..weeks).map(|week| cell(cohort, week, end)).collect(),
        });
        let all = (0..weeks).map(|week| {
            let over = cohorts.iter().filter(|cohort| is_over(cohort, week, end));
            let (active, size) = over.fold((0, 0), |(active, size), cohort| {
                (active + active_in(cohort, week), size + cohort.size)
            });
            share(active, size, false)
        });
        let people: u64 = cohorts.iter().map(|cohort| cohort.size).sum();
        Self {
            page: "cohorts",
            range: Range::new(period, now, "/cohorts", ""),
            weeks,
            rows: rows.collect(),
            all: all.collect(),
            people: thousands(people),
            note: say("cohorts-note").with("people", people),
            is_cut: total > cohorts.len() || weeks == MOST_WEEKS,
            api: format!("/api/v1/cohorts?from={from}&to={to}"),
        }
    }
}

/// The end of what is known: its day, which has begun or is the first behind it, and the last day that has begun before.
#[derive(Clone, Copy)]
struct End {
    day: Date,
    last: Date,
}

fn local_day(at: i64, period: &Period) -> Date {
    jiff::Timestamp::from_millisecond(at)
        .map(|at| at.to_zoned_datetime(period.zone.clone()).date())
        .unwrap_or_default()
}

/// The Monday of a cohort's week.
fn monday(cohort: &Cohort, week: usize) -> Date {
    let first = cohort.week.parse::<Date>().unwrap_or_default();
    let weeks = i64::try_from(week).unwrap_or(i64::MAX);
    first.saturating_add(weeks.saturating_mul(7).days())
}

/// How many of its weeks have begun, of those that are shown.
fn reach(cohort: &Cohort, end: End) -> usize {
    (0..MOST_WEEKS).take_while(|week| monday(cohort, *week) <= end.last || *week == 0).count()
}

fn is_over(cohort: &Cohort, week: usize, end: End) -> bool {
    monday(cohort, week + 1) <= end.day
}

fn active_in(cohort: &Cohort, week: usize) -> u64 {
    // Behind the last week with anybody stands nothing.
    cohort.active.get(week).copied().unwrap_or(0)
}

fn cell(cohort: &Cohort, week: usize, end: End) -> Cell {
    if week > 0 && monday(cohort, week) > end.last {
        return Cell { text: String::new(), shade: 0, about: String::new(), is_open: false };
    }
    share(active_in(cohort, week), cohort.size, !is_over(cohort, week, end))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of people, and a share between 0 and 1"
)]
fn share(active: u64, size: u64, is_open: bool) -> Cell {
    if size == 0 {
        let about = say("cohorts-share-none").to_string();
        return Cell { text: dash(), shade: 0, about, is_open };
    }
    let rate = active as f64 / size as f64;
    let about = say(if is_open { "cohorts-share-open" } else { "cohorts-share" });
    Cell {
        text: percent(Some(rate), size),
        shade: (rate * SHADES).ceil() as u8,
        about: about.with("active", active).with("size", size).to_string(),
        is_open,
    }
}

/// `GET /cohorts`.
pub(crate) async fn cohorts(Allowed(views): Allowed, asking: Asks) -> Response {
    show(&views, asking, async |views, question, now| {
        let cohorts = answer_cohorts(&views.store, &question).await?;
        Ok(CohortsPage::new(&cohorts, &question.period, now))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cohort(week: &str, size: u64, active: &[u64]) -> Cohort {
        Cohort { week: week.to_owned(), size, active: active.to_vec() }
    }

    #[test]
    fn weeks_that_are_not_over_are_marked_and_count_not_for_all() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        // Monday, 2 November; the range ends within the third week.
        let (first, end) = (
            cohort("2026-11-02", 10, &[10, 4]),
            End { day: day("2026-11-18"), last: day("2026-11-18") },
        );
        assert_eq!(reach(&first, end), 3);
        let cells: Vec<(String, bool)> = (0..4)
            .map(|week| cell(&first, week, end))
            .map(|cell| (cell.text, cell.is_open))
            .collect();
        assert_eq!(cells[0], ("100 %".to_owned(), false));
        assert_eq!(cells[1], ("40 %".to_owned(), false));
        assert_eq!(cells[2], ("0 %".to_owned(), true));
        assert_eq!(cells[3], (String::new(), false));
        // A range that ends with the week has it whole.
        let until = |text: &str| End { day: day(text), last: day("2026-11-15") };
        assert!(is_over(&first, 1, until("2026-11-16")));
        assert!(!is_over(&first, 1, until("2026-11-15")));
        // On a Monday its week has begun, and is open; the one of a range that ends before it is not there.
        let monday = End { day: day("2026-11-16"), last: day("2026-11-16") };
        assert_eq!((reach(&first, monday), is_over(&first, 2, monday)), (3, false));
        assert_eq!(reach(&first, until("2026-11-16")), 2);
    }

    #[test]
    fn shades_go_from_none_to_all() {
        let shade = |active| share(active, 100, false).shade;
        assert_eq!([shade(0), shade(1), shade(50), shade(100)], [0, 1, 5, 9]);
    }
}
