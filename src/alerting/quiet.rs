//! Hours in which only what is grave is told.

use jiff::civil::Time;
use jiff::tz::TimeZone;

/// From one time of day to another, over midnight if that is earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: Time,
    to: Time,
}

impl QuietHours {
    /// Reads `22:00-07:00`; `None` if there is nothing to read.
    ///
    /// # Errors
    /// If it is written otherwise.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let wrong = || format!("{text:?} is written otherwise than 22:00-07:00");
        let time = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            let is_two =
                |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            let both = is_two(hour) && is_two(minute);
            let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
            Time::new(hour, minute, 0, 0).ok().filter(|_| both)
        };
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let (from, to) = (time(from).ok_or_else(wrong)?, time(to).ok_or_else(wrong)?);
        if from == to { Err(wrong()) } else { Ok(Some(Self { from, to })) }
    }

    /// Whether an instant (UTC milliseconds) is one of them.
    #[must_use]
    pub fn holds(self, instant: i64, zone: &TimeZone) -> bool {
        let instant = jiff::Timestamp::from_millisecond(instant).unwrap_or_default();
        let now = zone.to_datetime(instant).time();
        if self.from < self.to {
            (self.from..self.to).contains(&now)
        } else {
            now >= self.from || now < self.to
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_reach_over_midnight() {
        let night = QuietHours::parse("22:00-07:00").unwrap().unwrap();
        let noon = QuietHours::parse(" 12:00 - 13:30 ").unwrap().unwrap();
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let paris = TimeZone::get("Europe/Paris").unwrap();
        for (instant, is_night, is_noon) in [
            ("2026-11-05T20:59:59Z", false, false),
            ("2026-11-05T21:00:00Z", true, false),
            ("2026-11-06T05:59:59Z", true, false),
            ("2026-11-06T06:00:00Z", false, false),
            ("2026-11-06T11:00:00Z", false, true),
            ("2026-11-06T12:30:00Z", false, false),
        ] {
            assert_eq!(night.holds(at(instant), &paris), is_night, "{instant}");
            assert_eq!(noon.holds(at(instant), &paris), is_noon, "{instant}");
        }
        assert_eq!(QuietHours::parse(" ").unwrap(), None);
        for bad in ["22-7", "22:00", "25:00-07:00", "22:00-22:00", "2:0-7:0", "a-b"] {
            assert!(QuietHours::parse(bad).is_err(), "{bad}");
        }
    }
}
