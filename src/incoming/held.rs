//! An answer that many ask for, and that is asked for once in a while: strangers may ask as often as they like.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// How long an answer holds.
const HOLDS: Duration = Duration::from_secs(1);

/// The last answer. Cheap to clone, and the same for all clones.
#[derive(Debug)]
pub struct Held<T>(Arc<Mutex<Option<(Instant, T)>>>);

// Derived, these would want the answer to be able to do it too.
impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Held<T> {
    /// Reads the answer, which is asked for if it is older than a second. Whoever comes meanwhile waits, and takes the
    /// same one. `unknown` stands for the first answer if whoever asked for it hangs up before it is there.
    pub async fn read<R>(
        &self,
        unknown: T,
        ask: impl AsyncFnOnce() -> T,
        read: impl FnOnce(&T) -> R,
    ) -> R {
        let mut last = self.0.lock().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < HOLDS
        {
            return read(answer);
        }
        // Noted before the answer is there: the next one does not ask again if this one hangs up.
        let kept = last.take().map_or(unknown, |(_, answer)| answer);
        *last = Some((Instant::now(), kept));
        let answer = ask().await;
        let said = read(&answer);
        *last = Some((Instant::now(), answer));
        said
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn who_hangs_up_does_not_have_the_next_one_ask_again() {
        let (held, asked) = (Held::default(), AtomicUsize::new(0));
        let began = Instant::now();
        for _ in 0..1000 {
            let ask = async || {
                asked.fetch_add(1, Ordering::Relaxed);
                std::future::pending::<u32>().await
            };
            let asking = held.read(0, ask, |answer| *answer);
            // Polled once, and dropped where it waits.
            tokio::select! { biased; _ = asking => {}, () = std::future::ready(()) => {} }
        }
        let most = 1 + began.elapsed().as_secs();
        assert!(asked.load(Ordering::Relaxed) as u64 <= most, "{asked:?}, at most {most}");
    }
}
