//! Amounts as people and spreadsheets write them in files. What can be read in two ways is not read.

use std::fmt;

use rust_decimal::Decimal;

use super::currency::{is_whole, without_currency};

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
    fn of_letter(letter: char) -> Self {
        if letter == ',' { Self::Comma } else { Self::Point }
    }

    fn other(self) -> Self {
        if self == Self::Comma { Self::Point } else { Self::Comma }
    }

    /// What the amounts of a file say that can be read in one way alone; `None` if they say nothing, or both.
    #[must_use]
    pub fn of<'a>(amounts: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut said = amounts.filter_map(|text| match parts(text).ok()?.number {
            Number::Clear(_, mark) => mark,
            Number::Open { .. } => None,
        });
        let first = said.next()?;
        said.all(|other| other == first).then_some(first)
    }
}

/// An amount that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenAmount {
    /// How much.
    pub number: Decimal,
    /// What the currency beside it may be: several share a sign; empty if there is none.
    pub currencies: &'static [&'static str],
}

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountFault {
    /// It is something else.
    NoAmount,
    /// Its digits stand in groups that are no thousands (nor India's hundreds of thousands).
    Grouping,
    /// Its mark may stand before thousands or before decimals.
    Open {
        /// The number if it stands before thousands.
        thousands: Decimal,
        /// The number if it stands before decimals.
        decimals: Decimal,
        /// What stands before decimals then.
        mark: DecimalMark,
    },
    /// It has the other mark before its decimals than it should.
    OtherMark,
    /// It has more digits than can be kept.
    TooLong,
}

impl fmt::Display for AmountFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAmount => formatter.write_str("is no amount such as 49.90"),
            Self::Grouping => {
                formatter.write_str("is no amount: its digits are not grouped by thousands")
            }
            Self::Open { thousands, decimals, .. } => {
                write!(formatter, "may be thousands or decimals, {thousands} or {decimals}")
            }
            Self::OtherMark => {
                formatter.write_str("has another mark before its decimals than was said")
            }
            Self::TooLong => formatter.write_str("has more digits than can be kept"),
        }
    }
}

impl WrittenAmount {
    /// The currency, beside what is told elsewhere, such as in a column; empty if nothing tells it.
    ///
    /// # Errors
    /// A sentence, if both contradict one another, or if the sign is that of several.
    pub fn currency_beside(&self, told: &str) -> Result<String, String> {
        match self.currencies {
            [] => Ok(told.to_owned()),
            several if several.contains(&told) => Ok(told.to_owned()),
            [one] if told.is_empty() => Ok((*one).to_owned()),
            [one] => Err(format!("the amount says {one}, the currency is {told}")),
            several if told.is_empty() => {
                Err(format!("the amount's sign may be {}: name the currency", several.join(", ")))
            }
            _ => Err(format!("the amount's sign is not that of {told}")),
        }
    }
}

/// Reads an amount: with a currency before or behind it, a sign or brackets if it is negative, and marks before
/// thousands. `mark` stands before decimals in all amounts of the file, if that is known.
///
/// # Errors
/// If it is none, or may be two.
pub fn read_amount(text: &str, mark: Option<DecimalMark>) -> Result<WrittenAmount, AmountFault> {
    read_amount_in(text, mark, "")
}

/// The same of an amount of which the currency is told beside it. What may be thousands or decimals is thousands in a
/// currency that has no decimals.
///
/// # Errors
/// If it is none, or may be two.
pub fn read_amount_in(
    text: &str,
    mark: Option<DecimalMark>,
    currency: &str,
) -> Result<WrittenAmount, AmountFault> {
    let Parts { number, is_negative, currencies } = parts(text)?;
    let is_whole = match currencies {
        [] => is_whole(currency),
        _ if currencies.contains(&currency) => is_whole(currency),
        own => own.iter().all(|own| is_whole(own)),
    };
    let number = match number {
        Number::Clear(_, Some(own)) if mark.is_some_and(|mark| mark != own) => {
            return Err(AmountFault::OtherMark);
        }
        Number::Clear(number, _) => number,
        Number::Open { thousands, .. } if is_whole => thousands,
        Number::Open { thousands, decimals, mark: own } => match mark {
            None => return Err(AmountFault::Open { thousands, decimals, mark: own }),
            Some(mark) if mark == own => decimals,
            Some(_) => thousands,
        },
    };
    Ok(WrittenAmount { number: if is_negative { -number } else { number }, currencies })
}

/// Reads a number that is written for programs, as in JSON or a cell of a spreadsheet.
#[must_use]
pub fn plain_number(text: &str) -> Option<Decimal> {
    text.parse().or_else(|_| Decimal::from_scientific(text)).ok()
}

enum Number {
    /// With what it shows of the mark before decimals.
    Clear(Decimal, Option<DecimalMark>),
    Open {
        thousands: Decimal,
        decimals: Decimal,
        mark: DecimalMark,
    },
}

struct Parts {
    number: Number,
    is_negative: bool,
    currencies: &'static [&'static str],
}

/// Takes sign, brackets and currency off, in whatever order they stand, each once.
fn parts(text: &str) -> Result<Parts, AmountFault> {
    // Marks of the direction of writing.
    let is_unseen = |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_around = |letter: char| letter.is_whitespace() || is_unseen(letter);
    let mut rest = text.trim_matches(is_around);
    let mut sign: Option<bool> = None;
    let mut currencies: &'static [&'static str] = &[];
    loop {
        let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let minus = |rest: &str| rest.starts_with(['-', '\u{2212}', '+']);
        let found = if let Some(inner) = inner {
            Some((inner, Some(true)))
        } else if minus(rest) {
            let mut letters = rest.chars();
            let is_negative = letters.next() != Some('+');
            Some((letters.as_str(), Some(is_negative)))
        } else {
            rest.strip_suffix(['-', '\u{2212}']).map(|inner| (inner, Some(true)))
        };
        if let Some((inner, own)) = found {
            if sign.is_some() {
                return Err(AmountFault::NoAmount);
            }
            (rest, sign) = (inner.trim_matches(is_around), own);
        } else if currencies.is_empty()
            && let Some((inner, meant)) = without_currency(rest)
        {
            (rest, currencies) = (inner.trim_matches(is_around), meant);
        } else {
            return Ok(Parts {
                number: number(rest)?,
                is_negative: sign == Some(true),
                currencies,
            });
        }
    }
}

/// Blanks and apostrophes of any kind are one.
fn plain_joint(letter: char) -> char {
    match letter {
        '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{b4}' | '`' => '\'',
        '\u{a0}' | '\u{202f}' | '\u{2000}'..='\u{200a}' => ' ',
        other => other,
    }
}

fn number(text: &str) -> Result<Number, AmountFault> {
    let mut groups = vec![String::new()];
    let mut joints = Vec::new();
    for letter in text.chars() {
        match plain_joint(letter) {
            digit if digit.is_ascii_digit() => {
                if let Some(group) = groups.last_mut() {
                    group.push(digit);
                }
            }
            joint @ (' ' | '\'' | '.' | ',') => {
                joints.push(joint);
                groups.push(String::new());
            }
            _ => return Err(AmountFault::NoAmount),
        }
    }
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let (whole, last) = groups.split_at(groups.len() - 1);
    let exact = |text: String| Decimal::from_str_exact(&text).map_err(|_| AmountFault::TooLong);
    let decimal = |whole: &[&str]| exact(format!("0{}.{}", whole.concat(), last[0]));
    if last[0].is_empty() {
        return Err(AmountFault::NoAmount);
    }
    match joints[..] {
        [] => Ok(Number::Clear(exact(groups.concat())?, None)),
        [mark @ ('.' | ',')] => {
            let own = DecimalMark::of_letter(mark);
            let decimals = decimal(whole)?;
            if !is_grouped(&groups, mark) {
                return Ok(Number::Clear(decimals, Some(own)));
            }
            let thousands = exact(groups.concat())?;
            Ok(Number::Open { thousands, decimals, mark: own })
        }
        [joint, ..] if joints.iter().all(|other| *other == joint) => {
            if !is_grouped(&groups, joint) {
                return Err(AmountFault::Grouping);
            }
            let mark = matches!(joint, '.' | ',').then(|| DecimalMark::of_letter(joint).other());
            Ok(Number::Clear(exact(groups.concat())?, mark))
        }
        [joint, .., mark @ ('.' | ',')] if mark != joint => {
            let inner = &joints[..joints.len() - 1];
            if !inner.iter().all(|other| *other == joint) || !is_grouped(whole, joint) {
                return Err(AmountFault::Grouping);
            }
            Ok(Number::Clear(decimal(whole)?, Some(DecimalMark::of_letter(mark))))
        }
        _ => Err(AmountFault::Grouping),
    }
}

/// Whether groups of digits are thousands, or the lakhs and crores of India: `12,34,567`.
fn is_grouped(groups: &[&str], joint: char) -> bool {
    let [first, inner @ .., last] = groups else { return false };
    let is_first = |most: usize| (1..=most).contains(&first.len()) && !first.starts_with('0');
    let is_inner = |length: usize| inner.iter().all(|group| group.len() == length);
    let is_indian = joint == ',' && is_first(2) && is_inner(2);
    last.len() == 3 && (is_first(3) && is_inner(3) || is_indian)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, AmountFault> {
        read_amount(text, None).map(|amount| amount.number.to_string())
    }

    #[test]
    fn what_can_be_read_in_one_way_is_read() {
        for (written, number) in [
            ("49.90", "49.90"),
            ("49,9", "49.9"),
            ("0,500", "0.500"),
            (".5", "0.5"),
            ("1234,567", "1234.567"),
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("1.234.567", "1234567"),
            ("1.234.567,891", "1234567.891"),
            ("1 234,56", "1234.56"),
            ("1\u{a0}234", "1234"),
            ("1\u{202f}234\u{202f}567", "1234567"),
            ("1\u{2019}234.50", "1234.50"),
            ("CHF 1'234.50", "1234.50"),
            ("12,34,567.00", "1234567.00"),
            ("1,23,456", "123456"),
            ("\u{200e}49,90\u{a0}€", "49.90"),
            ("€49.90", "49.90"),
            ("eur 49.90", "49.90"),
            ("(12.00)", "-12.00"),
            ("-12,00", "-12.00"),
            ("\u{2212}€12.00", "-12.00"),
            ("12,00- kr.", "-12.00"),
            ("+7", "7"),
        ] {
            assert_eq!(read(written).as_deref(), Ok(number), "{written}");
        }
        for none in [
            "", "-", "4,", "4.", "many", "1e5", "1.5 %", "--4", "(-4)", "€", "€4 EUR", "1\n234",
            "XYZ 4", "\u{664}",
        ] {
            assert_eq!(read(none), Err(AmountFault::NoAmount), "{none}");
        }
        for odd in [
            "12\u{2019}34",
            "1 2",
            "1,23,4",
            "12.345.6",
            "12.34,5",
            "0,123,456",
            "1.234 567",
            "1 234.567,8",
            "1234,567.5",
            "4..5",
            "1,2345,678",
        ] {
            assert_eq!(read(odd), Err(AmountFault::Grouping), "{odd}");
        }
        assert_eq!(read(&"9".repeat(40)), Err(AmountFault::TooLong));
    }

    #[test]
    fn what_may_be_two_numbers_is_read_only_as_the_file_says() {
        let told = read("1.500").unwrap_err();
        assert_eq!(told.to_string(), "may be thousands or decimals, 1500 or 1.500");
        let with = |text, mark| read_amount(text, Some(mark)).map(|read| read.number.to_string());
        for (text, by_point, by_comma) in [("1.500", "1.500", "1500"), ("1,500", "1500", "1.500")] {
            assert!(matches!(read(text), Err(AmountFault::Open { .. })));
            assert_eq!(with(text, DecimalMark::Point).as_deref(), Ok(by_point));
            assert_eq!(with(text, DecimalMark::Comma).as_deref(), Ok(by_comma));
        }
        assert_eq!(with("12,50", DecimalMark::Point), Err(AmountFault::OtherMark));
        for (texts, mark) in [
            (&["12.5", "1.234", "7"][..], Some(DecimalMark::Point)),
            (&["1.234", "12,5", "x"], Some(DecimalMark::Comma)),
            (&["1.234.567"], Some(DecimalMark::Comma)),
            (&["1,234", "7", "1 234"], None),
            (&["12.5", "12,5"], None),
        ] {
            assert_eq!(DecimalMark::of(texts.iter().copied()), mark, "{texts:?}");
        }
    }

    #[test]
    fn what_has_no_decimals_is_thousands() {
        let of = |text, mark, currency| {
            read_amount_in(text, mark, currency).map(|read| read.number.to_string())
        };
        for (text, currency) in [
            ("12,345", "JPY"),
            ("12.345", "IDR"),
            ("-12.345 Ft", ""),
            ("¥12,345", "JPY"),
            ("12,345円", ""),
        ] {
            let expected = if text.starts_with('-') { "-12345" } else { "12345" };
            for mark in [None, Some(DecimalMark::Point), Some(DecimalMark::Comma)] {
                assert_eq!(of(text, mark, currency).as_deref(), Ok(expected), "{text} {mark:?}");
            }
        }
        for (text, currency) in
            [("12,345", "EUR"), ("¥12,345", ""), ("¥12,345", "CNY"), ("12,345", "")]
        {
            assert!(matches!(of(text, None, currency), Err(AmountFault::Open { .. })), "{text}");
        }
        assert_eq!(of("12,34", None, "JPY").as_deref(), Ok("12.34"));
    }

    #[test]
    fn a_currency_is_held_against_what_is_told() {
        let beside = |text, told| read_amount(text, None).unwrap().currency_beside(told);
        assert_eq!(beside("5", "EUR"), Ok("EUR".to_owned()));
        assert_eq!(beside("€5", ""), Ok("EUR".to_owned()));
        assert_eq!(beside("$5", "CAD"), Ok("CAD".to_owned()));
        assert!(beside("$5", "").unwrap_err().starts_with("the amount's sign may be USD, ARS,"));
        assert_eq!(beside("$5", "EUR").unwrap_err(), "the amount's sign is not that of EUR");
        assert_eq!(beside("5 USD", "EUR").unwrap_err(), "the amount says USD, the currency is EUR");
    }
}
