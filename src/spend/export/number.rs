//! Numbers and dates as spreadsheets write them: what a comma means is decided by the whole file.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// What stands before the decimals in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    /// `1234.56`, `1,234.56`.
    #[default]
    Point,
    /// `1234,56`, `1.234,56`, `1 234,56`.
    Comma,
}

impl DecimalMark {
    /// Looks at all numbers of a file. Ads Manager writes a point in every language; a file that has been
    /// through a spreadsheet may have commas. Where the comma stands in numbers, cells are separated by
    /// semicolons.
    ///
    /// # Errors
    /// If each point has three digits behind it: it may stand before thousands or before decimals.
    pub fn of<'a>(
        numbers: impl Iterator<Item = &'a str>,
        separator: Option<u8>,
    ) -> Result<Self, String> {
        let mut has_comma = false;
        let (mut open, mut is_clear) = (None, false);
        for number in numbers {
            let number = without_spaces(number);
            match (number.rfind(','), number.rfind('.')) {
                (Some(comma), Some(point)) => {
                    return Ok(if comma > point { Self::Comma } else { Self::Point });
                }
                // `1,234` alone says nothing.
                (Some(comma), None) => {
                    let is_grouped = number.matches(',').count() > 1;
                    has_comma |=
                        number.len() - comma - 1 != 3 || separator == Some(b';') && !is_grouped;
                }
                (None, Some(point)) if number.matches('.').count() == 1 => {
                    let is_open =
                        number.len() - point - 1 == 3 && point <= 3 && !number.starts_with('0');
                    is_clear |= !is_open;
                    open = open.or(is_open.then(|| number.clone()));
                }
                _ => {}
            }
        }
        match open {
            _ if has_comma => Ok(Self::Comma),
            Some(number) if !is_clear => Err(format!(
                "{number:?} may be thousands or decimals, and so may all amounts of the file: say it, \
                 --decimal-mark comma or --decimal-mark point"
            )),
            _ => Ok(Self::Point),
        }
    }

    /// Reads a number; `None` if it is none.
    #[must_use]
    pub fn read(self, text: &str) -> Option<Decimal> {
        let text = without_spaces(text);
        let (grouping, mark) = match self {
            Self::Point => (',', '.'),
            Self::Comma => ('.', ','),
        };
        let (whole, decimals) = text.split_once(mark).unwrap_or((&text, ""));
        let mut groups = whole.split(grouping);
        let first = groups.next()?;
        let groups: Vec<&str> = groups.collect();
        // What separates thousands stands before three digits each.
        let is_grouped = groups.iter().all(|group| group.len() == 3)
            && (groups.is_empty() || first.trim_start_matches('-').len() <= 3);
        if !is_grouped || decimals.contains([',', '.']) {
            return None;
        }
        let joined = format!("{first}{}", groups.concat());
        let plain = if decimals.is_empty() { joined } else { format!("{joined}.{decimals}") };
        plain.parse().ok()
    }
}

fn without_spaces(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '\'' | '\u{2019}'))
        .collect()
}

/// Which part of `03/04/2026` is the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
    /// Every date of the file can be read both ways.
    Unknown,
}

impl DateOrder {
    /// Looks at all dates of a file.
    #[must_use]
    pub fn of<'a>(mut dates: impl Iterator<Item = &'a str>) -> Self {
        let order = |(first, second): (i8, i8)| match (first > 12, second > 12) {
            (true, _) => Some(Self::DayFirst),
            (_, true) => Some(Self::MonthFirst),
            _ => None,
        };
        dates
            .find_map(|date| order(slashed(date).map(|(a, b, _)| (a, b))?))
            .unwrap_or(Self::Unknown)
    }

    /// Reads a date.
    ///
    /// # Errors
    /// A sentence about what is wrong with it.
    pub fn read(self, text: &str) -> Result<Date, String> {
        let none = || format!("{text:?} is no date such as 2026-01-31");
        if let Ok(date) = text.parse() {
            return Ok(date);
        }
        let dotted: Vec<&str> = text.split('.').collect();
        if let [day, month, year] = dotted[..] {
            let date = (year.parse().ok(), month.parse().ok(), day.parse().ok());
            let (Some(year), Some(month), Some(day)) = date else { return Err(none()) };
            return in_full(text, year, month, day);
        }
        let (first, second, year) = slashed(text).ok_or_else(none)?;
        let (day, month) = match self {
            Self::DayFirst => (first, second),
            Self::MonthFirst => (second, first),
            Self::Unknown => {
                return Err(format!(
                    "{text:?} may be {year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}; \
                     export again without opening the file in a spreadsheet"
                ));
            }
        };
        in_full(text, year, month, day)
    }
}

/// A count with marks before each three digits, whichever they are; `None` for others.
pub(super) fn grouped(text: &str) -> Option<Decimal> {
    let text = without_spaces(text);
    let mut groups = text.split([',', '.']);
    let first = groups.next()?;
    let is_first = (1..=3).contains(&first.len());
    let mut rest = groups.clone().peekable();
    rest.peek()?;
    let all = std::iter::once(first).chain(groups);
    let is_digits = all.clone().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    let is_grouped = is_first && is_digits && rest.all(|group| group.len() == 3);
    is_grouped.then(|| all.collect::<String>().parse().ok())?
}

/// A date whose year has four digits.
fn in_full(text: &str, year: i16, month: i8, day: i8) -> Result<Date, String> {
    if (0..100).contains(&year) {
        return Err(format!("{text:?} has a year of two digits: have four shown and export again"));
    }
    Date::new(year, month, day).map_err(|_| format!("{text:?} is no date such as 2026-01-31"))
}

fn slashed(text: &str) -> Option<(i8, i8, i16)> {
    let parts: Vec<&str> = text.split('/').collect();
    let [first, second, year] = parts[..] else { return None };
    Some((first.parse().ok()?, second.parse().ok()?, year.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_means_what_the_whole_file_says() {
        let read = |numbers: &[&str]| {
            let mark = DecimalMark::of(numbers.iter().copied(), Some(b',')).unwrap();
            numbers
                .iter()
                .map(|text| mark.read(text).map_or("-".into(), |n| n.to_string()))
                .collect()
        };
        let read = |numbers: &[&str]| -> Vec<String> { read(numbers) };
        assert_eq!(read(&["12.5", "1.234", "7"]), ["12.5", "1.234", "7"]);
        assert_eq!(read(&["1,234", "12.5", "1,234,567.5"]), ["1234", "12.5", "1234567.5"]);
        assert_eq!(read(&["1.234", "12,5"]), ["1234", "12.5"]);
        assert_eq!(read(&["1\u{202f}234,56", "3"]), ["1234.56", "3"]);
        assert_eq!(read(&["4.250,90", "0"]), ["4250.90", "0"]);
        assert_eq!(read(&["1,23,4", "x", "12.345.6", ""]), ["-", "-", "-", "-"]);
        assert_eq!(read(&["-3,5"]), ["-3.5"]);
        assert_eq!(read(&["3,999"]), ["3999"]);
        let mark = DecimalMark::of(["3,999"].into_iter(), Some(b';')).unwrap();
        assert_eq!(mark.read("3,999"), Some(Decimal::new(3999, 3)));
        let open = DecimalMark::of(["5", "12.345", "45.900"].into_iter(), Some(b';'));
        assert!(open.unwrap_err().starts_with("\"12.345\" may be thousands or decimals"));
        assert_eq!(DecimalMark::of(["12.345", "0.5"].into_iter(), None), Ok(DecimalMark::Point));
        for (text, count) in
            [("12.000", Some(12_000)), ("1,234,567", Some(1_234_567)), ("12", None)]
        {
            assert_eq!(grouped(text), count.map(Decimal::from), "{text}");
        }
        assert_eq!([grouped("12.00"), grouped("1234.567"), grouped("a.000")], [None; 3]);
    }

    #[test]
    fn a_date_is_read_only_if_it_is_clear() {
        let order = DateOrder::of(["03/04/2026", "13/04/2026"].into_iter());
        assert_eq!(order.read("03/04/2026").unwrap().to_string(), "2026-04-03");
        let order = DateOrder::of(["03/14/2026"].into_iter());
        assert_eq!(order.read("03/04/2026").unwrap().to_string(), "2026-03-04");
        let order = DateOrder::of(["03/04/2026"].into_iter());
        assert!(order.read("03/04/2026").unwrap_err().contains("2026-04-03 or 2026-03-04"));
        assert_eq!(order.read("31.01.2026").unwrap().to_string(), "2026-01-31");
        assert_eq!(order.read("2026-01-31").unwrap().to_string(), "2026-01-31");
        assert!(order.read("31.02.2026").is_err());
        assert!(order.read("31.01.26").unwrap_err().contains("two digits"));
        assert!(order.read("soon").is_err());
    }
}
