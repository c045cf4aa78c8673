//! A half-open range of time in a report's time zone, and its days.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use thiserror::Error;

use super::Timestamp;

/// A range `[from, to)` with the time zone in which its days are days.
#[derive(Debug, Clone)]
pub struct Period {
    /// First instant inside.
    pub from: Timestamp,
    /// First instant after.
    pub to: Timestamp,
    /// The zone of dates and days.
    pub zone: TimeZone,
}

/// Why a period could not be made.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PeriodError {
    /// Neither a date nor an instant.
    #[error("{0:?} is neither a date (2026-01-31) nor an RFC 3339 instant (2026-01-31T00:00:00Z)")]
    Unreadable(String),
    /// An empty or reversed range.
    #[error("the range is empty: it starts at {from} and ends at {to} (the end is exclusive)")]
    Empty {
        /// Start.
        from: Timestamp,
        /// End.
        to: Timestamp,
    },
}

impl Period {
    /// The range between two instants.
    ///
    /// # Errors
    /// [`PeriodError::Empty`] unless `from < to`.
    pub fn new(from: Timestamp, to: Timestamp, zone: TimeZone) -> Result<Self, PeriodError> {
        if from < to { Ok(Self { from, to, zone }) } else { Err(PeriodError::Empty { from, to }) }
    }

    /// Its first and last day, if it is made of whole days.
    #[must_use]
    pub fn whole_days(&self) -> Option<(Date, Date)> {
        let (first, last) = self.first_and_last_day();
        let behind = last.checked_add(jiff::Span::new().days(1)).ok()?;
        let is_whole = start_of_day(first, &self.zone) == self.from
            && start_of_day(behind, &self.zone) == self.to;
        is_whole.then_some((first, last))
    }

    /// The first instant of a day in the period's zone.
    #[must_use]
    pub fn start_of(&self, date: Date) -> Timestamp {
        start_of_day(date, &self.zone)
    }

    /// Whether an instant (UTC milliseconds) lies inside.
    #[must_use]
    pub fn contains(&self, instant: i64) -> bool {
        (self.from.0..self.to.0).contains(&instant)
    }

    /// The range between two texts, each a date (its first instant in `zone`) or an RFC 3339
    /// instant. Without `to` it ends with today; without `from` it is the 30 days before the end.
    ///
    /// # Errors
    /// A text that is neither, or an empty range.
    pub fn parse(
        from: Option<&str>,
        to: Option<&str>,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Self, PeriodError> {
        let to = match to {
            Some(text) => parse_instant(text, zone)?,
            None => {
                start_of_day(date_of(now, zone).saturating_add(jiff::Span::new().days(1)), zone)
            }
        };
        let from = if let Some(text) = from {
            parse_instant(text, zone)?
        } else {
            let last_day = date_of(Timestamp(to.0 - 1), zone);
            start_of_day(last_day.saturating_sub(jiff::Span::new().days(29)), zone)
        };
        Self::new(from, to, zone.clone())
    }

    /// Today and some days before it.
    ///
    /// # Errors
    /// [`PeriodError::Empty`] outside of the calendar.
    pub fn last_days(before: i64, zone: &TimeZone, now: Timestamp) -> Result<Self, PeriodError> {
        let today = date_of(now, zone);
        let first = today.saturating_sub(jiff::Span::new().days(before));
        let behind = today.saturating_add(jiff::Span::new().days(1));
        Self::new(start_of_day(first, zone), start_of_day(behind, zone), zone.clone())
    }

    /// The date behind `text`, which is the last day of a range as people write it.
    ///
    /// # Errors
    /// [`PeriodError::Unreadable`] if it is not a date.
    pub fn day_after(text: &str, zone: &TimeZone) -> Result<String, PeriodError> {
        parse_instant(text, zone)?;
        let date: Date = text.parse().map_err(|_| PeriodError::Unreadable(text.to_owned()))?;
        Ok(date.saturating_add(jiff::Span::new().days(1)).to_string())
    }

    /// The days that the range touches, each with its first instant inside the range.
    #[must_use]
    pub fn days(&self) -> Vec<(Date, Timestamp)> {
        let mut days = Vec::new();
        let mut date = date_of(self.from, &self.zone);
        let mut start = self.from;
        while start < self.to {
            days.push((date, start));
            let Ok(next) = date.tomorrow() else { break };
            date = next;
            start = start_of_day(date, &self.zone);
        }
        days
    }

    /// The first and the last day inside, for a date picker.
    #[must_use]
    pub fn first_and_last_day(&self) -> (Date, Date) {
        (date_of(self.from, &self.zone), date_of(Timestamp(self.to.0 - 1), &self.zone))
    }
}

/// Reads a date or an RFC 3339 instant.
///
/// # Errors
/// [`PeriodError::Unreadable`] with the text.
pub fn parse_instant(text: &str, zone: &TimeZone) -> Result<Timestamp, PeriodError> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp(instant.as_millisecond()));
    }
    let looks_like_date = text.len() == 10;
    match text.parse::<Date>() {
        Ok(date) if looks_like_date => Ok(start_of_day(date, zone)),
        _ => Err(PeriodError::Unreadable(text.to_owned())),
    }
}

fn date_of(instant: Timestamp, zone: &TimeZone) -> Date {
    jiff::Timestamp::from_millisecond(instant.0).map_or(Date::MIN, |i| zone.to_datetime(i).date())
}

/// The first instant of a day: midnight, or the first instant after a clock change that skips it.
fn start_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    date.to_zoned_datetime(zone.clone())
        // The calendar's last day has no end.
        .map_or(Timestamp(253_402_300_799_999), |zoned| {
            Timestamp(zoned.timestamp().as_millisecond())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn a_day_is_a_day_in_the_zone_even_when_the_clock_changes() {
        let paris = zone("Europe/Paris");
        let now = Timestamp(0);
        let spring = Period::parse(Some("2026-03-29"), Some("2026-03-30"), &paris, now).unwrap();
        assert_eq!(spring.to.0 - spring.from.0, 23 * 3_600_000);
        let autumn = Period::parse(Some("2026-10-25"), Some("2026-10-26"), &paris, now).unwrap();
        assert_eq!(autumn.to.0 - autumn.from.0, 25 * 3_600_000);
        let week = Period::parse(Some("2026-10-22"), Some("2026-10-29"), &paris, now).unwrap();
        assert_eq!(week.days().len(), 7);
    }

    #[test]
    fn without_dates_it_is_the_last_thirty_days() {
        let now = parse_instant("2026-11-24T15:00:00Z", &TimeZone::UTC).unwrap();
        let period = Period::parse(None, None, &TimeZone::UTC, now).unwrap();
        assert_eq!(period.from.to_rfc3339(), "2026-10-26T00:00:00.000Z");
        assert_eq!(period.to.to_rfc3339(), "2026-11-25T00:00:00.000Z");
    }

    #[test]
    fn instants_and_bad_texts() {
        let utc = TimeZone::UTC;
        assert_eq!(parse_instant("2026-01-01T01:00:00+01:00", &utc).unwrap().0, 1_767_225_600_000);
        for bad in ["yesterday", "2026-13-01", "2026-1-1", ""] {
            assert!(parse_instant(bad, &utc).is_err(), "{bad}");
        }
        let reversed = Period::parse(Some("2026-02-01"), Some("2026-01-01"), &utc, Timestamp(0));
        assert!(matches!(reversed, Err(PeriodError::Empty { .. })));
    }
}
