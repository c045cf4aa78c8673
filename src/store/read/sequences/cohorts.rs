//! Who writes again in which week after their first act.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::gathering::{Gathering, Span};
use super::moments::{InOrder, Moment, Moments};
use super::{WHOLE, Whose};
use crate::domain::Period;
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;

const FIRST_ACTS: &str = include_str!("../../../../queries/sequences/first_acts.sql");

/// What people do.
const ACTS: [&str; 4] = ["message", "postback", "referral", "opt_in"];

/// Those of a cohort who acted in a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CohortWeek {
    /// The Monday of the week of the first act, days since 1970-01-01.
    pub cohort: i32,
    /// Weeks since; 0 is the first.
    pub week: u32,
    /// People who acted in it.
    pub people: u64,
    /// People in the cohort.
    pub size: u64,
}

/// The weeks of a period, in its zone.
struct Weeks {
    /// Where each begins, or the period in it; UTC milliseconds.
    begins: Vec<i64>,
    /// The Monday of the first one, days since 1970-01-01.
    first: i32,
}

impl Weeks {
    fn of(period: &Period) -> Self {
        let mut weeks = Self { begins: Vec::new(), first: 0 };
        for (date, start) in period.days() {
            let since_monday = i32::from(date.weekday().to_monday_zero_offset());
            if weeks.begins.is_empty() {
                weeks.first = days_of(date) - since_monday;
            } else if since_monday > 0 {
                continue;
            }
            weeks.begins.push(start.0);
        }
        weeks
    }

    /// The number of the week of an instant in the period.
    fn number(&self, time: i64) -> usize {
        self.begins.partition_point(|begin| *begin <= time).saturating_sub(1)
    }
}

fn days_of(date: jiff::civil::Date) -> i32 {
    date.since(jiff::civil::date(1970, 1, 1)).map_or(0, |span| span.get_days())
}

/// By the numbers of the weeks of the first act and of later ones: people.
#[derive(Default)]
struct Cohorts {
    sizes: BTreeMap<usize, u64>,
    active: BTreeMap<(usize, usize), u64>,
}

impl Cohorts {
    fn count(&mut self, gathered: Gathering<'_>, firsts: &[Moment], weeks: &Weeks) {
        for first in firsts {
            *self.sizes.entry(weeks.number(first.at)).or_default() += 1;
        }
        let mut firsts = InOrder::new(firsts);
        gathered.tell(|person, _, events| {
            let Some(first) = firsts.of(person) else { return };
            let cohort = weeks.number(first.at);
            // In time, so that each week's acts stand together.
            let mut acted: Vec<usize> = events.iter().map(|act| weeks.number(act.time)).collect();
            acted.dedup();
            for week in acted.into_iter().filter(|week| *week >= cohort) {
                *self.active.entry((cohort, week)).or_default() += 1;
            }
        });
    }
}

impl Store {
    /// People by the week of their first act, and who acted in each week after it; in the order of both.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked, or sequences are still being made.
    pub async fn cohorts(&self, period: &Period) -> Result<Vec<CohortWeek>, StoreError> {
        let (from, until) = (period.from.0, period.to.0);
        let span = Span { from, until };
        let statement = assemble(FIRST_ACTS, &[("sequences_whole", WHOLE.trim_end())]);
        let question = self.client().query(&statement).param("from", from).param("to", until);
        let mut firsts = Moments::new(self, question)?;
        let (extent, (wanted, _)) =
            tokio::try_join!(self.extent(span), self.told_classes(span, &ACTS))?;
        let weeks = Weeks::of(period);
        let mut cohorts = Cohorts::default();
        for range in extent.ranges() {
            let (firsts, gathered) = tokio::try_join!(
                firsts.until(self, range.last),
                self.gather(&wanted, span, range, Whose::default())
            )?;
            cohorts.count(gathered, &firsts, &weeks);
        }
        let row = |(&(cohort, week), &people): (&(usize, usize), &u64)| CohortWeek {
            cohort: weeks.first + 7 * i32::try_from(cohort).unwrap_or_default(),
            week: u32::try_from(week - cohort).unwrap_or_default(),
            people,
            size: cohorts.sizes.get(&cohort).copied().unwrap_or_default(),
        };
        Ok(cohorts.active.iter().map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn weeks_begin_on_mondays_of_the_zone() {
        // 2026-10-23 (a Friday) to 2026-11-05, over the end of summer time.
        let zone = TimeZone::get("Europe/Paris").unwrap_or_else(|error| panic!("{error}"));
        let at = |text: &str| {
            let instant: jiff::Timestamp = text.parse().unwrap_or_else(|error| panic!("{error}"));
            instant.as_millisecond()
        };
        let (from, to) = (at("2026-10-23T10:00:00Z"), at("2026-11-05T00:00:00Z"));
        let period = Period::new(Timestamp(from), Timestamp(to), zone);
        let weeks = Weeks::of(&period.unwrap_or_else(|error| panic!("{error}")));
        let begins = [from, at("2026-10-25T23:00:00Z"), at("2026-11-01T23:00:00Z")];
        assert_eq!(weeks.begins, begins);
        assert_eq!(weeks.first, days_of(jiff::civil::date(2026, 10, 19)));
        assert_eq!(begins.map(|begin| weeks.number(begin)), [0, 1, 2]);
        assert_eq!(weeks.number(begins[1] - 1), 0);
    }
}
