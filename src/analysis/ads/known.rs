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
        if self.of_ads.contains(&(ad_id.to_owned(), date)) {
            return true;
        }
        // A file that tells of the day tells of every ad that was shown on it, but for those of accounts
        // that are read from Meta: of these it may hold some only.
        let days = self.days.get(account).or_else(|| self.days.get(""));
        days.is_some_and(|days| days.contains(&date))
    }

    /// The days of a range that are unknown, of each account that is known at all.
    pub(super) fn unknown(&self, days: &[Date]) -> BTreeMap<String, Vec<Date>> {
        let mut unknown = BTreeMap::new();
        for (account, own) in &self.days {
            // Beside accounts that are read from Meta it is not known which days a file ought to hold.
            if account.is_empty() && self.days.len() > 1 {
                continue;
            }
            let missing: Vec<Date> =
                days.iter().filter(|date| !own.contains(date)).copied().collect();
            if !missing.is_empty() {
                unknown.insert(account.clone(), missing);
            }
        }
        unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_nothing_of_the_other_ads_of_an_account_that_is_read_from_meta() {
        let date = |day| Date::constant(2026, 11, day);
        let days = [(date(1), "9"), (date(2), ""), (date(3), "9"), (date(3), "")];
        let mut known = KnownDays::new(days.map(|(date, account)| (date, account.to_owned())));
        known.note("told", date(2));
        assert!(known.knows("9", "any", date(1)) && known.knows("9", "told", date(2)));
        assert!(!known.knows("9", "other", date(2)));
        // Of an account that is not read from Meta files are all there is.
        assert!(known.knows("", "any", date(2)) && known.knows("8", "any", date(2)));
        assert!(!known.knows("8", "any", date(1)));
        let unknown = known.unknown(&[date(1), date(2), date(3)]);
        assert_eq!(unknown, BTreeMap::from([("9".to_owned(), vec![date(2)])]));
        let files = KnownDays::new([(date(2), String::new())]);
        assert_eq!(files.unknown(&[date(1), date(2)])[""], [date(1)]);
    }
}
