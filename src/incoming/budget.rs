//! How much memory bodies may take together, while they are read and while they wait for what is done with them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::Unread;

/// How long a body waits for the memory of others.
const WAIT_LIMIT: Duration = Duration::from_secs(1);
/// How long one of them has to give its memory back before the next is asked.
const GIVE_BACK: Duration = Duration::from_millis(50);
/// Bytes of a body that is too large that are read on, and dropped: its sender would else miss the answer.
const DISCARDED: usize = 8 << 20;

/// Memory that bodies share. Where it is used up, the body that has been coming in for longest is given up: one that
/// is sent as fast as it can be is over in milliseconds, one that is held back on purpose is not.
#[derive(Debug, Clone)]
pub struct Budget {
    memory: Arc<Semaphore>,
    under_way: Arc<Mutex<UnderWay>>,
}

/// Bodies that are coming in, the oldest first.
#[derive(Debug, Default)]
struct UnderWay {
    next: u64,
    readers: BTreeMap<u64, Reader>,
}

#[derive(Debug)]
struct Reader {
    cut: CancellationToken,
    bytes: usize,
}

/// What one body may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most {
    /// Bytes of it.
    pub bytes: usize,
    /// How long it may take to come in.
    pub time: Duration,
}

/// A body and the memory that it holds until it is dropped.
#[derive(Debug)]
pub struct HeldBody {
    /// The whole of it.
    pub bytes: Bytes,
    _memory: OwnedSemaphorePermit,
}

/// A body's place among those that are under way, until it is dropped.
struct Place<'a> {
    budget: &'a Budget,
    number: u64,
    cut: CancellationToken,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.budget.under_way().readers.remove(&self.number);
    }
}

impl Budget {
    /// So many bytes for all bodies together.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self { memory: Arc::new(Semaphore::new(bytes)), under_way: Arc::default() }
    }

    /// Reads a body, taking memory as its bytes come in: a client that announces much and sends nothing takes none.
    ///
    /// # Errors
    /// If it is too large or too slow, if others take all memory, or if the connection breaks.
    pub async fn read(&self, body: Body, most: Most) -> Result<HeldBody, Unread> {
        let place = self.enter();
        let read = tokio::time::timeout(most.time, self.read_chunks(body, most.bytes, &place));
        tokio::select! {
            read = read => read.map_err(|_| Unread::TooSlow)?,
            () = place.cut.cancelled() => Err(Unread::NoMemory),
        }
    }

    async fn read_chunks(
        &self,
        mut body: Body,
        most: usize,
        place: &Place<'_>,
    ) -> Result<HeldBody, Unread> {
        let mut memory = self.take(0, place).await?;
        let mut first = Bytes::new();
        let mut whole = BytesMut::new();
        let is_announced_larger = body.size_hint().lower() > most as u64;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Unread::Broken(error.to_string()))?;
            let Ok(chunk) = frame.into_data() else { continue };
            if is_announced_larger || first.len() + whole.len() + chunk.len() > most {
                drop((first, whole, memory));
                discard(body).await;
                return Err(Unread::TooLarge(most));
            }
            memory.merge(self.take(chunk.len(), place).await?);
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

    async fn take(&self, bytes: usize, place: &Place<'_>) -> Result<OwnedSemaphorePermit, Unread> {
        let permits = u32::try_from(bytes).map_err(|_| Unread::NoMemory)?;
        let taken = match Arc::clone(&self.memory).try_acquire_many_owned(permits) {
            Ok(taken) => taken,
            Err(_) => tokio::time::timeout(WAIT_LIMIT, self.take_from_others(permits, place))
                .await
                .map_err(|_| Unread::NoMemory)?,
        };
        if let Some(own) = self.under_way().readers.get_mut(&place.number) {
            own.bytes += bytes;
        }
        Ok(taken)
    }

    async fn take_from_others(&self, permits: u32, place: &Place<'_>) -> OwnedSemaphorePermit {
        loop {
            self.cut_oldest_but(place.number);
            let given = Arc::clone(&self.memory).acquire_many_owned(permits);
            if let Ok(Ok(taken)) = tokio::time::timeout(GIVE_BACK, given).await {
                return taken;
            }
        }
    }

    fn cut_oldest_but(&self, own: u64) {
        let mut under_way = self.under_way();
        let holds = |(number, reader): &(&u64, &mut Reader)| **number != own && reader.bytes > 0;
        if let Some((_, oldest)) = under_way.readers.iter_mut().find(holds) {
            oldest.cut.cancel();
            oldest.bytes = 0;
        }
    }

    fn enter(&self) -> Place<'_> {
        let mut under_way = self.under_way();
        let number = under_way.next;
        under_way.next += 1;
        let cut = CancellationToken::new();
        under_way.readers.insert(number, Reader { cut: cut.clone(), bytes: 0 });
        drop(under_way);
        Place { budget: self, number, cut }
    }

    fn under_way(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn discard(mut body: Body) {
    let mut left = DISCARDED;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        if length > left {
            return;
        }
        left -= length;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use tokio::sync::mpsc;

    use super::*;

    const MOST: Most = Most { bytes: 1000, time: Duration::from_secs(10) };

    /// A body whose chunks are sent one by one.
    fn slow() -> (mpsc::UnboundedSender<Vec<u8>>, Body) {
        let (sender, mut chunks) = mpsc::unbounded_channel::<Vec<u8>>();
        let chunks = stream::poll_fn(move |context| chunks.poll_recv(context));
        let chunks = futures_util::StreamExt::map(chunks, Ok::<_, std::io::Error>);
        (sender, Body::from_stream(chunks))
    }

    #[tokio::test]
    async fn the_slowest_gives_its_memory_to_who_needs_it() {
        let budget = Budget::new(1000);
        let mut held_back = Vec::new();
        for _ in 0..2 {
            let (sender, body) = slow();
            sender.send(vec![7; 500]).unwrap();
            let budget = budget.clone();
            let read = tokio::spawn(async move { budget.read(body, MOST).await.err() });
            held_back.push((sender, read));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(budget.memory.available_permits(), 0);
        let whole = budget.read(Body::from(vec![1; 400]), MOST).await.unwrap();
        assert_eq!(whole.bytes.len(), 400);
        let (_, oldest) = held_back.remove(0);
        assert!(matches!(oldest.await.unwrap(), Some(Unread::NoMemory)));
        // The other one was not asked for its memory, and comes to its end.
        let (sender, other) = held_back.remove(0);
        drop(sender);
        assert!(other.await.unwrap().is_none());
        drop(whole);
        assert_eq!(budget.memory.available_permits(), 1000);
        assert!(budget.under_way().readers.is_empty());
    }

    #[tokio::test]
    async fn what_is_done_with_bodies_is_waited_for_and_not_undone() {
        let budget = Budget::new(1000);
        let whole = budget.read(Body::from(vec![1; 900]), MOST).await.unwrap();
        let refused = budget.read(Body::from(vec![1; 200]), MOST).await;
        assert!(matches!(refused, Err(Unread::NoMemory)));
        let waiting = tokio::spawn({
            let budget = budget.clone();
            async move { budget.read(Body::from(vec![1; 200]), MOST).await.is_ok() }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(whole);
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn large_and_slow_bodies_are_refused() {
        let budget = Budget::new(10_000);
        let large = budget.read(Body::from(vec![1; 1001]), MOST).await;
        assert!(matches!(large, Err(Unread::TooLarge(1000))));
        let (_sender, body) = slow();
        let quick = Most { time: Duration::from_millis(50), ..MOST };
        assert!(matches!(budget.read(body, quick).await, Err(Unread::TooSlow)));
        assert_eq!(budget.memory.available_permits(), 10_000);
    }
}
