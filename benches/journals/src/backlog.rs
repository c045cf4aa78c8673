//! The reader's side: a full store is read in order and emptied, batch by batch, as the shipper
//! does it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::runtime::Runtime;

use crate::body::Order;
use crate::load;
use crate::log::{Backlog, Log};
use crate::plan::Plan;

/// Bytes that the reader takes at once, as the shipper does.
const BATCH_BYTES: usize = 8 << 20;
/// Tasks that fill the store, so that a commit carries much.
const FILLING_TASKS: u32 = 1000;

/// What filling, reading and emptying a store came to.
pub struct Emptied {
    pub filled_per_second: f64,
    pub bytes_per_record: f64,
    pub read_per_second: f64,
    pub forgetting: Duration,
    pub longest_forgetting: Duration,
    /// Bytes on disk when all was written, and when all was deleted and the store closed.
    pub bytes_full: u64,
    pub bytes_after: u64,
}

/// Fills a store, then reads and empties it.
pub fn empty<L: Log>(plan: &Plan) -> Result<Emptied> {
    let (filled, mut backlog) = Runtime::new()?.block_on(async {
        let log = Arc::new(L::open(&plan.folder)?);
        let each = plan.records.div_ceil(FILLING_TASKS);
        let filled = load::append(&log, FILLING_TASKS, plan.size, each, None).await?;
        let log = Arc::into_inner(log).context("a task still holds the log")?;
        anyhow::Ok((filled, log.into_backlog()?))
    })?;
    let bytes_full = bytes_on_disk(&plan.folder)?;

    let mut order = Order::of(FILLING_TASKS);
    let mut records = 0;
    let (mut reading, mut forgetting) = (Duration::ZERO, Duration::ZERO);
    let mut longest_forgetting = Duration::ZERO;
    loop {
        let start = Instant::now();
        let batch = backlog.read(BATCH_BYTES)?;
        reading += start.elapsed();
        if batch.is_empty() {
            break;
        }
        batch.iter().try_for_each(|body| order.check(body))?;
        records += batch.len() as u64;
        let start = Instant::now();
        backlog.forget()?;
        forgetting += start.elapsed();
        longest_forgetting = longest_forgetting.max(start.elapsed());
    }
    ensure!(records == filled.records, "{} written, {records} read", filled.records);
    drop(backlog);
    Ok(Emptied {
        filled_per_second: filled.records_per_second(),
        bytes_per_record: bytes_full as f64 / records as f64,
        read_per_second: records as f64 / reading.as_secs_f64(),
        forgetting,
        longest_forgetting,
        bytes_full,
        bytes_after: bytes_on_disk(&plan.folder)?,
    })
}

/// Bytes that the files below `folder` take on disk; a file's holes take none.
fn bytes_on_disk(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += metadata.blocks() * 512;
        if metadata.is_dir() {
            bytes += bytes_on_disk(&entry.path())?;
        }
    }
    Ok(bytes)
}
