//! Settings of the program that views in ClickHouse need to know.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::store::client::Store;
use crate::store::client::error::StoreError;

const SETTINGS_NOW: &str = include_str!("../../../queries/schema/settings_now.sql");

/// What the views of `queries/schema/baseline/views/` take from the settings.
#[derive(Debug, Clone, PartialEq, Row, Deserialize)]
pub struct ViewSettings {
    /// IANA zone in which a day is a day.
    pub time_zone: String,
    /// Days before a conversion in which touchpoints earn credit.
    pub lookback_days: u32,
    /// Days in which a touchpoint's weight halves.
    pub half_life_days: f64,
    /// Share of the first touchpoint.
    pub first_share: f64,
    /// Share of the last touchpoint.
    pub last_share: f64,
}

/// A row of `program_settings`.
#[derive(Debug, Row, Serialize)]
struct SettingsRow {
    only: u8,
    time_zone: String,
    lookback_days: u32,
    half_life_days: f64,
    first_share: f64,
    last_share: f64,
    version: u64,
}

impl Store {
    /// Tells the views the settings, if they know others; `now` is in UTC microseconds.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn tell_views(&self, to: &ViewSettings, now: u64) -> Result<(), StoreError> {
        let known: ViewSettings = self.fetch_one(self.client().query(SETTINGS_NOW)).await?;
        if known == *to {
            return Ok(());
        }
        let version = self.next_version("program_settings", now).await?;
        let row = SettingsRow {
            only: 1,
            time_zone: to.time_zone.clone(),
            lookback_days: to.lookback_days,
            half_life_days: to.half_life_days,
            first_share: to.first_share,
            last_share: to.last_share,
            version,
        };
        self.insert_block("program_settings", &[row], &format!("{version}-{to:?}")).await
    }
}
