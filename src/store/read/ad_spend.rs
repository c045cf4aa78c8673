//! What ads cost: stored, and asked for. Schema: `queries/schema/baseline/spend.sql`.

use std::collections::{BTreeMap, BTreeSet};

use clickhouse::Row;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::{AdAccount, AdDay};
use crate::store::client::Store;
use crate::store::client::decimal::ten_thousandths;
use crate::store::client::error::StoreError;

const SPEND_BY_DAY: &str = include_str!("../../../queries/ads/spend_by_day.sql");
const KNOWN_SPEND_DAYS: &str = include_str!("../../../queries/ads/known_spend_days.sql");
const AD_ACCOUNTS: &str = include_str!("../../../queries/ads/ad_accounts.sql");

const EPOCH: Date = Date::constant(1970, 1, 1);

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

/// A row of `ad_days`.
#[derive(Debug, Row, Serialize)]
struct DayRow {
    /// Days since 1970-01-01.
    date: u16,
    account_id: String,
    only_ad: String,
    ad_ids: Vec<String>,
    platforms: Vec<String>,
    positions: Vec<String>,
    currencies: Vec<String>,
    impressions: Vec<Option<u64>>,
    clicks: Vec<Option<u64>>,
    /// 1/10,000 of the currency.
    spend: Vec<i64>,
    started: Vec<Option<u64>>,
    first_replies: Vec<Option<u64>>,
    version: u64,
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

/// A row of the question `spend_by_day`.
#[derive(Debug, Row, Deserialize)]
struct SpendRow {
    date: u16,
    account_id: String,
    ad_id: String,
    ad_name: String,
    adset_id: String,
    adset_name: String,
    campaign_id: String,
    campaign_name: String,
    platform: String,
    position: String,
    currency: String,
    impressions: Option<u64>,
    clicks: Option<u64>,
    spend: i64,
    started: Option<u64>,
    first_replies: Option<u64>,
}

/// A row of the question `known_spend_days`.
#[derive(Debug, Row, Deserialize)]
struct KnownRow {
    date: u16,
    account_id: String,
    is_whole: bool,
    version: u64,
}

impl DayRow {
    fn new(date: Date, account_id: &str, only_ad: &str, days: &[&AdDay], version: u64) -> Self {
        let texts =
            |text: fn(&AdDay) -> &String| days.iter().map(|day| text(day).clone()).collect();
        Self {
            date: day_number(date),
            account_id: account_id.to_owned(),
            only_ad: only_ad.to_owned(),
            ad_ids: texts(|day| &day.ad_id),
            platforms: texts(|day| &day.platform),
            positions: texts(|day| &day.position),
            currencies: texts(|day| &day.currency),
            impressions: days.iter().map(|day| day.impressions).collect(),
            clicks: days.iter().map(|day| day.clicks).collect(),
            spend: days.iter().map(|day| ten_thousandths(day.spend).unwrap_or(0)).collect(),
            started: days.iter().map(|day| day.conversations_started).collect(),
            first_replies: days.iter().map(|day| day.first_replies).collect(),
            version,
        }
    }
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
        let rows: Vec<AccountRow> = self.fetch_all(self.client().query(AD_ACCOUNTS)).await?;
        let accounts = rows.into_iter().map(|row| AdAccount {
            id: row.account_id,
            name: row.name,
            currency: row.currency,
            time_zone: row.time_zone,
        });
        Ok(accounts.collect())
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
        let question = self.client().query(SPEND_BY_DAY).param("account", account_id);
        let question = question.param("first", day_number(first)).param("last", day_number(last));
        let rows: Vec<SpendRow> = self.fetch_all(question).await?;
        Ok(rows.into_iter().map(SpendRow::into_day).collect())
    }
}

impl SpendRow {
    fn into_day(self) -> AdDay {
        AdDay {
            date: date_of(self.date),
            account_id: self.account_id,
            ad_id: self.ad_id,
            ad_name: self.ad_name,
            adset_id: self.adset_id,
            adset_name: self.adset_name,
            campaign_id: self.campaign_id,
            campaign_name: self.campaign_name,
            platform: self.platform,
            position: self.position,
            impressions: self.impressions,
            clicks: self.clicks,
            spend: Decimal::new(self.spend, 4).normalize(),
            currency: self.currency,
            conversations_started: self.started,
            first_replies: self.first_replies,
        }
    }
}

/// As ClickHouse's `Date` has it; what lies outside of it (1970 to 2149) becomes its end.
pub(in crate::store) fn day_number(date: Date) -> u16 {
    let days = date.since(EPOCH).map_or(0, |span| i64::from(span.get_days()));
    u16::try_from(days.max(0)).unwrap_or(u16::MAX)
}

pub(in crate::store) fn date_of(day_number: u16) -> Date {
    EPOCH.saturating_add(jiff::Span::new().days(i64::from(day_number)))
}
