//! Costs that were put down by hand, and what ads are called.

use clickhouse::Row;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::rows::ten_thousandths;
use super::spend::{date_of, day_number};
use super::{Store, StoreError};
use crate::domain::{Cost, CostOf, FUNNEL_WINDOW_MS, Period};
use polars::frame::DataFrame;

const COSTS: &str = include_str!("../../queries/costs.sql");
const ADS_NOW: &str = include_str!("../../queries/ads_now.sql");
const OUR_AD_DAYS: &str = include_str!("../../queries/our_ad_days.sql");
const PURCHASE_VALUES: &str = include_str!("../../queries/purchase_values.sql");

/// A row of `costs`.
#[derive(Debug, Row, Serialize)]
struct WrittenRow {
    cost_id: String,
    kind: &'static str,
    name: String,
    first: u16,
    last: u16,
    amount: i64,
    currency: String,
    note: String,
    is_removed: u8,
    version: u64,
}

/// A row of the question `costs`.
#[derive(Debug, Row, Deserialize)]
struct CostRow {
    cost_id: String,
    kind: String,
    name: String,
    first: u16,
    last: u16,
    amount: i64,
    currency: String,
    note: String,
}

/// What an ad, its ad set and its campaign are called.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct NamedAd {
    /// The ad.
    pub ad_id: String,
    /// Its account; may be empty.
    pub account_id: String,
    /// Its name; may be empty.
    pub ad_name: String,
    /// Its ad set; may be empty.
    pub adset_id: String,
    /// Name of its ad set; may be empty.
    pub adset_name: String,
    /// Its campaign; may be empty.
    pub campaign_id: String,
    /// Name of its campaign; may be empty.
    pub campaign_name: String,
    /// ISO 4217, in which it is paid; may be empty.
    pub currency: String,
}

/// What came by an ad on a day: a row of the question `our_ad_days`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameByAd {
    /// The ad; empty: first conversations without a referral.
    pub ad_id: String,
    /// The day.
    pub date: jiff::civil::Date,
    /// Conversations.
    pub opened: u64,
    /// Those in which the person wrote.
    pub messaged: u64,
    /// Those of them that are the person's first.
    pub first: u64,
    /// Entries by the ad.
    pub touches: u64,
    /// Events that came in more than an hour after their time.
    pub late: u64,
}

#[derive(Debug, Row, Deserialize)]
struct CameRow {
    ad_id: String,
    date: u16,
    opened: u64,
    messaged: u64,
    first: u64,
    touches: u64,
    late: u64,
}

impl Store {
    /// What came by ads between two instants (UTC milliseconds, the second exclusive), by ad and day of
    /// a zone.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn our_ad_days(
        &self,
        from: i64,
        to: i64,
        zone: &str,
    ) -> Result<Vec<CameByAd>, StoreError> {
        let question = self.client.query(OUR_AD_DAYS).param("from", from).param("to", to);
        let rows: Vec<CameRow> =
            question.param("zone", zone).fetch_all().await.map_err(|error| self.failed(error))?;
        let days = rows.into_iter().map(|row| CameByAd {
            ad_id: row.ad_id,
            date: date_of(row.date),
            opened: row.opened,
            messaged: row.messaged,
            first: row.first,
            touches: row.touches,
            late: row.late,
        });
        Ok(days.collect())
    }

    /// Costs that were put down by hand.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn costs(&self) -> Result<Vec<Cost>, StoreError> {
        let rows: Vec<CostRow> =
            self.client.query(COSTS).fetch_all().await.map_err(|error| self.failed(error))?;
        let costs = rows.into_iter().filter_map(|row| {
            Some(Cost {
                of: CostOf::from_name(&row.kind)?,
                id: row.cost_id,
                name: row.name,
                first: date_of(row.first),
                last: date_of(row.last),
                amount: Decimal::new(row.amount, 4).normalize(),
                currency: row.currency,
                note: row.note,
            })
        });
        Ok(costs.collect())
    }

    /// Puts a cost down, or takes it away. `edited_at` is in UTC microseconds.
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_cost(
        &self,
        cost: &Cost,
        is_removed: bool,
        edited_at: u64,
    ) -> Result<(), StoreError> {
        let row = WrittenRow {
            cost_id: cost.id.clone(),
            kind: cost.of.as_str(),
            name: cost.name.clone(),
            first: day_number(cost.first),
            last: day_number(cost.last),
            amount: ten_thousandths(cost.amount).unwrap_or(0),
            currency: cost.currency.clone(),
            note: cost.note.clone(),
            is_removed: u8::from(is_removed),
            version: edited_at,
        };
        self.insert_block("costs", &[row], &format!("{}-{edited_at}", cost.id)).await
    }

    /// What all ads are called.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn named_ads(&self) -> Result<Vec<NamedAd>, StoreError> {
        self.client.query(ADS_NOW).fetch_all().await.map_err(|error| self.failed(error))
    }

    /// What purchases in conversations that were opened in the period were worth. Columns:
    /// `queries/purchase_values.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn purchase_values(&self, period: &Period) -> Result<DataFrame, StoreError> {
        let question = self
            .client
            .query(PURCHASE_VALUES)
            .param("from", period.from.0)
            .param("to", period.to.0)
            .param("window", FUNNEL_WINDOW_MS)
            .param("zone", period.zone.iana_name().unwrap_or("UTC"));
        self.frame(question).await
    }
}
