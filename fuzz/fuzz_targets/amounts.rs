//! A number as a program of some country writes it, and any text, as an amount and as a time of a file. A number is read
//! as itself or refused, never as another one; what is read has the digits that stand there; nothing panics.

#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use messenger_funnel_fuzz::domain::{AmountFault, DateOrder, DecimalMark, read_amount};

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    Text(&'a str),
    Number { whole: u32, decimals: Option<u16>, joint: Joint, is_comma: bool, around: Around },
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Joint {
    None,
    Other,
    Blank,
    NoBreak,
    Apostrophe,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Around {
    Nothing,
    Euro,
    Code,
    Minus,
    Brackets,
}

fuzz_target!(|input: Input<'_>| match input {
    Input::Text(text) => any(text),
    Input::Number { whole, decimals, joint, is_comma, around } => {
        number(whole, decimals, joint, is_comma, around);
    }
});

fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

fn any(text: &str) {
    for mark in [None, Some(DecimalMark::Point), Some(DecimalMark::Comma)] {
        if let Ok(read) = read_amount(text, mark) {
            assert_eq!(digits(&read.number.to_string()), digits(text), "{text:?}");
        }
    }
    let _ = DecimalMark::of([text].into_iter());
    let order = DateOrder::of([text].into_iter());
    let _ = order.instant(text, &jiff::tz::TimeZone::UTC);
    if let Ok(date) = order.read(text) {
        assert!((-9999..=9999).contains(&date.year()));
    }
}

fn number(whole: u32, decimals: Option<u16>, joint: Joint, is_comma: bool, around: Around) {
    let (mark, other) = if is_comma { (',', '.') } else { ('.', ',') };
    let joint = match joint {
        Joint::None => String::new(),
        Joint::Other => other.to_string(),
        Joint::Blank => " ".to_owned(),
        Joint::NoBreak => "\u{202f}".to_owned(),
        Joint::Apostrophe => "\u{2019}".to_owned(),
    };
    let plain = whole.to_string();
    let mut text = String::new();
    for (place, digit) in plain.chars().enumerate() {
        if place > 0 && (plain.len() - place) % 3 == 0 {
            text.push_str(&joint);
        }
        text.push(digit);
    }
    let mut number = plain;
    if let Some(decimals) = decimals {
        text.push_str(&format!("{mark}{decimals}"));
        number.push_str(&format!(".{decimals}"));
    }
    let (text, is_negative) = match around {
        Around::Nothing => (text, false),
        Around::Euro => (format!("{text}\u{a0}€"), false),
        Around::Code => (format!("CHF {text}"), false),
        Around::Minus => (format!("\u{2212}{text}"), true),
        Around::Brackets => (format!("({text})"), true),
    };
    let own = if is_comma { DecimalMark::Comma } else { DecimalMark::Point };
    let expected = if is_negative { format!("-{number}") } else { number.clone() };
    let is_same = |read: &str| read == expected || whole == 0 && digits(read) == digits(&expected);
    let read = read_amount(&text, Some(own)).expect("the file says the mark").number.to_string();
    assert!(is_same(&read), "{text:?} is read as {read}");
    match read_amount(&text, None) {
        Ok(read) => assert!(is_same(&read.number.to_string()), "{text:?} is read as {}", read.number),
        Err(AmountFault::Open { thousands, decimals, .. }) => {
            let either = [thousands.to_string(), decimals.to_string()];
            assert!(either.contains(&number), "{text:?} is neither of {either:?}");
        }
        Err(fault) => panic!("{text:?} {fault}"),
    }
}
