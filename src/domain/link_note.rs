//! What somebody should know about a link before they print it.

use serde::{Serialize, Serializer};
use thiserror::Error;

use super::{ClickId, LONGEST_REF, Link};

/// One such thing. In English here, and as JSON; pages have words of their own for each.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LinkNote {
    /// With the mark of a click the ref has more characters than Meta takes.
    #[error("ref: {0} characters with the click's mark; Meta takes {max}", max = LONGEST_REF)]
    Long(usize),
    /// The ref has these characters, which Meta does not document.
    #[error("ref: Meta documents letters, digits, -, _ and = only; here are also {0:?}")]
    Odd(String),
    /// There is no ref.
    #[error("ref: it is empty, so conversations can be told by tracked clicks only")]
    NoRef,
    /// Another link has the same ref.
    #[error(
        "ref: {referral_ref:?} is also that of the link {other}{}: their conversations cannot be told apart \
         without tracked clicks",
        if *.is_archived { ", which is archived" } else { "" }
    )]
    SameRef {
        /// The ref.
        referral_ref: String,
        /// The other link.
        other: String,
        /// Whether that one is out of use.
        is_archived: bool,
    },
    /// The campaign has no other link that is in use.
    #[error("campaign: all other links of {0:?} are archived")]
    CampaignOver(String),
}

impl Serialize for LinkNote {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Link {
    /// What somebody should know before they print it, beside the other links.
    #[must_use]
    pub fn lint(&self, others: &[Self]) -> Vec<LinkNote> {
        let mut found = Vec::new();
        let with_click = ClickId::from_random(0).behind(&self.referral_ref);
        if with_click.len() > LONGEST_REF {
            found.push(LinkNote::Long(with_click.len()));
        }
        let is_safe =
            |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '=');
        let odd: String = self.referral_ref.chars().filter(|letter| !is_safe(*letter)).collect();
        if !odd.is_empty() {
            found.push(LinkNote::Odd(odd));
        }
        if self.referral_ref.is_empty() {
            found.push(LinkNote::NoRef);
        }
        let is_same_page = |other: &Self| {
            other.page_id == self.page_id || other.page_id.is_empty() || self.page_id.is_empty()
        };
        let same_ref = |other: &&Self| {
            other.slug != self.slug
                && !self.referral_ref.is_empty()
                && other.referral_ref == self.referral_ref
                && is_same_page(other)
        };
        found.extend(others.iter().filter(same_ref).map(|other| LinkNote::SameRef {
            referral_ref: self.referral_ref.clone(),
            other: other.slug.clone(),
            is_archived: other.is_archived,
        }));
        let is_over = |campaign: &str| {
            let mut same = others.iter().filter(|other| other.campaign == campaign).peekable();
            same.peek().is_some() && same.all(|other| other.is_archived)
        };
        if !self.is_archived && !self.campaign.is_empty() && is_over(&self.campaign) {
            found.push(LinkNote::CampaignOver(self.campaign.clone()));
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
    fn lint_tells_what_would_blur_the_figures() {
        let told = |link: &Link, others: &[Link]| {
            let notes = link.lint(others).into_iter().map(|note| note.to_string());
            notes.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(told(&link("a", "summer_1"), &[link("b", "other")]), "");
        assert!(told(&link("a", "sommer & ü"), &[]).contains("\" & ü\""));
        assert!(told(&link("a", &"x".repeat(2080)), &[]).contains("Meta takes 2083"));
        assert!(told(&link("a", ""), &[]).contains("it is empty"));
        let old = Link { is_archived: true, campaign: "spring".to_owned(), ..link("b", "s") };
        let new = Link { campaign: "spring".to_owned(), ..link("a", "s") };
        let said = told(&new, &[old]);
        assert!(
            said.contains("the link b, which is archived: their")
                && said.contains("all other links")
        );
        let json = serde_json::to_value(link("a", "").lint(&[])).unwrap();
        assert_eq!(json[0], LinkNote::NoRef.to_string());
    }
}
