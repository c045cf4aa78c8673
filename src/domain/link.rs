//! Tracked links: what is printed, posted and sent to bring people into a thread.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::{ClickId, MOST_MONEY, is_currency};

/// Longest ref that Meta documents.
pub const LONGEST_REF: usize = 2083;
/// Longest name of a campaign, a medium or an owner.
const LONGEST_NAME: usize = 200;
/// Longest slug.
pub const LONGEST_SLUG: usize = 64;

/// A link to a thread, and what the marketing team knows about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// Its name in our own address `/l/{slug}`: small letters, digits and `-`.
    pub slug: String,
    /// User name or id of the Page (m.me) or the Instagram account (ig.me).
    pub page: String,
    /// Id of the Page whose events the link belongs to; empty: any Page's with this ref.
    pub page_id: String,
    /// Whether it leads to Instagram.
    pub is_instagram: bool,
    /// The referral parameter; may be empty.
    #[serde(rename = "ref")]
    pub referral_ref: String,
    /// Text that Messenger puts into the person's input; may be empty.
    pub text: String,
    /// Campaign, as the team calls it.
    pub campaign: String,
    /// Medium: poster, newsletter, bio and so on.
    pub medium: String,
    /// Who looks after it.
    pub owner: String,
    /// What making and placing it cost.
    pub cost: Option<Decimal>,
    /// ISO 4217; empty without cost.
    pub currency: String,
    /// Whether it is printed, as a QR code.
    pub is_printed: bool,
    /// Whether it is out of use. It still leads to the thread: print cannot be called back.
    pub is_archived: bool,
}

/// All links by slug.
pub type Links = std::collections::BTreeMap<String, Link>;

/// Why a link cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {reason}")]
pub struct LinkError {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: LinkFault,
}

/// What is wrong with a field of a link. In English here; pages have words of their own for each.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LinkFault {
    /// No slug.
    #[error("{0:?} is not 1 to {max} small letters, digits and -", max = LONGEST_SLUG)]
    Slug(String),
    /// Neither user name nor id.
    #[error("{0:?} is no user name or id: letters, digits, dots, _ and -")]
    Page(String),
    /// A user name of marks alone.
    #[error("{0:?} has neither letter nor digit")]
    Marks(String),
    /// An id with other letters than digits.
    #[error("{0:?} is not made of digits")]
    Digits(String),
    /// More characters than these.
    #[error("longer than {0} characters")]
    Long(usize),
    /// No number.
    #[error("{0:?} is no amount such as 120.50")]
    Amount(String),
    /// Less than nothing, or more than can be.
    #[error("{0} is not between 0 and {max}", max = MOST_MONEY)]
    Cost(Decimal),
    /// More places behind the mark than are kept.
    #[error("{0} has more than four decimals")]
    Decimals(Decimal),
    /// A cost without a currency, or a currency without a cost.
    #[error("a cost needs a currency such as EUR, and only a cost")]
    Currency,
}

impl Link {
    /// A link to a page of which nothing more is known.
    #[must_use]
    pub fn new(slug: &str, page: &str) -> Self {
        Self {
            slug: slug.to_owned(),
            page: page.to_owned(),
            page_id: String::new(),
            is_instagram: false,
            referral_ref: String::new(),
            text: String::new(),
            campaign: String::new(),
            medium: String::new(),
            owner: String::new(),
            cost: None,
            currency: String::new(),
            is_printed: false,
            is_archived: false,
        }
    }

    /// Whether it can be: what would make a wrong or a dangerous address is refused.
    ///
    /// # Errors
    /// With the field.
    pub fn check(&self) -> Result<(), LinkError> {
        let wrong = |field, reason| Err(LinkError { field, reason });
        let is_slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.slug.is_empty() || self.slug.len() > LONGEST_SLUG || !self.slug.bytes().all(is_slug)
        {
            return wrong("slug", LinkFault::Slug(self.slug.clone()));
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if self.page.is_empty() || !self.page.bytes().all(is_name) {
            return wrong("page", LinkFault::Page(self.page.clone()));
        }
        if !self.page_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return wrong("page_id", LinkFault::Digits(self.page_id.clone()));
        }
        if !self.page.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            return wrong("page", LinkFault::Marks(self.page.clone()));
        }
        for (field, text) in [("ref", &self.referral_ref), ("text", &self.text)] {
            if text.len() > LONGEST_REF {
                return wrong(field, LinkFault::Long(LONGEST_REF));
            }
        }
        for (field, text) in
            [("campaign", &self.campaign), ("medium", &self.medium), ("owner", &self.owner)]
        {
            if text.chars().count() > LONGEST_NAME {
                return wrong(field, LinkFault::Long(LONGEST_NAME));
            }
        }
        if let Some(cost) = self.cost {
            if cost.is_sign_negative() || cost >= Decimal::from(MOST_MONEY) {
                return wrong("cost", LinkFault::Cost(cost));
            }
            if cost.normalize().scale() > 4 {
                return wrong("cost", LinkFault::Decimals(cost));
            }
        }
        let has_currency = is_currency(&self.currency);
        if self.cost.is_some() != has_currency || !(has_currency || self.currency.is_empty()) {
            return wrong("currency", LinkFault::Currency);
        }
        Ok(())
    }

    /// Where it leads: always m.me or ig.me. With a click's id behind the ref.
    #[must_use]
    pub fn target(&self, click: Option<ClickId>) -> String {
        let host = if self.is_instagram { "https://ig.me/m" } else { "https://m.me" };
        let mut query = form_urlencoded::Serializer::new(String::new());
        let referral_ref = click
            .map_or_else(|| self.referral_ref.clone(), |click| click.behind(&self.referral_ref));
        if !referral_ref.is_empty() {
            query.append_pair("ref", &referral_ref);
        }
        if !self.text.is_empty() {
            query.append_pair("text", &self.text);
        }
        // A plus would be shown as one.
        let query = query.finish().replace('+', "%20");
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{host}/{}{mark}{query}", self.page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(slug: &str, referral_ref: &str) -> Link {
        Link { referral_ref: referral_ref.to_owned(), ..Link::new(slug, "my.shop") }
    }

    #[test]
    fn targets_stay_with_meta_and_carry_ref_text_and_click() {
        let mut one = link("a", "summer sale&x=1");
        one.text = "Hi + hello".to_owned();
        assert_eq!(
            one.target(None),
            "https://m.me/my.shop?ref=summer%20sale%26x%3D1&text=Hi%20%2B%20hello"
        );
        one.is_instagram = true;
        one.text.clear();
        one.referral_ref = "s".to_owned();
        let click = ClickId::from_random(255);
        assert_eq!(
            one.target(Some(click)),
            "https://ig.me/m/my.shop?ref=s-mfc000000000000000000ff"
        );
        assert_eq!(link("a", "").target(None), "https://m.me/my.shop");
    }

    #[test]
    fn addresses_that_lead_elsewhere_are_refused() {
        for page in ["", "..", "evil.com/x", "a@b", "a?b", "a#b", "..%2f", "ä", "a b", "//evil.com"]
        {
            let wrong = Link { page: page.to_owned(), ..link("a", "") };
            assert_eq!(wrong.check().unwrap_err().field, "page", "{page}");
        }
        for slug in ["", "A", "a/b", "a.b", "ä", &"x".repeat(65)] {
            assert_eq!(link(slug, "").check().unwrap_err().field, "slug");
        }
        assert_eq!(link("a", &"x".repeat(2084)).check().unwrap_err().field, "ref");
        let cost = Link { cost: Some(Decimal::ONE), ..link("a", "") };
        assert_eq!(cost.check().unwrap_err().field, "currency");
        assert_eq!(Link { currency: "EUR".to_owned(), ..cost }.check(), Ok(()));
    }

    #[test]
    fn costs_are_kept_exactly_or_refused() {
        for cost in ["-1", "99999999999999999999.99", "1.23456"] {
            let cost = Some(cost.parse().unwrap());
            let wrong = Link { cost, currency: "EUR".to_owned(), ..link("a", "") };
            assert_eq!(wrong.check().unwrap_err().field, "cost");
        }
    }
}
