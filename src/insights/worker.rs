//! Whose turn it is to compute: an analysis takes cores and memory, and several at once take those of everybody else.

use std::sync::LazyLock;
use std::time::Instant;

use super::error::AnswerError;
use super::share::{Busy, Permit, Share};
use crate::analysis::{AnalysisError, Wanted};
use crate::store::StoreError;

/// Analyses at once.
const AT_ONCE: usize = 2;
/// Questions that wait for their turn; more are told to come back.
const MOST_WAITING: usize = 200;

static TURNS: LazyLock<Share> = LazyLock::new(|| Share::new(AT_ONCE, MOST_WAITING));

/// Waits for a turn. It belongs to the work: a page that is slow and is asked for again must not take all cores, also
/// if nobody waits for the first one any more.
pub(crate) async fn turn() -> Result<Permit, AnswerError> {
    TURNS.turn().await.map_err(|Busy| AnswerError::Busy)
}

/// Somebody who waits. When they go, what they wait for is not wanted any more.
#[derive(Debug, Default)]
pub(crate) struct Waiting(pub Wanted);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Fetches something and computes over it, away from the threads that serve requests.
pub(crate) async fn in_turn<I, T, F>(
    fetch: impl Future<Output = Result<I, StoreError>>,
    compute: F,
) -> Result<T, AnswerError>
where
    I: Send + 'static,
    T: Send + 'static,
    F: FnOnce(I, &Wanted) -> Result<T, AnalysisError> + Send + 'static,
{
    let turn = turn().await?;
    let waiting = Waiting::default();
    let wanted = waiting.0.clone();
    let started = Instant::now();
    let fetched = fetch.await?;
    let asked = started.elapsed();
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        wanted.check()?;
        compute(fetched, &wanted)
    });
    let done = done.await;
    let computed = started.elapsed().saturating_sub(asked);
    tracing::debug!(clickhouse = ?asked, analysis = ?computed, "answered");
    Ok(done.map_err(|error| AnswerError::CutOff(error.to_string()))??)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// Work that goes on until nobody wants it, or for so long.
    fn long_work(
        running: &'static AtomicUsize,
        most: &'static AtomicUsize,
    ) -> impl FnOnce((), &Wanted) -> Result<(), AnalysisError> {
        move |(), wanted: &Wanted| {
            let now = running.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            let started = Instant::now();
            while wanted.is_so() && started.elapsed() < Duration::from_secs(30) {
                std::thread::sleep(Duration::from_millis(1));
            }
            // What cannot be stopped at once keeps its turn.
            std::thread::sleep(Duration::from_millis(50));
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        }
    }

    #[tokio::test]
    async fn who_hangs_up_ends_the_work_and_the_turn_stays_with_it() {
        static RUNNING: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        for _ in 0..8 {
            let question = in_turn(async { Ok(()) }, long_work(&RUNNING, &MOST));
            let hung_up = tokio::time::timeout(Duration::from_millis(20), question).await;
            assert!(hung_up.is_err());
        }
        let started = Instant::now();
        in_turn(async { Ok(()) }, |(), _| Ok(())).await.unwrap();
        while RUNNING.load(Ordering::SeqCst) > 0 {
            assert!(started.elapsed() < Duration::from_secs(10), "it goes on for nobody");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!((1..=AT_ONCE).contains(&MOST.load(Ordering::SeqCst)), "{MOST:?}");
    }
}
