//! The bare disk: one thread that writes and syncs batches as large as the journal's, with no queue
//! before it and no format. Nothing that syncs as it writes gets below this.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use anyhow::Result;
use hdrhistogram::Histogram;
use rustix::fs::{FallocateFlags, fallocate};

use crate::body;
use crate::load::Round;
use crate::plan::Plan;

/// Length of a file; behind it the next is begun.
const FILE_BYTES: u64 = 64 << 20;

/// Each batch makes the file longer: a sync brings its new length and blocks to disk too.
pub fn appending(plan: &Plan) -> Result<Round> {
    write(plan, || Ok(File::create(plan.folder.join("appended"))?))
}

/// A file's room is allocated ahead: a sync notes what of it is written now.
pub fn allocated(plan: &Plan) -> Result<Round> {
    write(plan, || {
        let file = File::create(plan.folder.join("allocated"))?;
        fallocate(&file, FallocateFlags::empty(), 0, FILE_BYTES)?;
        file.sync_all()?;
        Ok(file)
    })
}

/// Each batch goes over bytes already on disk: a sync has nothing but these to bring there.
pub fn overwriting(plan: &Plan) -> Result<Round> {
    let file = File::create(plan.folder.join("overwritten"))?;
    file.write_all_at(&vec![0; usize::try_from(FILE_BYTES)?], 0)?;
    file.sync_all()?;
    write(plan, || Ok(file.try_clone()?))
}

/// Writes batches one behind the other, into the file that `next` opens whenever one is full.
fn write(plan: &Plan, next: impl Fn() -> Result<File>) -> Result<Round> {
    let batch = body::make(0, 0, plan.batch * plan.size);
    let mut latency = Histogram::new(3)?;
    let (mut file, mut offset) = (next()?, 0);
    let start = Instant::now();
    while start.elapsed() < plan.seconds {
        let asked = Instant::now();
        if offset + batch.len() as u64 > FILE_BYTES {
            (file, offset) = (next()?, 0);
        }
        file.write_all_at(&batch, offset)?;
        file.sync_data()?;
        latency.record(u64::try_from(asked.elapsed().as_micros())?)?;
        offset += batch.len() as u64;
    }
    let commits = latency.len();
    Ok(Round { records: commits * plan.batch as u64, commits, elapsed: start.elapsed(), latency })
}
