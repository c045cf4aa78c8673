//! What ads cost: stored, and asked for.

use jiff::civil::Date;

use super::rows::SpendRow;
use super::{Store, StoreError};
use crate::domain::AdDay;

const SPEND_BY_DAY: &str = include_str!("../../queries/spend_by_day.sql");

impl Store {
    /// Stores what ads cost; of two imports of an ad's day the later one counts. `imported_at` is in
    /// UTC microseconds.
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_spend(&self, days: Vec<AdDay>, imported_at: u64) -> Result<(), StoreError> {
        let rows: Vec<SpendRow> =
            days.into_iter().map(|day| SpendRow::new(day, imported_at)).collect();
        for (place, block) in rows.chunks(100_000).enumerate() {
            self.insert_block("spend", block, &format!("spend-{imported_at}-{place}")).await?;
        }
        Ok(())
    }

    /// What ads cost from one day through another.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn spend(&self, first: Date, last: Date) -> Result<Vec<AdDay>, StoreError> {
        let rows: Vec<SpendRow> = self
            .client
            .query(SPEND_BY_DAY)
            .param("first", SpendRow::day_number(first))
            .param("last", SpendRow::day_number(last))
            .fetch_all()
            .await
            .map_err(|error| self.failed(error))?;
        Ok(rows.into_iter().map(SpendRow::into_day).collect())
    }
}
