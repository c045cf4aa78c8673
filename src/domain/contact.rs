//! Phone numbers and e-mail addresses as hashes: enough to know somebody again, not enough to call them.

use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal of a phone number (digits only, no leading zeros) or an e-mail address (small
/// letters, no blanks), normalized as Meta has customer lists hashed (Marketing API, Customer File
/// Custom Audiences); a Brazilian mobile number with its ninth digit. `None` for anything else.
#[must_use]
pub fn contact_hash(contact: &str) -> Option<String> {
    let contact = contact.trim();
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
        is_phone.then(|| with_ninth_digit(digits))?
    };
    Some(hex::encode(Sha256::digest(normal)))
}

/// The hashes by which somebody may be asked for: that of [`contact_hash`], and of a Brazilian mobile number also that
/// without its ninth digit, as whoever made it may have it so.
#[must_use]
pub fn contact_hashes(contact: &str) -> Vec<String> {
    let Some(usual) = contact_hash(contact) else { return Vec::new() };
    let digits: String = contact.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    let is_long = digits.len() == 13 && digits.starts_with("55") && digits[4..].starts_with('9');
    let short =
        if is_long { format!("{}{}", &digits[..4], &digits[5..]) } else { digits.to_owned() };
    let is_other = !contact.contains('@') && with_ninth_digit(&short) != short;
    let other = is_other.then(|| hex::encode(Sha256::digest(short)));
    std::iter::once(usual).chain(other).collect()
}

/// A Brazilian mobile number with its ninth digit: WhatsApp names the same person with it and without.
/// (55, two digits of the area, eight digits that begin with 6 to 9: Anatel's numbering plan since 2016.)
#[must_use]
pub fn with_ninth_digit(number: &str) -> String {
    let bytes = number.as_bytes();
    let is_short = bytes.len() == 12
        && bytes.iter().all(u8::is_ascii_digit)
        && number.starts_with("55")
        && matches!(bytes[4], b'6'..=b'9');
    if is_short { format!("{}9{}", &number[..4], &number[4..]) } else { number.to_owned() }
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
    fn a_ninth_digit_is_added_to_brazilian_mobiles_alone() {
        for (number, whole) in [
            ("558880000001", "5588980000001"),
            ("5588980000001", "5588980000001"),
            // A landline, a Frenchman, somebody's id.
            ("551130000001", "551130000001"),
            ("33600000001", "33600000001"),
            ("BR.558880000001", "BR.558880000001"),
        ] {
            assert_eq!(with_ninth_digit(number), whole);
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
