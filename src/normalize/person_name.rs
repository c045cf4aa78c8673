//! Names by which what is stored may be somebody's: ids, numbers, hashes.

use crate::domain::Timestamp;

/// A name by which something stored may be somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonName<'a> {
    /// A person's id, the `user_ref:…` of a plugin, or what [`number_alone`] makes of a number, as a Page knows them. The
    /// Page is empty if it is unknown.
    Person {
        /// Page or Instagram account.
        page: &'a str,
        /// The id.
        id: &'a str,
    },
    /// SHA-256 of a phone number or an e-mail address.
    Contact(&'a str),
    /// The reporter's id of a reported conversion.
    Report(&'a str),
}

/// Tells whether something that happened at a time is of somebody who was erased after it.
pub type IsErased<'a> = dyn Fn(PersonName<'_>, Timestamp) -> bool + 'a;

/// The name of whoever has a number that others had before: theirs is what tells of the number and of no id beside it.
#[must_use]
pub fn number_alone(number: &str) -> String {
    format!("number:{number}")
}

/// Whether a name is a number, not an id.
#[must_use]
pub fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}
