//! Group commit for the stores that leave it to their user, done exactly as the journal does its
//! own: one thread writes what has queued up and what comes while it does, makes that durable in one
//! go, acknowledges all.

use std::iter;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::log::Backlog;
use crate::log::Log;

/// Records that may wait for the thread, as in the journal.
const QUEUE: usize = 4096;

/// Keeps records in the order in which they were committed.
pub trait Store: Sized + Send + 'static {
    fn open(folder: &Path) -> Result<Self>;

    /// Writes `bodies` in one transaction; returns when they are on disk.
    fn commit(&mut self, bodies: impl Iterator<Item = Bytes>) -> Result<()>;
}

struct Append {
    body: Bytes,
    done: oneshot::Sender<Result<(), String>>,
}

/// A store behind its writing thread.
pub struct Group<S> {
    queue: mpsc::Sender<Append>,
    writer: JoinHandle<S>,
    commits: Arc<AtomicU64>,
}

impl<S: Store + Backlog> Log for Group<S> {
    type Backlog = S;

    fn open(folder: &Path) -> Result<Self> {
        let store = S::open(folder)?;
        let (queue, requests) = mpsc::channel(QUEUE);
        let commits = Arc::new(AtomicU64::new(0));
        let counted = commits.clone();
        let writer = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || write(store, requests, &counted))?;
        Ok(Self { queue, writer, commits })
    }

    async fn append(&self, body: Bytes) -> Result<()> {
        let (done, written) = oneshot::channel();
        self.queue.send(Append { body, done }).await.context("the writer has gone")?;
        written.await?.map_err(|reason| anyhow!(reason))
    }

    fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    fn into_backlog(self) -> Result<S> {
        drop(self.queue);
        self.writer.join().map_err(|_| anyhow!("the writer panicked"))
    }
}

fn write<S: Store>(mut store: S, mut requests: mpsc::Receiver<Append>, commits: &AtomicU64) -> S {
    let mut waiting = Vec::new();
    while let Some(first) = requests.blocking_recv() {
        let mut first = Some(first);
        let bodies = iter::from_fn(|| {
            let Append { body, done } = first.take().or_else(|| requests.try_recv().ok())?;
            waiting.push(done);
            Some(body)
        });
        let outcome = store.commit(bodies).map_err(|error| format!("{error:#}"));
        commits.fetch_add(1, Ordering::Relaxed);
        for done in waiting.drain(..) {
            drop(done.send(outcome.clone()));
        }
    }
    store
}
