//! When something is to be done: a cron expression in a time zone.

use chrono::{DateTime, Utc};
use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};
use thiserror::Error;

/// Clocks are changed by less than that, milliseconds.
const LARGEST_CHANGE: i64 = 3 * 3_600_000;

/// Why a schedule cannot be. In English here; pages have words of their own for each.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// It is no expression.
    #[error("{expression:?} is no cron expression such as 15 4 * * *: {reason}")]
    NoExpression {
        /// As it is written.
        expression: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Its time zone is none.
    #[error("the time zone {0:?} is unknown")]
    NoZone(String),
    /// No instant fits it.
    #[error("{0:?} never comes")]
    Never(String),
}

/// A cron expression in a time zone.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
    /// Whether every hour of the clock counts: then the one that comes twice counts twice, and the one that is
    /// skipped not at all. Otherwise a time on the wall is an appointment: it is kept, once.
    is_hourly: bool,
}

impl Schedule {
    /// `expression` has five fields: minute, hour, day of month, month, day of week.
    ///
    /// # Errors
    /// If it is no expression, never comes, or the zone is unknown.
    pub fn new(expression: &str, time_zone: &str) -> Result<Self, ScheduleError> {
        let no_expression = |error: CronError| ScheduleError::NoExpression {
            expression: expression.to_owned(),
            reason: error.to_string(),
        };
        let parser =
            CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = parser.parse(expression).map_err(no_expression)?;
        let zone = TimeZone::get(time_zone);
        let zone = zone.map_err(|_| ScheduleError::NoZone(time_zone.to_owned()))?;
        let hours = expression.split_whitespace().nth(1);
        let is_hourly = hours.is_none_or(|hours| hours == "*") && expression != "@daily";
        let schedule = Self { cron, zone, is_hourly };
        if schedule.next_after(0).is_none() {
            return Err(ScheduleError::Never(expression.to_owned()));
        }
        Ok(schedule)
    }

    /// The first instant behind `now`, both in UTC milliseconds; `None` if there is none. A time that a
    /// clock change skips is taken right behind the change; one that comes twice is taken once.
    #[must_use]
    pub fn next_after(&self, now: i64) -> Option<i64> {
        let instant = jiff::Timestamp::from_millisecond(now).ok()?;
        let offset = i64::from(self.zone.to_offset(instant).seconds()) * 1000;
        let wall = now.saturating_add(offset);
        let mut best: Option<i64> = None;
        let mut at = DateTime::<Utc>::from_timestamp_millis(wall.saturating_sub(LARGEST_CHANGE))?;
        // What the clock on the wall shows, one time after the other; the order of instants may be another.
        while let Ok(next) = self.cron.find_next_occurrence(&at, false) {
            at = next;
            let is_far = |best: i64| next.timestamp_millis() > wall + (best - now) + LARGEST_CHANGE;
            if best.is_some_and(is_far) {
                break;
            }
            let behind = self.instants(next).into_iter().flatten().filter(|at| *at > now);
            best = best.into_iter().chain(behind).min();
        }
        best
    }

    /// When the clock on the wall shows that: once, twice, or never, which is the instant of the change.
    fn instants(&self, wall: DateTime<Utc>) -> [Option<i64>; 2] {
        let shown = jiff::Timestamp::from_millisecond(wall.timestamp_millis());
        let Ok(shown) = shown.map(|shown| TimeZone::UTC.to_datetime(shown)) else {
            return [None; 2];
        };
        let found = self.zone.to_ambiguous_timestamp(shown);
        let millis =
            |at: Result<jiff::Timestamp, jiff::Error>| at.ok().map(jiff::Timestamp::as_millisecond);
        match found.offset() {
            AmbiguousOffset::Unambiguous { .. } => [millis(found.compatible()), None],
            AmbiguousOffset::Fold { .. } if self.is_hourly => {
                [millis(found.earlier()), millis(found.later())]
            }
            AmbiguousOffset::Fold { .. } => [millis(found.earlier()), None],
            AmbiguousOffset::Gap { .. } if self.is_hourly => [None; 2],
            AmbiguousOffset::Gap { .. } => [self.change_at(shown), None],
        }
    }

    /// The instant of the change that skips a time.
    fn change_at(&self, skipped: civil::DateTime) -> Option<i64> {
        let behind = self.zone.to_ambiguous_timestamp(skipped).later().ok()?;
        let change = self.zone.preceding(behind).next()?;
        Some(change.timestamp().as_millisecond())
    }
}

impl Schedule {
    /// The last instant behind `since` and not behind `now`, both in UTC milliseconds: of several that were
    /// missed the one that counts; `None` if none was due.
    #[must_use]
    pub fn last_due(&self, since: i64, now: i64) -> Option<i64> {
        // Nearly always a few days hold it; looking from `since` on could mean looking at years of minutes.
        let begins = [2, 40].map(|days| now.saturating_sub(days * super::DAY_MS).max(since));
        begins.into_iter().chain([since]).find_map(|begin| {
            let next = |last: &i64| self.next_after(*last).filter(|due| *due <= now);
            std::iter::successors(next(&begin), next).last()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(expression: &str, now: &str) -> String {
        let now: jiff::Timestamp = now.parse().unwrap();
        let schedule = Schedule::new(expression, "Europe/Paris").unwrap();
        let next = schedule.next_after(now.as_millisecond()).unwrap();
        jiff::Timestamp::from_millisecond(next).unwrap().to_string()
    }

    #[test]
    fn a_schedule_keeps_its_local_time_when_clocks_change() {
        assert_eq!(next("15 4 * * *", "2026-10-24T10:00:00Z"), "2026-10-25T03:15:00Z");
        assert_eq!(next("15 4 * * *", "2026-10-23T10:00:00Z"), "2026-10-24T02:15:00Z");
        // 02:30 is skipped in spring, and comes twice in autumn.
        assert_eq!(next("30 2 * * *", "2026-03-28T12:00:00Z"), "2026-03-29T01:00:00Z");
        assert_eq!(next("30 2 * * *", "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(next("30 2 * * *", "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
        // Lists too, and steps; what comes every hour comes as often as there are hours.
        assert_eq!(next("15,45 2 * * *", "2026-10-25T00:20:00Z"), "2026-10-25T00:45:00Z");
        assert_eq!(next("15,45 2 * * *", "2026-10-25T00:45:00Z"), "2026-10-26T01:15:00Z");
        assert_eq!(next("15,45 2 * * *", "2026-03-28T12:00:00Z"), "2026-03-29T01:00:00Z");
        assert_eq!(next("15,45 2 * * *", "2026-03-29T01:00:00Z"), "2026-03-30T00:15:00Z");
        assert_eq!(next("0 */2 * * *", "2026-10-25T00:00:00Z"), "2026-10-25T03:00:00Z");
        assert_eq!(next("30 * * * *", "2026-10-25T00:30:00Z"), "2026-10-25T01:30:00Z");
        assert_eq!(next("30 * * * *", "2026-03-29T00:30:00Z"), "2026-03-29T01:30:00Z");
        assert_eq!(next("* * * * *", "2026-10-25T00:59:00Z"), "2026-10-25T01:00:00Z");
        for (expression, told) in [
            ("soon", "is no cron expression"),
            ("*/10 * * * * *", "is no cron expression"),
            ("0 0 30 2 *", "never comes"),
        ] {
            let error = Schedule::new(expression, "UTC").unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let no_zone = Schedule::new("0 7 * * *", "Mars").unwrap_err();
        assert_eq!(no_zone.to_string(), "the time zone \"Mars\" is unknown");
    }

    #[test]
    fn of_missed_instants_the_last_one_counts() {
        let millis = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let due = |expression: &str, since: &str, now: &str| {
            let schedule = Schedule::new(expression, "Europe/Paris").unwrap();
            let due = schedule.last_due(millis(since), millis(now))?;
            Some(jiff::Timestamp::from_millisecond(due).unwrap().to_string())
        };
        let daily = "0 7 * * *";
        for (since, now, expected) in [
            ("2026-11-20T06:00:00Z", "2026-11-20T23:00:00Z", None),
            ("2026-11-20T05:59:59Z", "2026-11-20T06:00:00Z", Some("2026-11-20T06:00:00Z")),
            ("2026-03-01T00:00:00Z", "2026-11-20T23:00:00Z", Some("2026-11-20T06:00:00Z")),
            ("2026-10-20T00:00:00Z", "2026-10-25T05:59:59Z", Some("2026-10-24T05:00:00Z")),
            ("2026-10-20T00:00:00Z", "2026-10-25T06:00:00Z", Some("2026-10-25T06:00:00Z")),
        ] {
            assert_eq!(due(daily, since, now).as_deref(), expected, "{since} to {now}");
        }
        let yearly = due("0 7 1 1 *", "2020-02-01T00:00:00Z", "2026-11-20T00:00:00Z");
        assert_eq!(yearly.as_deref(), Some("2026-01-01T06:00:00Z"));
    }

    /// Every instant of a year with both changes of clocks, by walking through it minute by minute.
    #[test]
    fn schedules_fire_as_a_clock_on_the_wall_shows() {
        let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
        let schedule = Schedule::new("0 7 * * 1", "Europe/Paris").unwrap();
        let begin: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let end: jiff::Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        let mut expected = Vec::new();
        let mut minute = begin.as_millisecond();
        while minute < end.as_millisecond() {
            let wall = jiff::Timestamp::from_millisecond(minute).unwrap();
            let wall = wall.to_zoned_datetime(zone.clone()).datetime();
            if wall.hour() == 7
                && wall.minute() == 0
                && wall.weekday() == jiff::civil::Weekday::Monday
            {
                expected.push(minute);
            }
            minute += 60_000;
        }
        let next = |last: &i64| schedule.next_after(*last);
        let fired = std::iter::successors(next(&(begin.as_millisecond() - 1)), next);
        let fired: Vec<i64> = fired.take_while(|at| *at < end.as_millisecond()).collect();
        assert_eq!(fired, expected);
        assert_eq!(fired.len(), 52);
    }
}
