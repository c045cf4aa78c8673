//! A workspace: Pages, Instagram accounts, WhatsApp numbers and ad accounts that are looked at together and alone, such as
//! those of one client of an agency.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::is_currency;

/// Letters of a name.
const LONGEST_NAME: usize = 40;
/// Letters of a title.
const LONGEST_TITLE: usize = 100;
/// Pages and ad accounts, each: all of them stand in every question.
const MOST_IDS: usize = 300;
/// Letters of an id.
const LONGEST_ID: usize = 64;

/// A workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Workspace {
    /// By which it is known: small letters, digits and `-`. It is not part of what is kept under it.
    #[serde(skip)]
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Ids of its Pages, Instagram accounts and WhatsApp numbers.
    pub pages: Vec<String>,
    /// Ids of its ad accounts: digits, without `act_`.
    pub ad_accounts: Vec<String>,
    /// IANA name of the zone of its days; empty: that of the settings.
    pub time_zone: String,
    /// ISO 4217, in which its goals and costs are where none is said; may be empty.
    pub currency: String,
    /// Tag of the language in which its pages are where a member has chosen none; may be empty.
    pub language: String,
    /// WhatsApp business accounts of which it has all numbers that are known. Not kept: found out again and again.
    #[serde(skip)]
    pub business_accounts: Vec<String>,
}

/// What is wrong with a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WorkspaceFault {
    /// No name.
    #[error("name: {0:?} is not 1 to {max} small letters, digits and -", max = LONGEST_NAME)]
    Name(String),
    /// A title that is too long, or not one line.
    #[error("title: one line of at most {max} letters", max = LONGEST_TITLE)]
    Title,
    /// A text that is no id of a Page.
    #[error("pages: {0:?} is no id of a Page, an Instagram account or a WhatsApp number")]
    Page(String),
    /// A text that is no id of an ad account.
    #[error("ad_accounts: {0:?} is no id of an ad account: its digits, with or without act_")]
    AdAccount(String),
    /// Too many of either.
    #[error("a workspace has at most {max} Pages and {max} ad accounts", max = MOST_IDS)]
    TooMany,
    /// An unknown time zone.
    #[error("time_zone: {0:?} is no time zone such as Europe/Paris")]
    TimeZone(String),
    /// An unknown currency.
    #[error("currency: {0:?} is no currency such as EUR")]
    Currency(String),
    /// A text that is no tag of a language.
    #[error("language: {0:?} is no language such as fr")]
    Language(String),
}

impl Workspace {
    /// The same with each id once and in order, ad accounts without `act_`, if it can be a workspace.
    ///
    /// # Errors
    /// With the key that is wrong.
    pub fn checked(mut self) -> Result<Self, WorkspaceFault> {
        let is_slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=LONGEST_NAME).contains(&self.name.len()) || !self.name.bytes().all(is_slug) {
            return Err(WorkspaceFault::Name(self.name));
        }
        self.title = self.title.trim().to_owned();
        let is_line = !self.title.chars().any(char::is_control);
        if self.title.chars().count() > LONGEST_TITLE || !is_line {
            return Err(WorkspaceFault::Title);
        }
        for account in &mut self.ad_accounts {
            if let Some(digits) = account.strip_prefix("act_") {
                *account = digits.to_owned();
            }
        }
        for ids in [&mut self.pages, &mut self.ad_accounts] {
            ids.sort();
            ids.dedup();
            if ids.len() > MOST_IDS {
                return Err(WorkspaceFault::TooMany);
            }
        }
        if let Some(page) = self.pages.iter().find(|page| !is_id(page)) {
            return Err(WorkspaceFault::Page(page.clone()));
        }
        let is_number = |id: &str| is_id(id) && id.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(account) = self.ad_accounts.iter().find(|account| !is_number(account)) {
            return Err(WorkspaceFault::AdAccount(account.clone()));
        }
        if !self.time_zone.is_empty() && TimeZone::get(&self.time_zone).is_err() {
            return Err(WorkspaceFault::TimeZone(self.time_zone));
        }
        if !self.currency.is_empty() && !is_currency(&self.currency) {
            return Err(WorkspaceFault::Currency(self.currency));
        }
        let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if self.language.len() > 20 || !self.language.bytes().all(is_tag) {
            return Err(WorkspaceFault::Language(self.language));
        }
        Ok(self)
    }

    /// What people call it, or its name.
    #[must_use]
    pub fn called(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }

    /// The zone of its days, if it has one of its own.
    #[must_use]
    pub fn zone(&self) -> Option<TimeZone> {
        let named = Some(&self.time_zone).filter(|name| !name.is_empty());
        named.and_then(|name| TimeZone::get(name).ok())
    }

    /// Whether a Page, account or number is one of it.
    #[must_use]
    pub fn has_page(&self, page: &str) -> bool {
        self.pages.iter().any(|own| own == page)
    }
}

/// Whether a text can be the id of a Page or of an account.
fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(change: impl FnOnce(&mut Workspace)) -> Result<Workspace, WorkspaceFault> {
        let mut workspace = Workspace { name: "acme".to_owned(), ..Workspace::default() };
        change(&mut workspace);
        workspace.checked()
    }

    #[test]
    fn ids_stand_once_and_in_order() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let workspace = written(|workspace| {
            workspace.pages = texts(&["22", "11", "22"]);
            workspace.ad_accounts = texts(&["act_5", "5", "4"]);
        });
        let workspace = workspace.unwrap();
        assert_eq!(
            (workspace.pages, workspace.ad_accounts),
            (texts(&["11", "22"]), texts(&["4", "5"]))
        );
    }

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        let wrong = |key: &str, change: fn(&mut Workspace)| {
            let fault = written(change).unwrap_err().to_string();
            assert!(fault.starts_with(key), "{fault}");
        };
        wrong("name", |workspace| workspace.name = "Acme:1".to_owned());
        wrong("title", |workspace| workspace.title = "a\nb".to_owned());
        wrong("pages", |workspace| workspace.pages = vec!["1') OR (1".to_owned()]);
        wrong("ad_accounts", |workspace| workspace.ad_accounts = vec!["act_x".to_owned()]);
        wrong("a workspace", |workspace| {
            workspace.pages = (0..301).map(|id| id.to_string()).collect();
        });
        wrong("time_zone", |workspace| workspace.time_zone = "Mars/Base".to_owned());
        wrong("currency", |workspace| workspace.currency = "EURO".to_owned());
        wrong("language", |workspace| workspace.language = "../fr".to_owned());
    }
}
