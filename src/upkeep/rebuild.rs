//! Conversations made from nothing, beside those that are in use.

use super::{Upkeep, UpkeepError};
use crate::store::MadeTables;

/// What a rebuild found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// People whose events were read.
    pub people: u64,
    /// How each table compares.
    pub tables: Vec<Difference>,
}

/// How a table compares with its rebuilt form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// Rows that were right.
    pub same: u64,
    /// Rows that should not have been there.
    pub surplus: u64,
    /// Rows that were missing.
    pub missing: u64,
}

impl Rebuilt {
    /// Whether all was right.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.tables.iter().all(|table| table.surplus == 0 && table.missing == 0)
    }
}

/// Makes everything again from the events, compares it with what is in use, and puts it into its
/// place. Meanwhile nobody else makes conversations; events that come in wait for it. `progress` is
/// told of people done, and of all.
///
/// # Errors
/// If ClickHouse or the arithmetic fails: then what is in use stays.
pub async fn rebuild(upkeep: &Upkeep, progress: impl Fn(u64, u64)) -> Result<Rebuilt, UpkeepError> {
    // What has changed until now is made the usual way, so that both sides have seen the same.
    upkeep.catch_up().await?;
    let turn = upkeep.turn().await?;
    let store = &upkeep.store;
    store.begin_rebuilt().await?;
    let all = store.changed_batches(MadeTables::Rebuilt).await?;
    let all: u64 = all.iter().map(|batch| batch.people).sum();
    let mut people = 0;
    while let Some(done) = upkeep.pass(MadeTables::Rebuilt, u64::MAX, &turn).await? {
        people += done;
        progress(people, all.max(people));
    }
    let mut tables = Vec::new();
    for table in ["conversations", "touchpoints", "conversions"] {
        let found = store.compare_rebuilt(table).await?;
        let (surplus, missing) = (found.only_live, found.only_rebuilt);
        tables.push(Difference { table, same: found.same, surplus, missing });
    }
    store.use_rebuilt().await?;
    store.end_rebuilt().await?;
    turn.end().await;
    Ok(Rebuilt { people, tables })
}
