//! Dates and times as people and spreadsheets write them in files: which part is the month is decided by the whole file.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use super::Timestamp;

/// Which part of `03/04/2026` is the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
    /// Every date of the file can be read both ways, or they contradict one another.
    Unknown,
}

const NO_DATE: &str = "is no date such as 2026-01-31";
const NO_TIME: &str = "is no time such as 2026-01-31T18:00:00Z, 31.01.2026 18:00 or Unix seconds";

impl DateOrder {
    /// Looks at all dates of a file, with or without times of day.
    #[must_use]
    pub fn of<'a>(dates: impl Iterator<Item = &'a str>) -> Self {
        let mut orders = dates.filter_map(|text| match written(split(text.trim()).0)? {
            Written::YearLast(first, second, _) => own_order(first, second),
            Written::Clear(..) => None,
        });
        let Some(first) = orders.next() else { return Self::Unknown };
        if orders.all(|other| other == first) { first } else { Self::Unknown }
    }

    /// Reads a date.
    ///
    /// # Errors
    /// What is wrong with it, as said of it.
    pub fn read(self, text: &str) -> Result<Date, String> {
        if let Ok(date) = text.parse() {
            return Ok(date);
        }
        let no_date = || NO_DATE.to_owned();
        let (year, month, day) = match written(text).ok_or_else(no_date)? {
            Written::Clear(year, month, day) => (year, month, day),
            Written::YearLast(first, second, year) => {
                let order = own_order(first, second).unwrap_or(self);
                match order {
                    _ if first == second => (year, first, second),
                    Self::DayFirst => (year, second, first),
                    Self::MonthFirst => (year, first, second),
                    Self::Unknown => {
                        return Err(format!(
                            "may be {year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}, and no \
                             other date of the file tells which: have the year shown first"
                        ));
                    }
                }
            }
        };
        if (0..100).contains(&year) {
            return Err("has a year of two digits: have four shown and export again".to_owned());
        }
        Date::new(year, month, day).map_err(|_| no_date())
    }

    /// Reads a time: of a day with a zone, or as it is in `zone` (the first of two where clocks are put back; midnight if
    /// there is none), or Unix seconds or milliseconds.
    ///
    /// # Errors
    /// What is wrong with it, as said of it.
    pub fn instant(self, text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
        if let Ok(number) = text.parse() {
            return Ok(Timestamp::from_wire_number(number));
        }
        if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            return Ok(Timestamp(instant.as_millisecond()));
        }
        let no_time = || NO_TIME.to_owned();
        let (date, rest) = split(text);
        if written(date).is_none() {
            return Err(no_time());
        }
        let date = self.read(date)?;
        let (time, offset) = time_of_day(rest).ok_or_else(no_time)?;
        let local = DateTime::from_parts(date, time);
        let zone = offset.map_or_else(|| zone.clone(), Offset::to_time_zone);
        let zoned = local.to_zoned_datetime(zone).map_err(|_| no_time())?;
        Ok(Timestamp(zoned.timestamp().as_millisecond()))
    }
}

/// What a date says of the order by itself.
fn own_order(first: i8, second: i8) -> Option<DateOrder> {
    match (first > 12, second > 12) {
        (true, false) => Some(DateOrder::DayFirst),
        (false, true) => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

enum Written {
    /// Year, month, day.
    Clear(i16, i8, i8),
    /// Day and month, whichever is which, and year.
    YearLast(i8, i8, i16),
}

/// Three numbers: between points the day is the first, if not the year.
fn written(text: &str) -> Option<Written> {
    let joint = text.chars().find(|letter| !letter.is_ascii_digit())?;
    let parts: Vec<&str> = text.split(joint).collect();
    let [first, second, third] = parts[..] else { return None };
    let is_number = |text: &&str| {
        (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !matches!(joint, '.' | '/' | '-') || !parts.iter().all(is_number) {
        return None;
    }
    if first.len() == 4 {
        return Some(Written::Clear(
            first.parse().ok()?,
            second.parse().ok()?,
            third.parse().ok()?,
        ));
    }
    let (one, two, year) = (first.parse().ok()?, second.parse().ok()?, third.parse().ok()?);
    if joint == '.' {
        Some(Written::Clear(year, two, one))
    } else {
        Some(Written::YearLast(one, two, year))
    }
}

/// A date, and what stands behind it.
fn split(text: &str) -> (&str, &str) {
    let is_date = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '/' | '-');
    let end = text.find(|letter| !is_date(letter)).unwrap_or(text.len());
    text.split_at(end)
}

/// A time of day as it stands behind a date, perhaps with the distance from UTC; midnight if nothing stands there.
fn time_of_day(text: &str) -> Option<(Time, Option<Offset>)> {
    if text.is_empty() {
        return Some((Time::midnight(), None));
    }
    let text = text.trim_start_matches(',').trim_start();
    let text = text.strip_prefix('T').unwrap_or(text);
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !":.".contains(letter));
    let (clock, rest) = text.split_at(end.unwrap_or(text.len()));
    let mut parts = clock.split(':');
    let mut hour: i8 = part(parts.next()?)?;
    let minute: i8 = part(parts.next()?)?;
    let second = parts.next().map_or(Some((0, 0)), seconds)?;
    if parts.next().is_some() {
        return None;
    }
    let rest = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']).to_ascii_lowercase();
    let half = |marks: [&str; 2]| marks.iter().find_map(|mark| rest.strip_prefix(mark));
    let zone = if let Some(zone) = half(["am", "a.m."]).or_else(|| half(["pm", "p.m."])) {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if rest.starts_with('p') { 12 } else { 0 };
        zone.trim_start()
    } else {
        rest.as_str()
    };
    let time = Time::new(hour, minute, second.0, second.1).ok()?;
    Some((time, if zone.is_empty() { None } else { Some(offset(zone)?) }))
}

fn part(text: &str) -> Option<i8> {
    (1..=2).contains(&text.len()).then(|| text.parse().ok())?
}

/// Seconds and nanoseconds.
fn seconds(text: &str) -> Option<(i8, i32)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    Some((part(whole)?, digits.parse().ok()?))
}

/// `z`, `utc`, `+01:00`, `-0500`, `+01`, `gmt+1`.
fn offset(text: &str) -> Option<Offset> {
    let rest = ["utc", "gmt", "z"].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text);
    if rest.is_empty() {
        return Some(Offset::UTC);
    }
    let sign = match rest.chars().next()? {
        '+' => 1,
        '-' | '\u{2212}' => -1,
        _ => return None,
    };
    let digits = rest.trim_start_matches(['+', '-', '\u{2212}']);
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let seconds = i32::from(part(hours)?) * 3600 + i32::from(part(minutes)?) * 60;
    Offset::from_seconds(sign * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_only_if_it_is_clear() {
        let order = DateOrder::of(["03/04/2026", "13/04/2026"].into_iter());
        assert_eq!(order.read("03/04/2026").unwrap().to_string(), "2026-04-03");
        let order = DateOrder::of(["03/14/2026 10:00"].into_iter());
        assert_eq!(order.read("03/04/2026").unwrap().to_string(), "2026-03-04");
        for dates in [&["03/04/2026"][..], &["03/14/2026", "14/03/2026"]] {
            let order = DateOrder::of(dates.iter().copied());
            assert!(order.read("03/04/2026").unwrap_err().contains("2026-04-03 or 2026-03-04"));
            for (text, date) in [
                ("31.01.2026", "2026-01-31"),
                ("2026-01-31", "2026-01-31"),
                ("2026/01/31", "2026-01-31"),
                ("05/05/2026", "2026-05-05"),
                ("31-01-2026", "2026-01-31"),
                ("1/31/2026", "2026-01-31"),
            ] {
                assert_eq!(order.read(text).unwrap().to_string(), date, "{text}");
            }
            assert!(order.read("31.01.26").unwrap_err().contains("two digits"));
            for none in ["31.02.2026", "soon", "31/31/2026", "1/2/3/2026", "", "2026"] {
                assert_eq!(order.read(none).unwrap_err(), NO_DATE, "{none}");
            }
        }
    }

    #[test]
    fn a_time_is_read_in_its_own_zone_or_in_ours() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let read =
            |text: &str| DateOrder::Unknown.instant(text, &paris).map(|read| read.to_string());
        for text in [
            "1796043900",
            "1796043900000",
            "2026-11-30T13:05:00Z",
            "2026-11-30T14:05:00+01:00",
            "2026-11-30 14:05",
            "2026-11-30T14:05:00.000",
            "30.11.2026 14:05",
            "30.11.2026, 14:05:00",
            "11/30/2026 2:05 PM",
            "11/30/2026, 2:05:00\u{202f}p.m.",
            "30/11/2026 14:05",
            "2026-11-30 08:05:00 -0500",
            "2026-11-30 13:05:00 UTC",
            "2026/11/30 22:05 GMT+9",
        ] {
            assert_eq!(read(text).as_deref(), Ok("2026-11-30T13:05:00.000Z"), "{text}");
        }
        assert_eq!(read("30.11.2026").as_deref(), Ok("2026-11-29T23:00:00.000Z"));
        assert_eq!(read("2026-11-30 12:00 AM").as_deref(), Ok("2026-11-29T23:00:00.000Z"));
        // Twice in that night.
        assert_eq!(read("25.10.2026 02:30").as_deref(), Ok("2026-10-25T00:30:00.000Z"));
        for none in [
            "yesterday",
            "30.11.2026 soon",
            "30.11.2026 25:00",
            "30.11.2026 14",
            "1:2",
            "",
            "14:05 PM",
        ] {
            assert_eq!(read(none).unwrap_err(), NO_TIME, "{none}");
        }
        assert!(
            read("11/10/2026 14:05").unwrap_err().starts_with("may be 2026-10-11 or 2026-11-10")
        );
        assert!(read("30.11.26 14:05").unwrap_err().contains("two digits"));
    }
}
