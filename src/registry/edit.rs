//! Edits of links, as a command or a form says them. No I/O.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::{Link, LinkError, LinkFault, Links, Workspace};

/// What can be said of a link; what is not said stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// User name or id of the Page or the Instagram account.
    pub page: Option<String>,
    /// Id of the Page whose conversations it opens; by default the page, if that is an id.
    pub page_id: Option<String>,
    /// Referral parameter.
    pub referral_ref: Option<String>,
    /// Text that Messenger puts into the person's input.
    pub text: Option<String>,
    /// Campaign.
    pub campaign: Option<String>,
    /// Medium.
    pub medium: Option<String>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// What making and placing it cost; `Some(None)`: forget it.
    pub cost: Option<Option<Decimal>>,
    /// Currency of the cost.
    pub currency: Option<String>,
    /// Whether it is printed.
    pub is_printed: Option<bool>,
    /// Whether it leads to Instagram.
    pub is_instagram: Option<bool>,
}

/// An edit of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A new link; without a slug one is made of the ref.
    Add {
        /// Its name.
        slug: Option<String>,
        /// What it is.
        about: About,
    },
    /// A change of a link.
    Change {
        /// Its name.
        slug: String,
        /// What changes.
        about: About,
    },
    /// A link goes out of use, or comes back.
    Archive {
        /// Its name.
        slug: String,
        /// Whether it is out of use.
        is_archived: bool,
    },
}

/// A form as a browser sends it: every field, boxes only if they are ticked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Name; empty: made of the ref.
    pub slug: String,
    /// User name or id of the Page.
    pub page: String,
    /// Id of the Page.
    pub page_id: String,
    /// Referral parameter.
    #[serde(rename = "ref")]
    pub referral_ref: String,
    /// Prefilled text.
    pub text: String,
    /// Campaign.
    pub campaign: String,
    /// Medium.
    pub medium: String,
    /// Owner.
    pub owner: String,
    /// Cost.
    pub cost: String,
    /// Its currency.
    pub currency: String,
    /// Ticked if printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub printed: Option<String>,
    /// Ticked if it leads to Instagram.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instagram: Option<String>,
}

impl Form {
    /// What the form says.
    ///
    /// # Errors
    /// If the cost is no number.
    pub fn about(&self) -> Result<About, LinkError> {
        let said = |text: &str| Some(text.trim().to_owned());
        let cost = match self.cost.trim() {
            "" => None,
            cost => Some(cost.parse::<Decimal>().map_err(|_| LinkError {
                field: "cost",
                reason: LinkFault::Amount(cost.to_owned()),
            })?),
        };
        Ok(About {
            page: said(&self.page),
            page_id: said(&self.page_id),
            referral_ref: said(&self.referral_ref),
            text: said(&self.text),
            campaign: said(&self.campaign),
            medium: said(&self.medium),
            owner: said(&self.owner),
            cost: Some(cost),
            currency: said(&self.currency),
            is_printed: Some(self.printed.is_some()),
            is_instagram: Some(self.instagram.is_some()),
        })
    }
}

/// Why an edit makes no link.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// The link cannot be.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// There is no such link.
    #[error("there is no link {0:?}; the list of links shows all")]
    Unknown(String),
    /// There is such a link already.
    #[error("slug: there is a link {0:?} already; edit it, or choose another name")]
    Taken(String),
    /// Its Page is not one of the workspace, or is not named.
    #[error("page_id: a link of a workspace names one of its Pages, and {0:?} is none")]
    Foreign(String),
}

impl Edit {
    /// Whether it is an edit of a link of a workspace, or a new one; a link of others is as good as none.
    pub(super) fn check_own(&self, links: &Links, workspace: &Workspace) -> Result<(), EditError> {
        let slug = match self {
            Self::Add { .. } => return Ok(()),
            Self::Change { slug, .. } | Self::Archive { slug, .. } => slug,
        };
        let is_own = links.get(slug).is_some_and(|link| workspace.has_page(&link.page_id));
        if is_own { Ok(()) } else { Err(EditError::Unknown(slug.clone())) }
    }

    /// The link as it is after the edit, checked.
    ///
    /// # Errors
    /// With the field that is wrong.
    pub fn of(self, links: &Links) -> Result<Link, EditError> {
        let known = |slug: &str| {
            links.get(slug).cloned().ok_or_else(|| EditError::Unknown(slug.to_owned()))
        };
        let link = match self {
            Self::Add { slug, about } => {
                let page = about.page.clone().unwrap_or_default();
                let mut link = Link { page_id: id_of(&page), ..Link::new("", &page) };
                // A new link's Page is known by its id, if the page is one.
                let page_id = about.page_id.clone().filter(|id| !id.is_empty());
                About { page_id, ..about }.apply(&mut link);
                link.slug = match slug.filter(|slug| !slug.is_empty()) {
                    Some(slug) if links.contains_key(&slug) => {
                        return Err(EditError::Taken(slug));
                    }
                    Some(slug) => slug,
                    None => free_slug(links, &link.referral_ref),
                };
                link
            }
            Self::Change { slug, about } => {
                let mut link = known(&slug)?;
                about.apply(&mut link);
                link
            }
            Self::Archive { slug, is_archived } => Link { is_archived, ..known(&slug)? },
        };
        link.check()?;
        Ok(link)
    }
}

impl About {
    fn apply(self, link: &mut Link) {
        if let Some(page) = self.page.filter(|page| *page != link.page) {
            // Where it was the Page itself, it is the new one.
            if link.page_id == link.page || link.page_id.is_empty() {
                link.page_id = id_of(&page);
            }
            link.page = page;
        }
        let texts = [
            (self.page_id, &mut link.page_id),
            (self.referral_ref, &mut link.referral_ref),
            (self.text, &mut link.text),
            (self.campaign, &mut link.campaign),
            (self.medium, &mut link.medium),
            (self.owner, &mut link.owner),
            (self.currency, &mut link.currency),
        ];
        for (said, field) in texts {
            *field = said.unwrap_or_else(|| std::mem::take(field));
        }
        link.cost = self.cost.unwrap_or(link.cost);
        if self.cost == Some(None) {
            link.currency.clear();
        }
        link.is_printed = self.is_printed.unwrap_or(link.is_printed);
        link.is_instagram = self.is_instagram.unwrap_or(link.is_instagram);
    }
}

/// The page, if that is an id.
fn id_of(page: &str) -> String {
    let is_id = page.bytes().all(|byte| byte.is_ascii_digit());
    if is_id { page.to_owned() } else { String::new() }
}

/// A slug made of the ref, with a number if it is taken.
fn free_slug(links: &Links, referral_ref: &str) -> String {
    let letters = referral_ref.to_ascii_lowercase();
    let letters: String = letters
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let words: Vec<&str> = letters.split('-').filter(|word| !word.is_empty()).collect();
    let mut base = words.join("-");
    base.truncate(48);
    let base = match base.trim_matches('-') {
        "" => "link",
        base => base,
    };
    std::iter::once(base.to_owned())
        .chain((2..=links.len() + 2).map(|number| format!("{base}-{number}")))
        .find(|slug| !links.contains_key(slug))
        .unwrap_or_default()
}
