//! Phone numbers and e-mail addresses as hashes: enough to know somebody again, not enough to call them.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal of a phone number (digits only, no leading zeros) or an e-mail address (small
/// letters, no blanks), normalized as Meta has customer lists hashed (Marketing API, Customer File
/// Custom Audiences); a number that has two forms in its usual one. `None` for anything else.
#[must_use]
pub fn contact_hash(contact: &str) -> Option<String> {
    let contact = &*internationally(contact.trim());
    let normal = if contact.contains('@') {
        let (name, host) = contact.split_once('@')?;
        let is_address =
            !name.is_empty() && host.contains('.') && !contact.contains(char::is_whitespace);
        is_address.then(|| contact.to_lowercase())?
    } else {
        let is_number = |letter: char| letter.is_ascii_digit() || "+ ().-/".contains(letter);
        let digits: String = contact.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0');
        let is_phone = contact.chars().all(is_number) && (7..=15).contains(&digits.len());
        is_phone.then(|| usual_number(digits))?
    };
    Some(hex::encode(Sha256::digest(normal)))
}

/// The hashes by which somebody may be asked for: that of [`contact_hash`], and of a number that has two forms also that of
/// the other, as whoever made it may have it so.
#[must_use]
pub fn contact_hashes(contact: &str) -> Vec<String> {
    let Some(usual) = contact_hash(contact) else { return Vec::new() };
    let contact = internationally(contact.trim());
    let digits: String = contact.chars().filter(char::is_ascii_digit).collect();
    let number = usual_number(digits.trim_start_matches('0'));
    let other = unusual_number(&number).filter(|_| !contact.contains('@'));
    let other = other.map(|number| hex::encode(Sha256::digest(number)));
    std::iter::once(usual).chain(other).collect()
}

/// A number without the zero that is dialled at home only, `+44 (0)7700`, and without the decimals that programs give to
/// columns of numbers, `447700900123.0`. Anything else as it is.
fn internationally(written: &str) -> Cow<'_, str> {
    if let Some(whole) = written.strip_suffix(".0")
        && whole.len() >= 7
        && whole.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Cow::Borrowed(whole);
    }
    let parts = written.split_once('(').and_then(|(country, rest)| {
        let (zero, rest) = rest.split_once(')')?;
        let is_known = zero.trim() == "0" && country.bytes().any(|byte| byte.is_ascii_digit());
        is_known.then_some((country, rest))
    });
    parts.map_or(Cow::Borrowed(written), |(country, rest)| Cow::Owned(format!("{country}{rest}")))
}

/// A number without the signs that people and programs write into it: a plus or two zeros in front, blanks, dashes,
/// brackets, dots and slashes, a zero that is dialled at home only. Anything else, such as an id, as it is.
#[must_use]
pub fn bare_number(number: &str) -> String {
    let is_sign = |letter: char| {
        letter.is_whitespace()
            || "+().-/".contains(letter)
            || matches!(letter, '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
    };
    let whole = internationally(number.trim());
    let digits: String = whole.chars().filter(|letter| !is_sign(*letter)).collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.strip_prefix("00") {
        Some(rest) if is_number && rest.len() >= 7 => rest.to_owned(),
        _ if is_number => digits,
        _ => number.to_owned(),
    }
}

/// A mobile number in the one of its two forms that is used here: WhatsApp, address books and shops write numbers of some
/// countries with a digit and without. Brazil (55, area, eight digits from 6 to 9 on) has had a ninth digit since 2016
/// (Anatel); Mexico (52) has no 1 before the area since 2019 (IFT); Argentina (54) has a 9 before it from abroad.
#[must_use]
pub fn usual_number(number: &str) -> String {
    let is_of = |country: &str, length: usize| {
        number.len() == length
            && number.starts_with(country)
            && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    if is_of("55", 12) && matches!(number.as_bytes()[4], b'6'..=b'9') {
        return format!("{}9{}", &number[..4], &number[4..]);
    }
    if is_of("521", 13) {
        return format!("52{}", &number[3..]);
    }
    if is_of("54", 12) {
        return format!("549{}", &number[2..]);
    }
    number.to_owned()
}

/// The other form of a number in [`usual_number`]'s form; `None` if there is none.
fn unusual_number(number: &str) -> Option<String> {
    let other = match (number.get(..2)?, number.len()) {
        ("55", 13) => format!("{}{}", number.get(..4)?, number.get(5..)?),
        ("52", 12) => format!("521{}", number.get(2..)?),
        ("54", 13) => format!("54{}", number.get(3..)?),
        _ => return None,
    };
    (other != number && usual_number(&other) == number).then_some(other)
}

/// A hash that somebody else made: 64 hexadecimal digits, in small letters.
#[must_use]
pub fn as_contact_hash(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_two_forms_have_one() {
        for (number, usual) in [
            ("558880000001", "5588980000001"),
            ("5588980000001", "5588980000001"),
            ("5215512345678", "525512345678"),
            ("525512345678", "525512345678"),
            ("541112345678", "5491112345678"),
            ("5491112345678", "5491112345678"),
            // A landline, a Frenchman, somebody's id.
            ("551130000001", "551130000001"),
            ("33600000001", "33600000001"),
            ("BR.558880000001", "BR.558880000001"),
        ] {
            assert_eq!(usual_number(number), usual);
        }
        for (one, other) in [
            ("+55 88 98000-0001", "55 88 8000 0001"),
            ("+52 1 55 1234 5678", "+52 55 1234 5678"),
            ("+54 9 11 1234-5678", "+54 11 1234-5678"),
        ] {
            assert_eq!(contact_hashes(one), contact_hashes(other));
            assert_eq!(contact_hashes(one).len(), 2, "{one}");
        }
    }

    #[test]
    fn a_number_is_its_digits_and_an_id_is_as_it_is() {
        for written in [
            "33611223344",
            "+33 6 11 22 33 44",
            "+33\u{a0}6\u{202f}11-22-33-44",
            " (33) 6.11.22/33\u{2011}44\n",
            "\u{202a}+33611223344\u{202c}",
            "0033 6 11 22 33 44",
            "+33 (0)6 11 22 33 44",
            "0033 ( 0 ) 611223344",
            "33611223344.0",
        ] {
            assert_eq!(bare_number(written), "33611223344", "{written}");
            let marks = ['\u{202a}', '\u{202c}', '\u{2011}', '\u{a0}', '\u{202f}', '\n'];
            if !written.contains(marks) {
                assert_eq!(contact_hash(written), contact_hash("33611223344"), "{written}");
                assert!(contact_hash(written).is_some());
            }
        }
        for other in ["", "+", "FR.1234-5", "user_ref:33 6", "lead:1", "33 6 x"] {
            assert_eq!(bare_number(other), other);
        }
    }

    #[test]
    fn a_brazilian_mobile_has_one_hash_however_written_and_is_found_by_the_other() {
        let [whole, short] = ["+55 88 98000-0001", "55 88 8000 0001"];
        assert_eq!(contact_hash(whole), contact_hash(short));
        let both = contact_hashes(whole);
        assert_eq!(both, contact_hashes(short));
        assert_eq!(both[0], hex::encode(Sha256::digest("5588980000001")));
        assert_eq!(both[1..], [hex::encode(Sha256::digest("558880000001"))]);
        for one in ["+33 6 12 34 56 78", "ann@example.com", "551130000001"] {
            assert_eq!(contact_hashes(one).len(), 1, "{one}");
        }
        assert_eq!(contact_hashes("hello"), Vec::<String>::new());
    }

    #[test]
    fn one_number_and_one_address_have_one_hash_however_written() {
        let phone = contact_hash("+33 6 12 34 56 78").unwrap();
        assert_eq!(contact_hash("0033612345678"), Some(phone.clone()));
        assert_eq!(phone, hex::encode(Sha256::digest("33612345678")));
        assert_eq!(contact_hash(" Ann@Example.com "), contact_hash("ann@example.com"));
        for other in ["", "YES", "12345", "a@b", "call 0612345678 now", "1234567890123456"] {
            assert_eq!(contact_hash(other), None, "{other}");
        }
        assert_eq!(as_contact_hash(&phone.to_uppercase()), Some(phone));
        assert_eq!(as_contact_hash("33612345678"), None);
    }
}
