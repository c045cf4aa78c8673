//! Phone numbers and e-mail addresses as hashes: enough to know somebody again, not enough to call them.

use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal of a phone number (digits only, no leading zeros) or an e-mail address (small
/// letters, no blanks), normalized as Meta has customer lists hashed (Marketing API, Customer File
/// Custom Audiences). `None` for anything else.
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
        is_phone.then(|| digits.to_owned())?
    };
    Some(hex::encode(Sha256::digest(normal)))
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
