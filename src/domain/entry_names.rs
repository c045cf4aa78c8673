//! What registered links and Meta's names of ads say of an entrance: the link that it came by, whether that is printed, and
//! its campaign. The views `v_conversations` and `v_touchpoints` say the same to BI tools, and a test compares them.

use std::collections::HashMap;

use super::AdNames;

/// A form that a link has had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkVersion {
    /// The link.
    pub slug: String,
    /// Its ref in this form.
    pub referral_ref: String,
    /// Page whose entrances are its; empty: any Page's.
    pub page_id: String,
    /// Campaign of the link.
    pub campaign: String,
    /// Medium of the link.
    pub medium: String,
    /// Owner of the link.
    pub owner: String,
    /// Whether it is printed.
    pub is_printed: bool,
    /// Whether it is out of use.
    pub is_archived: bool,
    /// The highest is the form of today.
    pub version: u64,
}

/// How an entrance is stored.
#[derive(Debug, Clone, Copy)]
pub struct StoredEntrance<'e> {
    /// Page that it led to.
    pub page_id: &'e str,
    /// Entry point; `unnamed` is a ref or a click that came without one.
    pub source: &'e str,
    /// Ref without a click's mark.
    pub referral_ref: &'e str,
    /// Link of its click, if it had one.
    pub clicked: &'e str,
}

/// Names of links and ads as they are now.
#[derive(Debug, Clone, Default)]
pub struct EntryNames {
    links: HashMap<String, LinkVersion>,
    /// Links by every ref that they have had (what was printed stays printed): one of a Page before one of any, one in use
    /// before an archived one.
    by_ref: HashMap<String, Vec<String>>,
    ads: HashMap<String, AdNames>,
}

impl EntryNames {
    /// Of every form of each link, in any order, and of the names of ads by id.
    #[must_use]
    pub fn new(versions: Vec<LinkVersion>, ads: HashMap<String, AdNames>) -> Self {
        let mut by_ref: HashMap<String, Vec<String>> = HashMap::new();
        let mut links: HashMap<String, LinkVersion> = HashMap::new();
        for one in versions {
            if !one.referral_ref.is_empty() {
                by_ref.entry(one.referral_ref.clone()).or_default().push(one.slug.clone());
            }
            if links.get(&one.slug).is_none_or(|known| known.version < one.version) {
                links.insert(one.slug.clone(), one);
            }
        }
        let rank = |slug: &String| {
            let of = |link: &LinkVersion| (link.page_id.is_empty(), link.is_archived);
            (links.get(slug).map(of), slug.clone())
        };
        for slugs in by_ref.values_mut() {
            slugs.sort_by_cached_key(rank);
            slugs.dedup();
        }
        Self { links, by_ref, ads }
    }

    /// The link that an entrance came by: that of its click, else that of its ref; empty if none is registered.
    #[must_use]
    pub fn link<'n>(&'n self, entrance: StoredEntrance<'n>) -> &'n str {
        if !entrance.clicked.is_empty() {
            return entrance.clicked;
        }
        if !matches!(entrance.source, "link" | "qr" | "unnamed") {
            return "";
        }
        let Some(slugs) = self.by_ref.get(entrance.referral_ref) else { return "" };
        let is_its = |slug: &&String| {
            let page = self.links.get(*slug).map_or("", |link| &link.page_id);
            page.is_empty() || page == entrance.page_id
        };
        slugs.iter().find(is_its).map_or("", String::as_str)
    }

    /// The entry point of an entrance that is stored with `source` and came by `link`: what a printed link brought is a QR
    /// code's, a ref without a source is a link's if it is registered.
    #[must_use]
    pub fn source<'n>(&self, source: &'n str, link: &str) -> &'n str {
        match source {
            "link" | "unnamed" if self.of_link(link).is_some_and(|link| link.is_printed) => "qr",
            "unnamed" if link.is_empty() => "other",
            "unnamed" => "link",
            stored => stored,
        }
    }

    /// A link as it is now.
    #[must_use]
    pub fn of_link(&self, slug: &str) -> Option<&LinkVersion> {
        self.links.get(slug)
    }

    /// What an ad belongs to.
    #[must_use]
    pub fn of_ad(&self, ad: &str) -> Option<&AdNames> {
        self.ads.get(ad)
    }

    /// The campaign of an entrance: the link's, else the ad's.
    #[must_use]
    pub fn campaign(&self, link: &str, ad: &str) -> &str {
        let of_link = self.of_link(link).map_or("", |link| &link.campaign);
        if of_link.is_empty() { self.of_ad(ad).map_or("", |ad| &ad.campaign_name) } else { of_link }
    }
}
