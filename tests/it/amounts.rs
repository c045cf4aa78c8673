//! Amounts in files: however a number is written, it is read as itself or refused, never as another one.

use messenger_funnel::domain::{AmountFault, DecimalMark, read_amount};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// A number as it is written somewhere: by which mark, in which groups, with which currency and sign.
fn written(number: Decimal, mark: char, joint: &str, is_indian: bool) -> String {
    let text = number.abs().to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        let behind = whole.len() - place;
        let is_begin = behind % 3 == 0 && !is_indian || behind == 3;
        if place > 0 && (is_begin || is_indian && behind > 3 && behind % 2 == 1) {
            grouped.push_str(joint);
        }
        grouped.push(digit);
    }
    if decimals.is_empty() { grouped } else { format!("{grouped}{mark}{decimals}") }
}

proptest! {
    /// However a number is written, it is read as itself or not at all; not at all only if it says too little.
    #[test]
    fn a_number_is_read_as_itself_or_refused(
        digits in 0..10_000_000_000_i64,
        scale in 0..5_u32,
        joint in prop::sample::select(vec!["", ",", ".", " ", "\u{a0}", "\u{202f}", "'", "\u{2019}"]),
        is_comma: bool,
        is_indian: bool,
        around in prop::sample::select(vec![
            ("", ""), ("€", ""), ("", "\u{a0}EUR"), ("-", ""), ("(", ")"), ("chf ", "-"), ("$-", ""),
        ]),
        known in prop::option::of(any::<bool>()),
    ) {
        let mark = if is_comma { ',' } else { '.' };
        let is_indian = is_indian && joint == ",";
        prop_assume!(joint != mark.to_string());
        let number = Decimal::new(digits, scale);
        let is_negative = around.0.contains(['-', '(']) || around.1.contains('-');
        let number = if is_negative { -number } else { number };
        let text = written(number, mark, joint, is_indian);
        let text = format!("{}{text}{}", around.0, around.1);
        let own = if is_comma { DecimalMark::Comma } else { DecimalMark::Point };
        // What the file says is right, or it says nothing.
        let known = known.filter(|is_known| *is_known).map(|_| own);
        match read_amount(&text, known) {
            Ok(read) => prop_assert_eq!(read.number, number, "{}", text),
            Err(AmountFault::Open { thousands, decimals, .. }) => {
                let number = number.abs();
                prop_assert!(known.is_none() && (thousands == number || decimals == number), "{}", text);
            }
            Err(fault) => prop_assert!(false, "{}: {}", text, fault),
        }
    }

    /// Whatever stands there, nothing panics, and what is read has its digits.
    #[test]
    fn any_text_is_read_by_its_digits_or_refused(text in "[-+()0-9., '€a\u{a0}]{0,14}") {
        if let Ok(read) = read_amount(&text, None) {
            let digits = |text: &str| {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                digits.trim_start_matches('0').to_owned()
            };
            prop_assert_eq!(digits(&read.number.to_string()), digits(&text), "{}", text);
        }
    }
}
