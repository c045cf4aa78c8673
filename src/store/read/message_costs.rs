//! What WhatsApp messages cost: stored, and asked for. Schema: `queries/schema/migrations/0105_message_costs.sql`.

use std::collections::BTreeMap;

use clickhouse::Row;
use jiff::civil::Date;
use polars_core::frame::DataFrame;
use polars_core::prelude::{Column, DataType, PolarsResult};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::{
    AccountMessages, FUNNEL_WINDOW_MS, MessageCost, MessagesOfDays, MessagesOfMonth, Period,
};
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::decimal::millionths;
use crate::store::client::error::StoreError;
use crate::store::read::entry_names::BY_LINK;
use crate::store::read::source::STORED_SOURCE;
use crate::store::read::spend_days::{date_of, day_number};

const MESSAGE_COSTS: &str = include_str!("../../../queries/message_costs/message_costs.sql");
const MESSAGE_PRICES: &str = include_str!("../../../queries/message_costs/message_prices.sql");
const HAS_CHARGED_MESSAGES: &str =
    include_str!("../../../queries/message_costs/has_charged_messages.sql");
const CHARGED_MESSAGES: &str = include_str!("../../../queries/message_costs/charged_messages.sql");
const KNOWN_DAYS: &str = include_str!("../../../queries/message_costs/known_message_days.sql");
const ACCOUNTS: &str = include_str!("../../../queries/message_costs/business_accounts.sql");

/// A row of `message_costs`.
#[derive(Debug, Row, Serialize)]
struct DayRow {
    /// Days since 1970-01-01.
    date: u16,
    business_account: String,
    currency: String,
    countries: Vec<String>,
    categories: Vec<String>,
    types: Vec<String>,
    messages: Vec<u64>,
    /// 1/1,000,000 of the currency.
    costs: Vec<Option<i64>>,
    version: u64,
}

/// A row of the question `known_message_days`.
#[derive(Debug, Row, Deserialize)]
struct KnownRow {
    date: u16,
    version: u64,
}

/// A row of the question `message_costs`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
struct CostRow {
    category: String,
    pricing_type: String,
    country: String,
    currency: String,
    messages: u64,
    cost: Option<i64>,
}

/// A row of the question `message_prices`.
#[derive(Debug, Row, Deserialize)]
struct PriceRow {
    business_account: String,
    country: String,
    category: String,
    month: u32,
    currency: String,
    messages: u64,
    cost: i64,
}

impl Store {
    /// WhatsApp business accounts whose webhooks came in.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn business_accounts(&self) -> Result<Vec<String>, StoreError> {
        self.fetch_all(self.client().query(ACCOUNTS)).await
    }

    /// The days from one through another of which it is known what an account's messages cost, with the version of
    /// each: UTC microseconds of when it was fetched.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn known_message_days(
        &self,
        account: &str,
        first: Date,
        last: Date,
    ) -> Result<BTreeMap<Date, u64>, StoreError> {
        let question = self.client().query(KNOWN_DAYS).param("account", account);
        let question = question.param("first", day_number(first)).param("last", day_number(last));
        let rows: Vec<KnownRow> = self.fetch_all(question).await?;
        Ok(rows.into_iter().map(|row| (date_of(row.date), row.version)).collect())
    }

    /// Stores what an account's messages cost on the days from one through another, each day as a whole.
    /// `fetched_at` is in UTC microseconds.
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_message_costs(
        &self,
        account: &str,
        first: Date,
        last: Date,
        told: &AccountMessages,
        fetched_at: u64,
    ) -> Result<(), StoreError> {
        let known = self.known_message_days(account, first, last).await?;
        let newest = known.values().max().copied().unwrap_or(0);
        let version = fetched_at.max(newest.saturating_add(1));
        let days = first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last);
        let rows: Vec<DayRow> = days
            .map(|date| {
                let of_day = || told.costs.iter().filter(|cost| cost.date == date);
                let texts =
                    |text: fn(&MessageCost) -> &String| of_day().map(text).cloned().collect();
                DayRow {
                    date: day_number(date),
                    business_account: account.to_owned(),
                    currency: told.currency.clone(),
                    countries: texts(|cost| &cost.country),
                    categories: texts(|cost| &cost.category),
                    types: texts(|cost| &cost.pricing_type),
                    messages: of_day().map(|cost| cost.messages).collect(),
                    costs: of_day().map(|cost| cost.cost.and_then(millionths)).collect(),
                    version,
                }
            })
            .collect();
        let token = format!("messages-{version}-{account}-{first}");
        self.insert_block("message_costs", &rows, &token).await
    }

    /// What messages cost from one day through another, by category, type, country and currency; the dearest first.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn message_costs(
        &self,
        first: Date,
        last: Date,
    ) -> Result<Vec<MessagesOfDays>, StoreError> {
        let question = self.client().query(MESSAGE_COSTS);
        let question = question.param("first", day_number(first)).param("last", day_number(last));
        let rows: Vec<CostRow> = self.fetch_all(question).await?;
        let rows = rows.into_iter().map(|row| MessagesOfDays {
            category: row.category,
            pricing_type: row.pricing_type,
            country: row.country,
            currency: row.currency,
            messages: row.messages,
            cost: row.cost.map(of_millionths),
        });
        Ok(rows.collect())
    }

    /// What messages that are charged for cost in the months in which those of a period's conversations may lie.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn message_prices(
        &self,
        period: &Period,
    ) -> Result<Vec<MessagesOfMonth>, StoreError> {
        let question = self
            .client()
            .query(MESSAGE_PRICES)
            .param("from", period.from.0)
            .param("to", period.to.0.saturating_add(FUNNEL_WINDOW_MS));
        let rows: Vec<PriceRow> = self.fetch_all(question).await?;
        let rows = rows.into_iter().map(|row| MessagesOfMonth {
            business_account: row.business_account,
            country: row.country,
            category: row.category,
            month: row.month,
            currency: row.currency,
            messages: row.messages,
            cost: of_millionths(row.cost),
        });
        Ok(rows.collect())
    }

    /// Messages that are charged for, in conversations that were opened in the period. Columns:
    /// `queries/message_costs/charged_messages.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn charged_messages(&self, period: &Period) -> Result<DataFrame, StoreError> {
        let of_period = |statement: &str| {
            let question = self.client().query(statement).param("from", period.from.0);
            question.param("to", period.to.0).param("window", FUNNEL_WINDOW_MS)
        };
        if self.fetch_all::<u8>(of_period(HAS_CHARGED_MESSAGES)).await?.is_empty() {
            return no_messages().map_err(|source| self.unexpected(source));
        }
        let statement = assemble(CHARGED_MESSAGES, &[("stored_source", STORED_SOURCE)]);
        let zone = period.zone.iana_name().unwrap_or("UTC");
        self.named(self.frame(of_period(&statement).param("zone", zone)), BY_LINK).await
    }
}

/// The columns of `charged_messages` and those of names, without a row.
fn no_messages() -> PolarsResult<DataFrame> {
    let texts = ["page_id", "source", "ref", "ad_id", "business_account", "country", "category"];
    let names = ["link", "medium", "owner", "campaign", "ad_set"];
    let numbers = [
        ("opened_at", DataType::Int64),
        ("month", DataType::UInt32),
        ("messages", DataType::UInt64),
    ];
    let columns = texts.into_iter().chain(names).map(|name| (name, DataType::String));
    let columns = columns.chain(numbers);
    let columns = columns.map(|(name, kind)| Column::new_empty(name.into(), &kind));
    DataFrame::new(0, columns.collect())
}

fn of_millionths(amount: i64) -> Decimal {
    Decimal::new(amount, 6).normalize()
}
