//! The mark that a tracked link puts behind the ref, so that a click and its conversation are known
//! to belong together.

use std::fmt;

use super::Timestamp;

/// What stands between a ref and a click's id.
const MARK: &str = "-mfc";
/// Hexadecimal digits of an id: 80 bits.
const DIGITS: usize = 20;

/// Identity of one click on a tracked link: chance, and nothing of the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClickId(u128);

impl ClickId {
    /// The id made of some random bits, of which it takes 80.
    #[must_use]
    pub fn from_random(bits: u128) -> Self {
        Self(bits & ((1 << (4 * DIGITS)) - 1))
    }

    /// `summer` with this id: `summer-mfc0123456789abcdef0123`. Only letters, digits and `-`, as
    /// Meta documents for refs.
    #[must_use]
    pub fn behind(self, referral_ref: &str) -> String {
        format!("{referral_ref}{MARK}{self}")
    }

    /// A ref as it was registered, and the click's id behind it.
    #[must_use]
    pub fn split(referral_ref: &str) -> (&str, Option<Self>) {
        let Some(digits_at) = referral_ref.len().checked_sub(DIGITS) else {
            return (referral_ref, None);
        };
        let Some((start, digits)) = referral_ref.split_at_checked(digits_at) else {
            return (referral_ref, None);
        };
        let is_id = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match (start.strip_suffix(MARK), digits.bytes().all(is_id)) {
            (Some(base), true) => (base, u128::from_str_radix(digits, 16).ok().map(Self)),
            _ => (referral_ref, None),
        }
    }
}

/// A visit to a tracked link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkVisit {
    /// The visit's id: that of the click, if it was a person's.
    pub id: ClickId,
    /// The link.
    pub slug: String,
    /// The Page, account or number that it leads to.
    pub page_id: String,
    /// The link's ref.
    pub referral_ref: String,
    /// Whether it was a person's, and no program's.
    pub is_of_person: bool,
    /// When.
    pub time: Timestamp,
}

impl fmt::Display for ClickId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:0width$x}", self.0, width = DIGITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_is_found_again_behind_any_ref() {
        for base in ["", "summer", "a-mfcb", "été", "utm_source=x&y=z", "x-mfc0123456789abcdef0123"]
        {
            let id = ClickId::from_random(0x0123_4567_89ab_cdef_0123);
            assert_eq!(ClickId::split(&id.behind(base)), (base, Some(id)));
        }
        for plain in ["", "summer", "-mfc0123", "é123456789012345678", "x-mfc0123456789ABCDEF0123"]
        {
            assert_eq!(ClickId::split(plain), (plain, None));
        }
    }
}
