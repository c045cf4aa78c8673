//! Of which days it is known what ads cost.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

/// The days that are known, by ad account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownDays {
    /// By account; the empty one is that of files.
    days: BTreeMap<String, BTreeSet<Date>>,
    /// Days of single ads that files told of.
    of_ads: BTreeSet<(String, Date)>,
}

impl KnownDays {
    /// Of days and accounts; a file's account is empty.
    pub fn new(days: impl IntoIterator<Item = (Date, String)>) -> Self {
        let mut known = Self::default();
        for (date, account) in days {
            known.days.entry(account).or_default().insert(date);
        }
        known
    }

    /// An ad's day has figures.
    pub(super) fn note(&mut self, ad_id: &str, date: Date) {
        self.of_ads.insert((ad_id.to_owned(), date));
    }

    /// Whether it is known what an ad of an account (empty if that is unknown) cost on a day.
    pub(super) fn knows(&self, account: &str, ad_id: &str, date: Date) -> bool {
        let has = |account: &str| self.days.get(account).is_some_and(|days| days.contains(&date));
        // A file that tells of the day tells of every ad that was shown on it.
        has("") || has(account) || self.of_ads.contains(&(ad_id.to_owned(), date))
    }

    /// The days of a range that are unknown, of each account that is known at all.
    pub(super) fn unknown(&self, days: &[Date]) -> BTreeMap<String, Vec<Date>> {
        let of_files = self.days.get("");
        let mut unknown = BTreeMap::new();
        let accounts: BTreeSet<&str> = self.days.keys().map(String::as_str).collect();
        for account in accounts {
            // Beside accounts that are read from Meta a file only fills gaps.
            if account.is_empty() && self.days.len() > 1 {
                continue;
            }
            let own = &self.days[account];
            let is_unknown = |date: &&Date| {
                !own.contains(date) && !of_files.is_some_and(|files| files.contains(date))
            };
            let missing: Vec<Date> = days.iter().filter(is_unknown).copied().collect();
            if !missing.is_empty() {
                unknown.insert(account.to_owned(), missing);
            }
        }
        unknown
    }
}
