//! How much memory bodies may take together, while they are read and while they wait for the disk.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::BODY_LIMIT;

/// Bytes of all bodies together.
const ALL_BODIES: usize = 64 << 20;
/// How long a body may take to come in, and to wait for memory.
const READ_LIMIT: Duration = Duration::from_secs(20);

/// The memory that is left.
#[derive(Debug, Clone)]
pub(super) struct Memory(Arc<Semaphore>);

/// A body and the memory that it holds until it is dropped.
pub(super) struct HeldBody {
    pub bytes: Bytes,
    _memory: OwnedSemaphorePermit,
}

/// Why a body was not read.
pub(super) enum Unread {
    /// Longer than [`BODY_LIMIT`].
    TooLarge,
    /// It did not come in within the time.
    TooSlow,
    /// The other bodies take all memory.
    NoMemory,
    /// The connection broke.
    Broken(String),
}

impl Memory {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(ALL_BODIES)))
    }

    /// Reads a body, taking memory as its bytes come in: a client that announces much and sends
    /// nothing takes none.
    pub(super) async fn read(&self, body: Body) -> Result<HeldBody, Unread> {
        let read = tokio::time::timeout(READ_LIMIT, self.read_chunks(body));
        read.await.map_err(|_| Unread::TooSlow)?
    }

    async fn read_chunks(&self, mut body: Body) -> Result<HeldBody, Unread> {
        let mut memory = self.take(0)?;
        let mut first = Bytes::new();
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Unread::Broken(error.to_string()))?;
            let Ok(chunk) = frame.into_data() else { continue };
            if first.len() + whole.len() + chunk.len() > BODY_LIMIT {
                discard(body).await;
                return Err(Unread::TooLarge);
            }
            memory.merge(self.take(chunk.len())?);
            // Nearly every body is one chunk, which need not be copied.
            if first.is_empty() && whole.is_empty() {
                first = chunk;
            } else {
                whole.extend_from_slice(&std::mem::take(&mut first));
                whole.extend_from_slice(&chunk);
            }
        }
        let bytes = if whole.is_empty() { first } else { whole.freeze() };
        Ok(HeldBody { bytes, _memory: memory })
    }

    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Unread> {
        let permits = u32::try_from(bytes).map_err(|_| Unread::TooLarge)?;
        Arc::clone(&self.0).try_acquire_many_owned(permits).map_err(|_| Unread::NoMemory)
    }
}

/// Reads on a little and keeps nothing: a client that is still sending would else miss the answer.
async fn discard(mut body: Body) {
    let mut left = BODY_LIMIT;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        if length > left {
            return;
        }
        left -= length;
    }
}
