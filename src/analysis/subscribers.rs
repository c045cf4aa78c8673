//! Who may be written to outside of the messaging window: the opted-in audience over time.

use std::collections::BTreeSet;

use polars_core::frame::DataFrame;
use serde::Serialize;
use utoipa::ToSchema;

use super::AnalysisError;
use crate::domain::Period;

/// A one-time request without an expiry of its own holds for a year (Meta, one-time notification).
const ONE_TIME_MS: i64 = 365 * 86_400_000;

/// The opted-in audience at the end of a day, and what happened on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubscriberDay {
    /// The day, in the period's zone.
    pub date: String,
    /// People who opted in to a topic, or resumed it.
    pub opted_in: u64,
    /// People who stopped a topic.
    pub stopped: u64,
    /// Permissions that ran out.
    pub expired: u64,
    /// People with at least one permission at the day's end.
    pub audience: u64,
}

/// A permission: from when until when, and why it ended.
struct Spell {
    person: usize,
    from: i64,
    to: i64,
    is_stopped: bool,
}

/// The audience of each day of `period`, of rows as `queries/audience/subscriptions.sql` gives them.
///
/// A permission for a topic lasts from the opt-in to the stop, the next opt-in, or the token's expiry.
/// That a one-time request was used is not on the wire: it counts until it runs out.
///
/// # Errors
/// If the frame is not of that form.
pub fn subscribers(rows: &DataFrame, period: &Period) -> Result<Vec<SubscriberDay>, AnalysisError> {
    let spells = spells(rows)?;
    let days = period.days();
    let ends = days.iter().skip(1).map(|(_, start)| start.0).chain([period.to.0]);
    let days = days.iter().zip(ends).map(|((date, start), end)| {
        let on_day = |time: i64| (start.0..end).contains(&time);
        let audience: BTreeSet<usize> = spells
            .iter()
            .filter(|spell| spell.from < end && spell.to >= end)
            .map(|spell| spell.person)
            .collect();
        let count = |is: &dyn Fn(&&Spell) -> bool| spells.iter().filter(is).count() as u64;
        SubscriberDay {
            date: date.to_string(),
            opted_in: count(&|spell| on_day(spell.from)),
            stopped: count(&|spell| spell.is_stopped && on_day(spell.to)),
            expired: count(&|spell| !spell.is_stopped && on_day(spell.to)),
            audience: audience.len() as u64,
        }
    });
    Ok(days.collect())
}

fn spells(rows: &DataFrame) -> Result<Vec<Spell>, AnalysisError> {
    let texts = |name| -> Result<Vec<&str>, AnalysisError> {
        Ok(rows.column(name)?.str()?.iter().map(Option::unwrap_or_default).collect())
    };
    let numbers = |name| -> Result<Vec<i64>, AnalysisError> {
        let column = rows.column(name)?.cast(&polars_core::prelude::DataType::Int64)?;
        Ok(column.i64()?.iter().map(Option::unwrap_or_default).collect())
    };
    let (pages, people, topics) = (texts("page_id")?, texts("person_id")?, texts("topic")?);
    let (times, is_in, is_one_time) =
        (numbers("time")?, numbers("is_in")?, numbers("is_one_time")?);
    let expiries = numbers("expires_at")?;
    let mut spells: Vec<Spell> = Vec::new();
    let mut person = 0;
    // The spell of this person and topic that has not ended.
    let mut open: Option<usize> = None;
    for row in 0..rows.height() {
        let is_same = |texts: &[&str]| row > 0 && texts[row] == texts[row - 1];
        let is_same_person = is_same(&pages) && is_same(&people);
        person += usize::from(row > 0 && !is_same_person);
        if !(is_same_person && is_same(&topics)) {
            open = None;
        }
        let time = times[row];
        let still = open.filter(|spell| spells[*spell].to > time);
        if is_in[row] == 0 {
            if let Some(spell) = still {
                (spells[spell].to, spells[spell].is_stopped) = (time, true);
            }
            open = None;
            continue;
        }
        let to = match (expiries[row], is_one_time[row] == 1) {
            (0, true) => time.saturating_add(ONE_TIME_MS),
            (0, false) => still.map_or(i64::MAX, |spell| spells[spell].to),
            (expiry, _) => expiry,
        };
        if let Some(spell) = still {
            // Renewed.
            spells[spell].to = to;
        } else {
            open = Some(spells.len());
            spells.push(Spell { person, from: time, to, is_stopped: false });
        }
    }
    Ok(spells)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use polars_core::prelude::Column;

    use super::*;
    use crate::domain::Timestamp;

    const DAY: i64 = 86_400_000;

    /// (person, topic, day, in, one-time, expiry's day or 0)
    fn days(rows: &[(&str, &str, i64, u32, u32, i64)], days: i64) -> Vec<[u64; 4]> {
        let column = |name: &str, get: &dyn Fn(usize) -> i64| {
            Column::new(name.into(), (0..rows.len()).map(get).collect::<Vec<i64>>())
        };
        let texts = |name: &str, get: &dyn Fn(usize) -> String| {
            Column::new(name.into(), (0..rows.len()).map(get).collect::<Vec<String>>())
        };
        let frame = DataFrame::new(
            rows.len(),
            vec![
                texts("page_id", &|_| "1".to_owned()),
                texts("person_id", &|row| rows[row].0.to_owned()),
                texts("topic", &|row| rows[row].1.to_owned()),
                column("time", &|row| rows[row].2 * DAY + 1),
                column("is_in", &|row| i64::from(rows[row].3)),
                column("is_one_time", &|row| i64::from(rows[row].4)),
                column("expires_at", &|row| rows[row].5 * DAY),
            ],
        );
        let period = Period::new(Timestamp(0), Timestamp(days * DAY), TimeZone::UTC).unwrap();
        let found = subscribers(&frame.unwrap(), &period).unwrap();
        found.iter().map(|day| [day.opted_in, day.stopped, day.expired, day.audience]).collect()
    }

    #[test]
    fn who_stops_resumes_or_runs_out_is_counted_on_its_day() {
        let rows = [
            ("ann", "offers", 0, 1, 0, 3),
            ("ann", "offers", 1, 0, 0, 0),
            ("ann", "offers", 2, 1, 0, 9),
            ("bob", "news", 0, 1, 0, 2),
            ("bob", "offers", 1, 1, 0, 0),
            ("cid", "one-time x", 1, 1, 1, 0),
        ];
        let expected = [[2, 0, 0, 2], [2, 1, 0, 2], [1, 0, 1, 3], [0, 0, 0, 3]];
        assert_eq!(days(&rows, 4), expected);
        assert_eq!(days(&[], 1), [[0; 4]]);
    }

    #[test]
    fn a_renewal_prolongs_and_a_stop_without_an_opt_in_changes_nothing() {
        let rows = [("ann", "a", 0, 1, 0, 1), ("ann", "a", 0, 1, 0, 3), ("bob", "a", 0, 0, 0, 0)];
        assert_eq!(days(&rows, 4), [[1, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 0]]);
    }
}
