//! An answer that many ask for, and that is asked for once in a while: strangers may ask as often as they like.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// How long an answer holds, unless it is said otherwise.
const HOLDS: Duration = Duration::from_secs(1);

/// The last answer. Cheap to clone, and the same for all clones.
#[derive(Debug)]
pub struct Held<T> {
    last: Arc<Mutex<Option<(Instant, T)>>>,
    holds: Duration,
}

// Derived, these would want the answer to be able to do it too.
impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self { last: Arc::clone(&self.last), holds: self.holds }
    }
}

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self::holding(HOLDS)
    }
}

impl<T> Held<T> {
    /// An answer that holds so long.
    #[must_use]
    pub fn holding(holds: Duration) -> Self {
        Self { last: Arc::default(), holds }
    }
}

impl<T: Clone + Send + 'static> Held<T> {
    /// Reads the answer, which is asked for if it holds no more. Whoever comes meanwhile waits, and takes the
    /// same one. The question goes on if whoever asked it hangs up: it must end by itself. `unknown` stands for the
    /// answer of one that was cut off.
    pub async fn read<R>(
        &self,
        unknown: T,
        ask: impl Future<Output = T> + Send + 'static,
        read: impl FnOnce(&T) -> R,
    ) -> R {
        let mut last = Arc::clone(&self.last).lock_owned().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < self.holds
        {
            return read(answer);
        }
        let asking = tokio::spawn(async move {
            let answer = ask.await;
            *last = Some((Instant::now(), answer.clone()));
            answer
        });
        read(&asking.await.unwrap_or(unknown))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn who_hangs_up_has_the_next_one_neither_ask_again_nor_take_an_old_answer() {
        let held = Held::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let ask = |answer: &'static str| {
            let asked = Arc::clone(&asked);
            async move {
                asked.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(50)).await;
                answer
            }
        };
        assert_eq!(held.read("unknown", ask("old"), |answer| *answer).await, "old");
        tokio::time::sleep(HOLDS).await;
        let began = Instant::now();
        for _ in 0..1000 {
            let asking = held.read("unknown", ask("new"), |answer| *answer);
            // Polled once, and dropped where it waits.
            tokio::select! { biased; _ = asking => {}, () = std::future::ready(()) => {} }
        }
        assert_eq!(held.read("unknown", ask("newer"), |answer| *answer).await, "new");
        let most = 2 + began.elapsed().as_secs();
        assert!(asked.load(Ordering::Relaxed) as u64 <= most, "{asked:?}, at most {most}");
    }
}
