//! The writing thread: takes what has queued up, writes it at once, syncs once, acknowledges all.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use tokio::sync::{mpsc, oneshot, watch};

use super::record::MAGIC;
use super::{Envelope, JournalError, Position, SEGMENT_BYTES, private_file, segment_path};

/// Requests that may wait for the disk before the door has to wait too.
const QUEUE: usize = 4096;
/// Bytes that go into one write at most.
const BATCH_BYTES: usize = 8 << 20;

struct Append {
    envelope: Envelope,
    done: oneshot::Sender<Result<Position, JournalError>>,
}

/// The queue's end that callers hold.
#[derive(Debug, Clone)]
pub(super) struct WriterHandle(mpsc::Sender<Append>);

impl WriterHandle {
    pub(super) async fn append(&self, envelope: Envelope) -> Result<Position, JournalError> {
        let (done, written) = oneshot::channel();
        self.0.send(Append { envelope, done }).await.map_err(|_| JournalError::Closed)?;
        written.await.map_err(|_| JournalError::Closed)?
    }
}

/// Starts the thread. It ends, and gives up the lock, when the last handle is dropped.
pub(super) fn start(
    folder: &Path,
    first_segment: u64,
    lock: File,
) -> Result<(WriterHandle, watch::Receiver<Position>), JournalError> {
    let segment = Segment::create(folder, first_segment)?;
    let (queue, requests) = mpsc::channel(QUEUE);
    let (durable, followers) = watch::channel(segment.end);
    let next = first_segment + 1;
    let mut writer = Writer { folder: folder.to_owned(), segment: Some(segment), next, durable };
    std::thread::Builder::new()
        .name("journal".to_owned())
        .spawn(move || {
            writer.run(requests);
            drop(lock);
        })
        .map_err(JournalError::io(folder))?;
    Ok((WriterHandle(queue), followers))
}

struct Segment {
    file: File,
    path: PathBuf,
    end: Position,
}

impl Segment {
    fn create(folder: &Path, number: u64) -> Result<Self, JournalError> {
        let path = segment_path(folder, number);
        let create = || {
            let mut file = private_file().create(true).truncate(true).write(true).open(&path)?;
            file.write_all(MAGIC)?;
            file.sync_all()?;
            // The file's name must outlive a crash as well as its bytes.
            File::open(folder)?.sync_all()?;
            Ok(file)
        };
        let file = create().map_err(JournalError::io(&path))?;
        let end = Position { segment: number, offset: MAGIC.len() as u64 };
        Ok(Self { file, path, end })
    }
}

struct Writer {
    folder: PathBuf,
    /// `None` after a failure, until a fresh segment could be begun.
    segment: Option<Segment>,
    /// Number of the next segment.
    next: u64,
    durable: watch::Sender<Position>,
}

type Waiting = Vec<(usize, oneshot::Sender<Result<Position, JournalError>>)>;

impl Writer {
    fn run(&mut self, mut requests: mpsc::Receiver<Append>) {
        let mut bytes = Vec::new();
        let mut waiting = Waiting::new();
        while let Some(first) = requests.blocking_recv() {
            first.envelope.encode(&mut bytes);
            waiting.push((bytes.len(), first.done));
            while bytes.len() < BATCH_BYTES
                && let Ok(next) = requests.try_recv()
            {
                next.envelope.encode(&mut bytes);
                waiting.push((bytes.len(), next.done));
            }
            match self.write(&bytes) {
                Ok(start) => {
                    for (end, done) in waiting.drain(..) {
                        // A caller that has gone away (its client hung up) needs no answer.
                        drop(
                            done.send(Ok(Position { offset: start.offset + end as u64, ..start })),
                        );
                    }
                }
                Err((path, reason)) => {
                    for (_, done) in waiting.drain(..) {
                        let source = std::io::Error::other(reason.clone());
                        drop(done.send(Err(JournalError::Io { path: path.clone(), source })));
                    }
                }
            }
            bytes.clear();
        }
    }

    /// Writes and syncs one batch; where it begins, or the file and what went wrong.
    ///
    /// After a failed write or sync nothing is known of the bytes behind the last good one, so
    /// that segment is never written again: what was half written is cut off if the disk lets us,
    /// and stepped over by readers if it does not.
    fn write(&mut self, bytes: &[u8]) -> Result<Position, (PathBuf, String)> {
        let mut segment = match self.segment.take() {
            Some(segment) => segment,
            None => self.next_segment()?,
        };
        let start = segment.end;
        if let Err(error) = segment.file.write_all(bytes).and_then(|()| segment.file.sync_data()) {
            tracing::error!(path = %segment.path.display(), %error, "the journal cannot be written");
            let cut = segment.file.set_len(start.offset).and_then(|()| segment.file.sync_all());
            if let Err(error) = cut {
                tracing::error!(%error, "the failed batch could not be cut off");
            }
            return Err((segment.path, error.to_string()));
        }
        segment.end.offset += bytes.len() as u64;
        self.durable.send_replace(segment.end);
        if segment.end.offset < SEGMENT_BYTES {
            self.segment = Some(segment);
        }
        Ok(start)
    }

    fn next_segment(&mut self) -> Result<Segment, (PathBuf, String)> {
        let segment = Segment::create(&self.folder, self.next).map_err(|error| {
            tracing::error!(%error, "no new journal segment can be begun");
            (segment_path(&self.folder, self.next), error.to_string())
        })?;
        self.next += 1;
        Ok(segment)
    }
}
