//! The load: tasks that append, each waiting until its record is on disk before it makes the next.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::body;
use crate::log::Log;
use crate::plan::Plan;

/// What one turn came to.
pub struct Round {
    pub records: u64,
    pub commits: u64,
    pub elapsed: Duration,
    /// Of each append, in microseconds.
    pub latency: Histogram<u64>,
}

impl Round {
    pub fn records_per_second(&self) -> f64 {
        self.records as f64 / self.elapsed.as_secs_f64()
    }

    pub fn commits_per_second(&self) -> f64 {
        self.commits as f64 / self.elapsed.as_secs_f64()
    }

    pub fn records_per_commit(&self) -> f64 {
        self.records as f64 / self.commits as f64
    }
}

/// Appends for the planned time.
pub fn round<L: Log>(plan: &Plan) -> Result<Round> {
    Runtime::new()?.block_on(async {
        let log = Arc::new(L::open(&plan.folder)?);
        append(&log, plan.tasks, plan.size, u32::MAX, Some(plan.seconds)).await
    })
}

/// Appends `each` records from each of `tasks` tasks, or for as long as there is `time`.
pub async fn append<L: Log>(
    log: &Arc<L>,
    tasks: u32,
    size: usize,
    each: u32,
    time: Option<Duration>,
) -> Result<Round> {
    let start = Instant::now();
    let mut appending = JoinSet::new();
    for task in 0..tasks {
        let log = log.clone();
        appending.spawn(async move {
            let mut latency = Histogram::new(3)?;
            for number in 0..each {
                if time.is_some_and(|time| start.elapsed() >= time) {
                    break;
                }
                let body = body::make(task, number, size);
                let asked = Instant::now();
                log.append(body).await.context("a record could not be appended")?;
                latency.record(u64::try_from(asked.elapsed().as_micros())?)?;
            }
            anyhow::Ok(latency)
        });
    }
    let mut latency = Histogram::new(3)?;
    while let Some(finished) = appending.join_next().await {
        latency.add(finished??)?;
    }
    let elapsed = start.elapsed();
    Ok(Round { records: latency.len(), commits: log.commits(), elapsed, latency })
}
