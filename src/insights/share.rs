//! A share of this machine: so much at once, so much in the queue, and no more.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A share, and who waits for it.
#[derive(Debug, Clone)]
pub struct Share {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A turn, until it is dropped: it goes along with the work, not with who waits for it.
#[derive(Debug)]
pub struct Permit {
    _turn: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

/// Too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

impl Share {
    /// So many at once, and so many who wait.
    #[must_use]
    pub fn new(at_once: usize, waiting: usize) -> Self {
        let turns = Arc::new(Semaphore::new(at_once));
        Self { turns, queue: Arc::new(Semaphore::new(at_once + waiting)) }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Busy`], at once, if too many wait.
    pub async fn turn(&self) -> Result<Permit, Busy> {
        let place = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Busy)?;
        Ok(Permit { _turn: turn, _place: place })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_queue_has_an_end_and_a_turn_goes_with_its_work() {
        let share = Share::new(1, 1);
        let first = share.turn().await.unwrap();
        let waiting = tokio::spawn({
            let share = share.clone();
            async move { share.turn().await }
        });
        while share.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(share.turn().await.err(), Some(Busy));
        // Who gives up makes room in the queue.
        waiting.abort();
        assert!(waiting.await.is_err());
        let later = share.clone();
        let second = tokio::spawn(async move { later.turn().await.is_ok() });
        drop(first);
        assert!(second.await.unwrap());
    }
}
