//! The writing thread: takes what has queued up, writes it at once, syncs once, acknowledges all.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};

use super::disk::{Disk, SegmentFile};
use super::record::MAGIC;
use super::usage::Usage;
use super::{Envelope, Health, JournalError, Position, segment_path};

/// Requests that may wait for the disk before the door has to wait too.
const QUEUE: usize = 4096;
/// Bytes that go into one write at most.
const BATCH_BYTES: usize = 8 << 20;

/// How long a batch may fill up if the one before was of several records.
const LINGER: Duration = Duration::from_micros(200);

enum Request {
    Append(Append),
    /// Closes the segment if it was begun at least so long ago.
    CloseOlderThan(Duration),
}

struct Append {
    envelope: Envelope,
    done: Answer,
}

type Answer = oneshot::Sender<Result<Position, JournalError>>;

/// The queue's end that callers hold.
#[derive(Debug, Clone)]
pub(super) struct WriterHandle(mpsc::Sender<Request>);

impl WriterHandle {
    pub(super) async fn append(&self, envelope: Envelope) -> Result<Position, JournalError> {
        let (done, written) = oneshot::channel();
        self.send(Request::Append(Append { envelope, done })).await?;
        written.await.map_err(|_| JournalError::Closed)?
    }

    pub(super) async fn close_older_than(&self, age: Duration) -> Result<(), JournalError> {
        self.send(Request::CloseOlderThan(age)).await
    }

    async fn send(&self, request: Request) -> Result<(), JournalError> {
        self.0.send(request).await.map_err(|_| JournalError::Closed)
    }
}

/// What a started writer tells others.
pub(super) struct Started {
    pub handle: WriterHandle,
    pub durable: watch::Receiver<Position>,
    pub health: watch::Receiver<Health>,
}

/// Where and how to write.
pub(super) struct Plan {
    pub folder: PathBuf,
    pub disk: Box<dyn Disk>,
    pub segment_bytes: u64,
    pub usage: Arc<Usage>,
    pub first_segment: u64,
}

/// Starts the thread, for callers of the current runtime. It ends, and gives up the lock, when the last handle is dropped.
pub(super) fn start(plan: Plan, lock: File) -> Result<Started, JournalError> {
    let (queue, requests) = mpsc::channel(QUEUE);
    // Nothing of this process is durable yet, everything of earlier ones is.
    let start = Position { segment: plan.first_segment, offset: 0 };
    let (durable, durable_follower) = watch::channel(start);
    let (health, health_follower) = watch::channel(Health::Good);
    let folder = plan.folder.clone();
    let next = plan.first_segment;
    let mut writer =
        Writer { plan, segment: None, next, durable, health, runtime: Handle::current() };
    std::thread::Builder::new()
        .name("journal".to_owned())
        .spawn(move || {
            // Everybody waits for this thread, and it waits for the disk. Only root may ask.
            rustix::process::nice(-10).ok();
            writer.run(requests);
            drop(lock);
        })
        .map_err(JournalError::io(&folder))?;
    Ok(Started { handle: WriterHandle(queue), durable: durable_follower, health: health_follower })
}

struct Segment {
    file: Box<dyn SegmentFile>,
    path: PathBuf,
    end: Position,
    begun: Instant,
}

struct Writer {
    plan: Plan,
    /// `None` before the first batch, behind a full segment, and after a failure.
    segment: Option<Segment>,
    /// Number of the next segment.
    next: u64,
    durable: watch::Sender<Position>,
    health: watch::Sender<Health>,
    /// Where those who wait live.
    runtime: Handle,
}

impl Writer {
    fn run(&mut self, mut requests: mpsc::Receiver<Request>) {
        let mut bytes = Vec::new();
        let mut waiting: Vec<(usize, Answer)> = Vec::new();
        let mut last_batch = 0;
        while let Some(first) = requests.blocking_recv() {
            self.take(first, &mut bytes, &mut waiting);
            if last_batch > 1 {
                // Under load more come at once, and a sync costs as much for many as for one.
                std::thread::sleep(LINGER);
            }
            while bytes.len() < BATCH_BYTES
                && let Ok(next) = requests.try_recv()
            {
                self.take(next, &mut bytes, &mut waiting);
            }
            last_batch = waiting.len();
            if waiting.is_empty() {
                continue;
            }
            let written = self.write(&bytes);
            self.plan.usage.set_refusing(written.is_err());
            if written.is_err() {
                // No earlier segment is written again: readers go on to the next, which wakes the
                // shipper, which makes room.
                self.durable.send_replace(Position { segment: self.next, offset: 0 });
            }
            self.tell(&written);
            let waiting = std::mem::take(&mut waiting);
            // Told by one task of theirs: waking hundreds of tasks from outside of the runtime
            // costs more than writing them.
            self.runtime.spawn(async move { answer(&written, waiting) });
            bytes.clear();
            // One large batch must not hold its memory for ever.
            bytes.shrink_to(BATCH_BYTES / 8);
        }
        if let Some(segment) = self.segment.take() {
            self.close(segment);
        }
    }

    fn take(&mut self, request: Request, bytes: &mut Vec<u8>, waiting: &mut Vec<(usize, Answer)>) {
        match request {
            Request::Append(Append { envelope, done }) => {
                envelope.encode(bytes);
                waiting.push((bytes.len(), done));
            }
            Request::CloseOlderThan(age) => {
                if let Some(old) = self.segment.take_if(|segment| segment.begun.elapsed() >= age) {
                    self.close(old);
                }
            }
        }
    }

    /// Writes and syncs one batch; where it begins.
    ///
    /// After a failed write or sync nothing is known of the bytes behind the last good one, so
    /// that segment is never written again: what was half written is cut off if the disk lets us,
    /// and stepped over by readers if it does not.
    fn write(&mut self, bytes: &[u8]) -> Result<Position, Failure> {
        let usage = Arc::clone(&self.plan.usage);
        if usage.bytes() + bytes.len() as u64 > usage.max_bytes {
            let full = Failure::Full { bytes: usage.bytes(), max_bytes: usage.max_bytes };
            // Only a closed segment can be removed once it is shipped.
            if let Some(segment) = self.segment.take() {
                self.close(segment);
            }
            return Err(full);
        }
        let mut segment = match self.segment.take() {
            Some(segment) => segment,
            None => self.next_segment()?,
        };
        let start = segment.end;
        if let Err(error) = segment.file.write(bytes).and_then(|()| segment.file.sync()) {
            if let Err(error) = segment.file.truncate(start.offset) {
                tracing::warn!(%error, path = %segment.path.display(), "a failed batch stays behind");
            }
            return Err(Failure::Io(segment.path, error.to_string()));
        }
        segment.end.offset += bytes.len() as u64;
        usage.add(bytes.len() as u64);
        self.durable.send_replace(segment.end);
        if segment.end.offset > self.plan.segment_bytes / 4 {
            self.plan.disk.prepare(&self.plan.folder, self.plan.segment_bytes);
        }
        if segment.end.offset < self.plan.segment_bytes {
            self.segment = Some(segment);
        } else {
            self.close(segment);
        }
        Ok(start)
    }

    /// Gives back the room that was not used, and lets readers go on to the next segment.
    fn close(&self, mut segment: Segment) {
        if let Err(error) = segment.file.truncate(segment.end.offset) {
            tracing::warn!(%error, path = %segment.path.display(), "a segment keeps its room");
        }
        self.durable.send_replace(Position { segment: self.next, offset: 0 });
    }

    fn next_segment(&mut self) -> Result<Segment, Failure> {
        let path = segment_path(&self.plan.folder, self.next);
        let create = || {
            let mut file = self.plan.disk.create(&path, self.plan.segment_bytes)?;
            file.write(MAGIC).map(|()| file)
        };
        let made = create();
        // Also a number that failed is used up: its file may be there all the same.
        self.next += 1;
        match made {
            Ok(file) => {
                let end = Position { segment: self.next - 1, offset: MAGIC.len() as u64 };
                self.plan.usage.add(MAGIC.len() as u64);
                Ok(Segment { file, path, end, begun: Instant::now() })
            }
            Err(error) => {
                remove_quietly(&path);
                Err(Failure::Io(path, error.to_string()))
            }
        }
    }

    /// Keeps others informed, and the log to one line a change.
    fn tell(&self, written: &Result<Position, Failure>) {
        let health = match written {
            Ok(_) => Health::Good,
            Err(failure) => Health::Refusing(failure.to_error().to_string()),
        };
        self.health.send_if_modified(|known| {
            if *known == health {
                return false;
            }
            match &health {
                Health::Good => tracing::info!("the journal takes webhooks again"),
                Health::Refusing(reason) => {
                    tracing::error!(reason, "the journal takes no webhooks; Meta will try again");
                }
            }
            *known = health;
            true
        });
    }
}

fn answer(written: &Result<Position, Failure>, waiting: Vec<(usize, Answer)>) {
    for (end, done) in waiting {
        let answer = match written {
            Ok(start) => Ok(Position { offset: start.offset + end as u64, ..*start }),
            Err(failure) => Err(failure.to_error()),
        };
        // A caller that has gone away (its client hung up) needs no answer.
        drop(done.send(answer));
    }
}

fn remove_quietly(path: &Path) {
    std::fs::remove_file(path).ok();
}

/// Why a batch was not written; told to everybody who is in it.
enum Failure {
    Full { bytes: u64, max_bytes: u64 },
    Io(PathBuf, String),
}

impl Failure {
    fn to_error(&self) -> JournalError {
        match self {
            Self::Full { bytes, max_bytes } => {
                JournalError::Full { bytes: *bytes, max_bytes: *max_bytes }
            }
            Self::Io(path, reason) => JournalError::Io {
                path: path.clone(),
                source: std::io::Error::other(reason.clone()),
            },
        }
    }
}
