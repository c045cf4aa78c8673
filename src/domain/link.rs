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
const LONGEST_SLUG: usize = 64;

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
    pub reason: String,
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
        let wrong = |field, reason: String| Err(LinkError { field, reason });
        let is_slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.slug.is_empty() || self.slug.len() > LONGEST_SLUG || !self.slug.bytes().all(is_slug)
        {
            return wrong(
                "slug",
                format!("{:?} is not 1 to {LONGEST_SLUG} small letters, digits and -", self.slug),
            );
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if self.page.is_empty() || !self.page.bytes().all(is_name) {
            return wrong(
                "page",
                format!("{:?} is no user name or id: letters, digits, dots, _ and -", self.page),
            );
        }
        if !self.page_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return wrong("page_id", format!("{:?} is not made of digits", self.page_id));
        }
        if !self.page.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            return wrong("page", format!("{:?} has neither letter nor digit", self.page));
        }
        if self.referral_ref.len() > LONGEST_REF || self.text.len() > LONGEST_REF {
            let reason = format!("longer than {LONGEST_REF} characters");
            let is_ref = self.referral_ref.len() > LONGEST_REF;
            return wrong(if is_ref { "ref" } else { "text" }, reason);
        }
        for (field, text) in
            [("campaign", &self.campaign), ("medium", &self.medium), ("owner", &self.owner)]
        {
            if text.chars().count() > LONGEST_NAME {
                return wrong(field, format!("longer than {LONGEST_NAME} characters"));
            }
        }
        if let Some(cost) = self.cost {
            if cost.is_sign_negative() || cost >= Decimal::from(MOST_MONEY) {
                return wrong("cost", format!("{cost} is not between 0 and {MOST_MONEY}"));
            }
            if cost.normalize().scale() > 4 {
                return wrong("cost", format!("{cost} has more than four decimals"));
            }
        }
        let has_currency = is_currency(&self.currency);
        if self.cost.is_some() != has_currency || !(has_currency || self.currency.is_empty()) {
            return wrong(
                "currency",
                "a cost needs a currency such as EUR, and only a cost".to_owned(),
            );
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

    /// What somebody should know before they print it, beside the other links.
    #[must_use]
    pub fn lint(&self, others: &[Link]) -> Vec<String> {
        let mut found = Vec::new();
        let with_click = ClickId::from_random(0).behind(&self.referral_ref);
        if with_click.len() > LONGEST_REF {
            found.push(format!(
                "ref: {} characters with the click's mark; Meta takes {LONGEST_REF}",
                with_click.len()
            ));
        }
        let is_safe =
            |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '=');
        let odd: String = self.referral_ref.chars().filter(|letter| !is_safe(*letter)).collect();
        if !odd.is_empty() {
            found.push(format!(
                "ref: Meta documents letters, digits, -, _ and = only; here are also {odd:?}"
            ));
        }
        if self.referral_ref.is_empty() {
            found.push(
                "ref: it is empty, so conversations can be told by tracked clicks only".to_owned(),
            );
        }
        let is_same_page = |other: &Link| {
            other.page_id == self.page_id || other.page_id.is_empty() || self.page_id.is_empty()
        };
        let same_ref = |other: &&Link| {
            other.slug != self.slug
                && !self.referral_ref.is_empty()
                && other.referral_ref == self.referral_ref
                && is_same_page(other)
        };
        for other in others.iter().filter(same_ref) {
            let archived = if other.is_archived { ", which is archived" } else { "" };
            found.push(format!(
                "ref: {:?} is also that of the link {}{archived}: their conversations cannot be told \
                 apart without tracked clicks",
                self.referral_ref, other.slug
            ));
        }
        let is_over = |campaign: &str| {
            let mut same = others.iter().filter(|other| other.campaign == campaign).peekable();
            same.peek().is_some() && same.all(|other| other.is_archived)
        };
        if !self.is_archived && !self.campaign.is_empty() && is_over(&self.campaign) {
            found.push(format!("campaign: all other links of {:?} are archived", self.campaign));
        }
        found
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

    #[test]
    fn lint_tells_what_would_blur_the_figures() {
        let told = |link: &Link, others: &[Link]| link.lint(others).join("\n");
        assert_eq!(told(&link("a", "summer_1"), &[link("b", "other")]), "");
        assert!(told(&link("a", "sommer & ü"), &[]).contains("\" & ü\""));
        assert!(told(&link("a", &"x".repeat(2080)), &[]).contains("Meta takes 2083"));
        assert_eq!(link("a", &"x".repeat(2084)).check().unwrap_err().field, "ref");
        assert!(told(&link("a", ""), &[]).contains("it is empty"));
        let old = Link { is_archived: true, campaign: "spring".to_owned(), ..link("b", "s") };
        let new = Link { campaign: "spring".to_owned(), ..link("a", "s") };
        let said = told(&new, &[old]);
        assert!(said.contains("the link b, which is archived") && said.contains("all other links"));
    }
}
