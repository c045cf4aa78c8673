//! Blocks of rows into a table.

use std::time::Duration;

use clickhouse::{RowOwned, RowWrite};
use serde::Serialize;

use crate::store::client::Store;
use crate::store::client::error::StoreError;

/// How long the sending of a block may stall.
pub(in crate::store) const SEND_LIMIT: Duration = Duration::from_secs(30);
/// How long ClickHouse may take for a block once it has it.
pub(in crate::store) const END_LIMIT: Duration = Duration::from_secs(120);

impl Store {
    /// Inserts rows as one block; with the same `token` a second time it changes nothing.
    pub(in crate::store) async fn insert_block<R>(
        &self,
        table: &str,
        rows: &[R],
        token: &str,
    ) -> Result<(), StoreError>
    where
        R: RowOwned + Serialize,
        for<'a> R: RowWrite<Value<'a> = R>,
    {
        if rows.is_empty() {
            return Ok(());
        }
        let failed = |error| self.failed(error);
        let mut insert = self
            .client()
            .insert::<R>(table)
            .await
            .map_err(failed)?
            .with_setting("insert_deduplication_token", token)
            .with_setting("async_insert", "0")
            // Late events of many months may come in one block.
            .with_setting("max_partitions_per_insert_block", "0")
            .with_timeouts(Some(SEND_LIMIT), Some(END_LIMIT));
        for row in rows {
            insert.write(row).await.map_err(failed)?;
        }
        insert.end().await.map_err(failed)
    }

    /// [`Store::insert_block`], but a row that ClickHouse refuses does not hold up the others:
    /// the block is halved until the refused rows stand alone. They come back with the reason.
    pub(in crate::store) async fn insert_isolating<'a, R>(
        &self,
        table: &str,
        rows: &'a [R],
        token: &str,
    ) -> Result<Vec<(&'a R, String)>, StoreError>
    where
        R: RowOwned + Serialize,
        for<'b> R: RowWrite<Value<'b> = R>,
    {
        let mut refused = Vec::new();
        let mut left = vec![(rows, token.to_owned())];
        while let Some((rows, token)) = left.pop() {
            match self.insert_block(table, rows, &token).await {
                Ok(()) => {}
                Err(error) if !error.is_about_rows() => return Err(error),
                Err(error) if rows.len() == 1 => refused.push((&rows[0], error.to_string())),
                Err(_) => {
                    let (first, second) = rows.split_at(rows.len() / 2);
                    left.push((second, format!("{token}.2")));
                    left.push((first, format!("{token}.1")));
                }
            }
        }
        Ok(refused)
    }
}

impl StoreError {
    /// Whether ClickHouse refused what the rows hold, so that trying the same again is no use. By
    /// its error codes: 6, 27, 33, 38, 41, 53, 69, 70, 72, 117, 131, 349, 407 (src/Common/ErrorCodes.cpp).
    fn is_about_rows(&self) -> bool {
        const CODES: [&str; 13] =
            ["6", "27", "33", "38", "41", "53", "69", "70", "72", "117", "131", "349", "407"];
        let Self::ClickHouse { source, .. } = self else { return false };
        let clickhouse::error::Error::BadResponse(text) = source.as_ref() else { return false };
        let code = text.split_once("Code: ").and_then(|(_, rest)| rest.split('.').next());
        code.is_some_and(|code| CODES.contains(&code))
    }
}
