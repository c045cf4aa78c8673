//! When something is to be done: a cron expression in a time zone.

use std::str::FromStr;

use anyhow::{Context, bail};
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
    pub fn new(expression: &str, time_zone: &str) -> anyhow::Result<Self> {
        let cron = Cron::from_str(expression)
            .with_context(|| format!("{expression:?} is no cron expression such as 15 4 * * *"))?;
        let Ok(zone) = Tz::from_str(time_zone) else {
            bail!("the time zone {time_zone:?} is unknown");
        };
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
}
