//! Of which days it is known what ads cost.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

/// The days that are known, by ad account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownDays {
    /// Accounts that are read from Meta: of theirs a file may tell some ads only.
    synced: BTreeSet<String>,
    /// By account; the empty one is that of files that tell none.
    days: BTreeMap<String, BTreeSet<Date>>,
    /// Days of single ads.
    of_ads: BTreeSet<(String, Date)>,
}

impl KnownDays {
    /// Of days and accounts (empty if a file did not tell it), and whether the account is known as a whole;
    /// and of the accounts that are read from Meta.
    pub fn new(
        days: impl IntoIterator<Item = (Date, String, bool)>,
        synced: impl IntoIterator<Item = String>,
    ) -> Self {
        let mut known = Self { synced: synced.into_iter().collect(), ..Self::default() };
        for (date, account, is_whole) in days {
            // A file that tells of the day tells of every ad that was shown on it.
            if is_whole || !known.synced.contains(&account) {
                known.days.entry(account).or_default().insert(date);
            }
        }
        known
    }

    /// An ad's day has figures.
    pub(super) fn note(&mut self, ad_id: &str, date: Date) {
        self.of_ads.insert((ad_id.to_owned(), date));
    }

    /// Whether an ad's day has figures.
    pub(super) fn has_figures(&self, ad_id: &str, date: Date) -> bool {
        self.of_ads.contains(&(ad_id.to_owned(), date))
    }

    /// Whether it is known what an ad of an account (empty if that is unknown) cost on a day.
    pub(super) fn knows(&self, account: &str, ad_id: &str, date: Date) -> bool {
        self.has_figures(ad_id, date) || self.knows_account(account, date)
    }

    fn knows_account(&self, account: &str, date: Date) -> bool {
        let has = |account: &str| self.days.get(account).is_some_and(|days| days.contains(&date));
        if has(account) {
            return true;
        }
        if account.is_empty() {
            // Where files tell of one account only, an ad that they do not name is its.
            return self.synced.is_empty()
                && self.days.len() == 1
                && self.days.keys().all(|only| has(only));
        }
        !self.synced.contains(account) && has("")
    }

    /// The days of a range that are unknown: of each account that is read from Meta, of those that files
    /// tell of in the range, and of `others` (accounts whose ads brought somebody).
    pub(super) fn unknown(
        &self,
        days: &[Date],
        others: BTreeSet<String>,
    ) -> BTreeMap<String, Vec<Date>> {
        let accounts = self.synced.iter().chain(self.days.keys()).chain(&others);
        let accounts: BTreeSet<&String> = accounts.collect();
        let mut unknown = BTreeMap::new();
        for account in accounts {
            // Beside accounts that are read from Meta it is not known which days a file ought to hold.
            if account.is_empty() && !self.synced.is_empty() {
                continue;
            }
            let is_unknown = |date: &&Date| !self.knows_account(account, **date);
            let missing: Vec<Date> = days.iter().filter(is_unknown).copied().collect();
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

    fn date(day: i8) -> Date {
        Date::constant(2026, 11, day)
    }

    fn known(days: &[(i8, &str, bool)], synced: &[&str]) -> KnownDays {
        let days =
            days.iter().map(|(day, account, whole)| (date(*day), (*account).to_owned(), *whole));
        KnownDays::new(days, synced.iter().map(|account| (*account).to_owned()))
    }

    fn unknown(known: &KnownDays, others: &[&str]) -> Vec<(String, Vec<i8>)> {
        let others = others.iter().map(|account| (*account).to_owned()).collect();
        let found = known.unknown(&[date(1), date(2), date(3)], others).into_iter();
        found.map(|(account, days)| (account, days.iter().map(|day| day.day()).collect())).collect()
    }

    #[test]
    fn a_file_says_nothing_of_the_other_ads_of_an_account_that_is_read_from_meta() {
        let mut found = known(
            &[(1, "9", true), (2, "", false), (2, "9", false), (3, "9", true), (3, "", false)],
            &["9", "5"],
        );
        found.note("told", date(2));
        assert!(found.knows("9", "any", date(1)) && found.knows("9", "told", date(2)));
        assert!(!found.knows("9", "other", date(2)));
        // Of an account that is not read from Meta files are all there is.
        assert!(found.knows("", "any", date(2)) && found.knows("8", "any", date(2)));
        assert!(!found.knows("8", "any", date(1)));
        // One that knows no day of the range has none; its ads do not come for nothing.
        assert!((1..=3).all(|day| !found.knows("5", "any", date(day))));
        assert_eq!(
            unknown(&found, &["9", "8", ""]),
            [("5".to_owned(), vec![1, 2, 3]), ("8".to_owned(), vec![1]), ("9".to_owned(), vec![2])]
        );
    }

    #[test]
    fn files_of_two_accounts_say_nothing_of_each_other() {
        let files = known(&[(1, "1", false), (2, "1", false), (2, "2", false)], &[]);
        assert!(files.knows("1", "any", date(1)) && !files.knows("2", "any", date(1)));
        assert!(!files.knows("", "any", date(2)));
        assert_eq!(unknown(&files, &[]), [("1".to_owned(), vec![3]), ("2".to_owned(), vec![1, 3])]);
        let one = known(&[(2, "1", false)], &[]);
        assert!(one.knows("", "never told of", date(2)) && !one.knows("", "any", date(1)));
        let nameless = known(&[(2, "", false)], &[]);
        assert!(nameless.knows("", "any", date(2)));
        assert_eq!(unknown(&nameless, &[""]), [(String::new(), vec![1, 3])]);
        // Nothing was ever told.
        assert_eq!(unknown(&known(&[], &[]), &[""]), [(String::new(), vec![1, 2, 3])]);
        assert_eq!(unknown(&known(&[], &[]), &[]), []);
    }
}
