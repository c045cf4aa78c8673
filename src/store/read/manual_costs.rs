//! Costs that were put down by hand, and what ads are called.

use std::collections::HashMap;

use clickhouse::Row;
use polars_core::frame::DataFrame;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::{AdNames, Cost, CostOf, FUNNEL_WINDOW_MS, OurAdDay, Period};
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::decimal::ten_thousandths;
use crate::store::client::error::StoreError;
use crate::store::read::entry_names::BY_LINK;
use crate::store::read::source::STORED_SOURCE;
use crate::store::read::spend_days::{date_of, day_number};

const COSTS: &str = include_str!("../../../queries/ads/costs.sql");
const ADS_NOW: &str = include_str!("../../../queries/ads/ads_now.sql");
const OUR_AD_DAYS: &str = include_str!("../../../queries/ads/our_ad_days.sql");
const PURCHASE_VALUES: &str = include_str!("../../../queries/attribution/purchase_values.sql");

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

/// A row of the question `ads_now`.
#[derive(Debug, Row, Deserialize)]
struct NamedRow {
    ad_id: String,
    account_id: String,
    ad_name: String,
    adset_id: String,
    adset_name: String,
    campaign_id: String,
    campaign_name: String,
    currency: String,
}

/// A row of the question `our_ad_days`.
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
    /// What entered through ads between two instants (UTC milliseconds, the second exclusive), by ad and day of
    /// a zone.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn our_ad_days(
        &self,
        from: i64,
        to: i64,
        zone: &str,
    ) -> Result<Vec<OurAdDay>, StoreError> {
        let question = self.client().query(OUR_AD_DAYS).param("from", from).param("to", to);
        let rows: Vec<CameRow> =
            question.param("zone", zone).fetch_all().await.map_err(|error| self.failed(error))?;
        let days = rows.into_iter().map(|row| OurAdDay {
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
        let rows: Vec<CostRow> = self
            .fetch_all(
                self.client().query(COSTS).param("is_of_workspace", self.workspace().is_some()),
            )
            .await?;
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

    /// Puts a cost down, or takes it away: what has the higher version counts ([`Store::next_version`]).
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_cost(
        &self,
        cost: &Cost,
        is_removed: bool,
        version: u64,
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
            version,
        };
        self.insert_block("costs", &[row], &format!("{}-{version}", cost.id)).await
    }

    /// What all ads belong to, by their ids.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn named_ads(&self) -> Result<HashMap<String, AdNames>, StoreError> {
        let ask = self.fetch_all::<NamedRow>(self.client().query(ADS_NOW));
        let named = |row: NamedRow| {
            let names = AdNames {
                account_id: row.account_id,
                ad_name: row.ad_name,
                adset_id: row.adset_id,
                adset_name: row.adset_name,
                campaign_id: row.campaign_id,
                campaign_name: row.campaign_name,
                currency: row.currency,
            };
            (row.ad_id, names)
        };
        let ask = async { Ok(ask.await?.into_iter().map(named).collect()) };
        self.once(ask).await
    }

    /// What purchases in conversations that were opened in the period were worth. Columns:
    /// `queries/attribution/purchase_values.sql`, and the names of links.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn purchase_values(&self, period: &Period) -> Result<DataFrame, StoreError> {
        self.purchase_values_by(period, false).await
    }

    /// The same by source and by the age at which a conversation brought the purchase.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn purchase_values_by_age(&self, period: &Period) -> Result<DataFrame, StoreError> {
        self.purchase_values_by(period, true).await
    }

    async fn purchase_values_by(
        &self,
        period: &Period,
        by_age: bool,
    ) -> Result<DataFrame, StoreError> {
        let question = self
            .client()
            .query(&assemble(PURCHASE_VALUES, &[("stored_source", STORED_SOURCE)]))
            .param("from", period.from.0)
            .param("to", period.to.0)
            .param("window", FUNNEL_WINDOW_MS)
            .param("by_age", by_age)
            .param("zone", period.zone.iana_name().unwrap_or("UTC"));
        self.named(self.frame(question), BY_LINK).await
    }
}
