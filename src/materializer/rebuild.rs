//! Conversations made from nothing, beside those that are in use.

use std::time::Duration;

use super::{MaterializeError, Materializer};
use crate::store::{ChangedBatch, DifferingRow, Lease, MaterializedTables, OneTimeWork};

/// How often the two are compared, if they differ while events come in.
const COMPARED: usize = 10;
/// After so long it is noted whose events have come in.
const NOTED: Duration = Duration::from_secs(1);

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
    /// Some of those that differ.
    pub rows: Vec<DifferingRow>,
}

impl Difference {
    fn is_none(&self) -> bool {
        self.surplus == 0 && self.missing == 0
    }
}

impl Rebuilt {
    /// Whether all was right.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.tables.iter().all(Difference::is_none)
    }
}

/// Makes everything again from the events, compares it with what is in use, and puts it into its
/// place. Meanwhile nobody else makes conversations; events that come in wait for it. `progress` is
/// told of people done, and of all.
///
/// # Errors
/// If ClickHouse or the arithmetic fails: then what is in use stays, or all is made anew by whoever makes
/// conversations next.
pub async fn rebuild(
    upkeep: &Materializer,
    progress: impl Fn(u64, u64) + Sync,
) -> Result<Rebuilt, MaterializeError> {
    // What has changed until now is made the usual way, so that both sides have seen the same.
    upkeep.catch_up().await?;
    let mut lease = upkeep.lease().await?;
    let rebuilt = begin_anew(upkeep, &mut lease, &progress).await;
    lease.end().await;
    rebuilt
}

/// The same, for who has the lease.
pub(super) async fn begin_anew(
    upkeep: &Materializer,
    lease: &mut Lease,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Rebuilt, MaterializeError> {
    let store = &upkeep.store;
    let cut_off = store.changed_batches(MaterializedTables::Live).await?;
    let mut exchanges: Vec<_> = cut_off.into_iter().filter(ChangedBatch::is_exchange).collect();
    // Who was stopped in between finds its tables no more.
    store.drop_left_rebuilt().await?;
    let set = MaterializedTables::Rebuilt(lease.version().await?);
    store.begin_rebuilt(set).await?;
    let pending = upkeep.pending(set).await?;
    let all: u64 = pending.iter().map(|batch| batch.people).sum();
    let told = |people: u64| progress(people, all.max(people));
    let people = upkeep.work_off(set, &pending, lease, &told).await?;
    let tables = compare(upkeep, set, lease).await?;
    exchanges.push(store.note_exchange().await?);
    held(lease).await?;
    store.use_rebuilt(set).await?;
    // Else what others have made meanwhile is gone: the word stays, and all is made anew.
    held(lease).await?;
    let token = format!("exchanged-{}", uuid::Uuid::new_v4());
    store.work_off(MaterializedTables::Live, &exchanges, &token).await?;
    store.drop_left_rebuilt().await?;
    if !store.is_done(OneTimeWork::Sequences).await? {
        store.note_done(OneTimeWork::Sequences, "").await?;
    }
    Ok(Rebuilt { people, tables })
}

/// How the tables compare. Of people whose events have come in since the second set was begun both sides are made
/// again first: else it would be they who differ.
async fn compare(
    upkeep: &Materializer,
    set: MaterializedTables,
    lease: &mut Lease,
) -> Result<Vec<Difference>, MaterializeError> {
    let mut compared = 0;
    loop {
        let mut news = upkeep.pending(MaterializedTables::Live).await?;
        news.retain(|batch| !batch.is_exchange());
        if !news.is_empty() {
            upkeep.store.also_changed(set, &news).await?;
            upkeep.work_off(MaterializedTables::Live, &news, lease, &|_| {}).await?;
            upkeep.work_off(set, &news, lease, &|_| {}).await?;
        }
        let mut tables = Vec::new();
        for table in ["conversations", "touchpoints", "conversions", "event_sequences"] {
            tables.push(difference(upkeep, set, table).await?);
        }
        compared += 1;
        let is_sure = news.is_empty() && compared > 1;
        if is_sure || compared == COMPARED || tables.iter().all(Difference::is_none) {
            return Ok(tables);
        }
        tokio::time::sleep(NOTED).await;
    }
}

async fn difference(
    upkeep: &Materializer,
    set: MaterializedTables,
    table: &'static str,
) -> Result<Difference, MaterializeError> {
    let found = upkeep.store.compare_rebuilt(set, table).await?;
    let (surplus, missing) = (found.only_live, found.only_rebuilt);
    let difference = Difference { table, same: found.same, surplus, missing, rows: Vec::new() };
    if difference.is_none() {
        return Ok(difference);
    }
    Ok(Difference { rows: upkeep.store.differing_rows(set, table).await?, ..difference })
}

async fn held(lease: &Lease) -> Result<(), MaterializeError> {
    if lease.is_held().await? {
        return Ok(());
    }
    Err(MaterializeError::CutOff("another process may have begun".to_owned()))
}
