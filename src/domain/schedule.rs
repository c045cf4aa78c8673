//! When something is to be done: a cron expression in a time zone.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;

/// A cron expression in a time zone.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
}

impl Schedule {
    /// `expression` has five fields: minute, hour, day of month, month, day of week.
    ///
    /// # Errors
    /// If it is no expression, or the zone is unknown.
    pub fn new(expression: &str, time_zone: &str) -> Result<Self, String> {
        let no_expression =
            |error| format!("{expression:?} is no cron expression such as 15 4 * * *: {error}");
        let cron = Cron::from_str(expression).map_err(no_expression)?;
        let zone = Tz::from_str(time_zone);
        let zone = zone.map_err(|_| format!("the time zone {time_zone:?} is unknown"))?;
        Ok(Self { cron, zone })
    }

    /// The first instant behind `now`, both in UTC milliseconds; `None` if there is none. A time that a
    /// clock change skips is taken right behind the change; one that comes twice is taken once.
    #[must_use]
    pub fn next_after(&self, now: i64) -> Option<i64> {
        let now = DateTime::<Utc>::from_timestamp_millis(now)?.with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&now, false).ok()?;
        Some(next.timestamp_millis())
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
        assert!(Schedule::new("soon", "UTC").is_err());
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
