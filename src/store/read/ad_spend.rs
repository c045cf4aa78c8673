//! What ads cost: stored, and asked for. Schema: `queries/schema/baseline/spend.sql`.

use std::collections::{BTreeMap, BTreeSet};

use clickhouse::Row;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::{AdAccount, AdDay};
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::read::spend_days::{DayRow, date_of, day_number, days_that_count};

const AD_DAYS: &str = include_str!("../../../queries/ads/ad_days.sql");
const KNOWN_SPEND_DAYS: &str = include_str!("../../../queries/ads/known_spend_days.sql");
const AD_ACCOUNTS: &str = include_str!("../../../queries/ads/ad_accounts.sql");

/// A day of which it is known what an account's ads cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDay {
    /// The day, in the account's time zone.
    pub date: Date,
    /// The account; empty if a file did not tell it.
    pub account_id: String,
    /// Whether it is known of all ads of the account; else a file told of some, and perhaps of all.
    pub is_whole: bool,
    /// UTC microseconds of the import, or one more than that of the one before.
    pub version: u64,
}

/// A row of `ads`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Row, Serialize)]
struct AdRow {
    ad_id: String,
    account_id: String,
    ad_name: String,
    adset_id: String,
    adset_name: String,
    campaign_id: String,
    campaign_name: String,
    currency: String,
    version: u64,
}

/// A row of `ad_accounts`.
#[derive(Debug, Row, Serialize, Deserialize)]
struct AccountRow {
    account_id: String,
    name: String,
    currency: String,
    time_zone: String,
    version: u64,
}

/// A row of the question `known_spend_days`.
#[derive(Debug, Row, Deserialize)]
struct KnownRow {
    date: u16,
    account_id: String,
    is_whole: bool,
    version: u64,
}

impl Store {
    /// Stores days of ads, each for itself; of two imports of an ad's day the later one counts,
    /// whatever the clocks said. `imported_at` is in UTC microseconds.
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_spend(&self, days: &[AdDay], imported_at: u64) -> Result<(), StoreError> {
        let dates = || days.iter().map(|day| day.date);
        let version = match dates().min().zip(dates().max()) {
            Some((first, last)) => self.version_of_days(first, last, imported_at).await?,
            None => imported_at,
        };
        let mut ads: BTreeMap<(Date, &str, &str), Vec<&AdDay>> = BTreeMap::new();
        for day in days {
            let key = (day.date, day.account_id.as_str(), day.ad_id.as_str());
            ads.entry(key).or_default().push(day);
        }
        let rows = ads
            .into_iter()
            .map(|((date, account, ad), days)| DayRow::new(date, account, ad, &days, version));
        let rows: Vec<DayRow> = rows.collect();
        self.save_ads(days, imported_at).await?;
        self.save_days(&rows, version).await
    }

    /// Stores days of an account as a whole: what an ad of it cost on such a day and is not among
    /// `days` is forgotten. `fetched_at` is in UTC microseconds.
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_account_days(
        &self,
        account_id: &str,
        first: Date,
        last: Date,
        days: &[AdDay],
        fetched_at: u64,
    ) -> Result<(), StoreError> {
        let version = self.version_of_days(first, last, fetched_at).await?;
        let mut by_date: BTreeMap<Date, Vec<&AdDay>> = BTreeMap::new();
        // A day on which nothing was shown is known, too.
        for date in first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last) {
            by_date.insert(date, Vec::new());
        }
        for day in days {
            by_date.entry(day.date).or_default().push(day);
        }
        let rows = by_date
            .into_iter()
            .map(|(date, days)| DayRow::new(date, account_id, "", &days, version));
        let rows: Vec<DayRow> = rows.collect();
        self.save_ads(days, fetched_at).await?;
        self.save_days(&rows, version).await
    }

    /// A version above those of these days; others do not matter, so that one day that was fetched by a wrong clock
    /// does not make all later ones wrong.
    async fn version_of_days(&self, first: Date, last: Date, now: u64) -> Result<u64, StoreError> {
        let known = self.known_spend_days(first, last).await?;
        let newest = known.iter().map(|day| day.version).max().unwrap_or(0);
        Ok(now.max(newest.saturating_add(1)))
    }

    async fn save_days(&self, rows: &[DayRow], version: u64) -> Result<(), StoreError> {
        for (place, block) in rows.chunks(10_000).enumerate() {
            let (account, date) = block.first().map_or(("", 0), |row| (&row.account_id, row.date));
            let token = format!("spend-{version}-{account}-{date}-{place}");
            self.insert_block("ad_days", block, &token).await?;
        }
        Ok(())
    }

    async fn save_ads(&self, days: &[AdDay], now: u64) -> Result<(), StoreError> {
        if days.is_empty() {
            return Ok(());
        }
        let version = self.next_version("ads", now).await?;
        let names: BTreeSet<AdRow> = days
            .iter()
            .map(|day| AdRow {
                ad_id: day.ad_id.clone(),
                account_id: day.account_id.clone(),
                ad_name: day.ad_name.clone(),
                adset_id: day.adset_id.clone(),
                adset_name: day.adset_name.clone(),
                campaign_id: day.campaign_id.clone(),
                campaign_name: day.campaign_name.clone(),
                currency: day.currency.clone(),
                version,
            })
            .collect();
        let names: Vec<AdRow> = names.into_iter().collect();
        let first = names.first().map_or("", |row| row.ad_id.as_str());
        let token = format!("ads-{version}-{first}-{}", names.len());
        self.insert_block("ads", &names, &token).await
    }

    /// Stores what is known of an ad account. `told_at` is in UTC microseconds.
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_ad_account(
        &self,
        account: &AdAccount,
        told_at: u64,
    ) -> Result<(), StoreError> {
        let row = AccountRow {
            account_id: account.id.clone(),
            name: account.name.clone(),
            currency: account.currency.clone(),
            time_zone: account.time_zone.clone(),
            version: self.next_version("ad_accounts", told_at).await?,
        };
        let token = format!("account-{}-{}", account.id, row.version);
        self.insert_block("ad_accounts", &[row], &token).await
    }

    /// The ad accounts that have been read.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn ad_accounts(&self) -> Result<Vec<AdAccount>, StoreError> {
        let of = |row: AccountRow| AdAccount {
            id: row.account_id,
            name: row.name,
            currency: row.currency,
            time_zone: row.time_zone,
        };
        let ask = self.fetch_all::<AccountRow>(self.client().query(AD_ACCOUNTS));
        let ask = async { Ok(ask.await?.into_iter().map(of).collect()) };
        self.once(ask).await
    }

    /// The days from one through another of which it is known what ads cost.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn known_spend_days(
        &self,
        first: Date,
        last: Date,
    ) -> Result<Vec<KnownDay>, StoreError> {
        let question = self.client().query(KNOWN_SPEND_DAYS);
        let question = question.param("first", day_number(first)).param("last", day_number(last));
        let rows: Vec<KnownRow> = self.fetch_all(question).await?;
        let days = rows.into_iter().map(|row| KnownDay {
            date: date_of(row.date),
            account_id: row.account_id,
            is_whole: row.is_whole,
            version: row.version,
        });
        Ok(days.collect())
    }

    /// What an account's days from one through another hold as Meta told them, without what files told.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn account_spend(
        &self,
        account_id: &str,
        first: Date,
        last: Date,
    ) -> Result<Vec<AdDay>, StoreError> {
        self.spend_of(account_id, first, last).await
    }

    /// What ads cost from one day through another, by placement where it is known.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn spend(&self, first: Date, last: Date) -> Result<Vec<AdDay>, StoreError> {
        self.spend_of("", first, last).await
    }

    async fn spend_of(
        &self,
        account_id: &str,
        first: Date,
        last: Date,
    ) -> Result<Vec<AdDay>, StoreError> {
        let question = self.client().query(AD_DAYS).param("first", day_number(first));
        let rows = self.fetch_all::<DayRow>(question.param("last", day_number(last)));
        let (rows, names) = tokio::try_join!(rows, self.named_ads())?;
        Ok(days_that_count(&rows, &names, account_id))
    }
}
