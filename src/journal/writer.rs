//! The writing thread: takes what has queued up, has it written at once and synced once, acknowledges all.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};

use super::appending::{Appender, Failure};
use super::error::JournalError;
use super::folder::Position;
use super::record::Envelope;

/// Requests that may wait for the disk before the door has to wait too.
const QUEUE: usize = 4096;
/// Bytes that go into one write at most.
const BATCH_BYTES: usize = 8 << 20;

/// How long a batch may fill up if the one before was of several records.
const LINGER: Duration = Duration::from_micros(200);

/// Whether the last append was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It was, or there was none yet.
    Good,
    /// It was not, for this reason.
    Refusing(String),
}

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
    pub health: watch::Receiver<Health>,
}

/// Starts the thread, for callers of the current runtime. It ends, and gives up the lock, when the last handle is dropped.
pub(super) fn start(appender: Appender) -> Result<Started, JournalError> {
    let (queue, requests) = mpsc::channel(QUEUE);
    let (health, health_follower) = watch::channel(Health::Good);
    let folder = appender.folder().to_owned();
    let mut writer = Writer { appender, health, runtime: Handle::current() };
    std::thread::Builder::new()
        .name("journal".to_owned())
        .spawn(move || {
            // Everybody waits for this thread, and it waits for the disk. Only root may ask.
            rustix::process::nice(-10).ok();
            writer.run(requests);
        })
        .map_err(JournalError::io(&folder))?;
    Ok(Started { handle: WriterHandle(queue), health: health_follower })
}

struct Writer {
    appender: Appender,
    health: watch::Sender<Health>,
    /// Where those who wait live.
    runtime: Handle,
}

/// What is written at once, and who waits for it.
#[derive(Default)]
struct Waiting {
    envelopes: Vec<Envelope>,
    answers: Vec<(usize, Answer)>,
    bytes: usize,
}

impl Writer {
    fn run(&mut self, mut requests: mpsc::Receiver<Request>) {
        let mut waiting = Waiting::default();
        let mut last_batch = 0;
        while let Some(first) = requests.blocking_recv() {
            self.take(first, &mut waiting);
            if last_batch > 1 {
                // Under load more come at once, and a sync costs as much for many as for one.
                std::thread::sleep(LINGER);
            }
            while waiting.bytes < BATCH_BYTES
                && let Ok(next) = requests.try_recv()
            {
                self.take(next, &mut waiting);
            }
            last_batch = waiting.answers.len();
            if waiting.answers.is_empty() {
                continue;
            }
            let written = self.appender.write(&waiting.envelopes);
            self.tell(&written);
            let answers = std::mem::take(&mut waiting.answers);
            // Told by one task of theirs: waking hundreds of tasks from outside of the runtime
            // costs more than writing them.
            self.runtime.spawn(async move { answer(&written, answers) });
            waiting.envelopes.clear();
            waiting.bytes = 0;
            self.appender.give_back_memory(BATCH_BYTES / 8);
        }
        self.appender.close();
    }

    fn take(&mut self, request: Request, waiting: &mut Waiting) {
        match request {
            Request::Append(Append { envelope, done }) => {
                waiting.bytes += envelope.encoded_bytes();
                waiting.answers.push((waiting.bytes, done));
                waiting.envelopes.push(envelope);
            }
            Request::CloseOlderThan(age) => self.appender.close_older_than(age),
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
