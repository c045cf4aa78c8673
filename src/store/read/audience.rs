//! Customer lists, and who opted in to notifications.

use clickhouse::Row;
use polars_core::frame::DataFrame;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Period;
use crate::store::client::Store;
use crate::store::client::error::StoreError;

const AUDIENCES: &str = include_str!("../../../queries/audience/audiences.sql");
const SUBSCRIPTIONS: &str = include_str!("../../../queries/audience/subscriptions.sql");
/// Members in one block.
const BLOCK: usize = 100_000;

/// A customer list, and what its members did in a period.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct Audience {
    /// Its name.
    pub audience: String,
    /// Distinct phone numbers and e-mail addresses.
    pub members: u64,
    /// When it was imported last, UTC milliseconds.
    pub imported_at: i64,
    /// Members who are known as people of a thread, because they shared number or address there.
    pub known: u64,
    /// Those of them who opened a conversation in the period.
    pub people: u64,
    /// Their conversations of the period.
    pub conversations: u64,
    /// Conversations of the period that reached the stage lead.
    pub leads: u64,
    /// Conversations of the period that reached the stage purchase.
    pub purchases: u64,
}

#[derive(Debug, Row, Serialize)]
struct MemberRow {
    audience: String,
    hash: String,
    imported_at: i64,
}

impl Store {
    /// Stores members of a customer list, by their hashes (`domain::contact_hash`); `now` is in UTC
    /// milliseconds.
    ///
    /// # Errors
    /// If ClickHouse takes them not.
    pub async fn save_audience(
        &self,
        audience: &str,
        hashes: &[String],
        now: i64,
    ) -> Result<(), StoreError> {
        for (number, block) in hashes.chunks(BLOCK).enumerate() {
            let row = |hash: &String| MemberRow {
                audience: audience.to_owned(),
                hash: hash.clone(),
                imported_at: now,
            };
            let rows: Vec<MemberRow> = block.iter().map(row).collect();
            let token = format!("{audience}-{now}-{number}");
            self.insert_block("audience_members", &rows, &token).await?;
        }
        Ok(())
    }

    /// The customer lists, and what their members did in a period.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn audiences(&self, period: &Period) -> Result<Vec<Audience>, StoreError> {
        self.rows_of(AUDIENCES, period).await
    }

    /// Opt-ins to notifications and stops up to the end of a period. Columns:
    /// `queries/audience/subscriptions.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn subscriptions(&self, period: &Period) -> Result<DataFrame, StoreError> {
        self.frame(self.client().query(SUBSCRIPTIONS).param("to", period.to.0)).await
    }
}
