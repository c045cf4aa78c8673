//! Links that are not at hand yet: ClickHouse is asked for all of them, once a second at most, however many strangers
//! name slugs that there are not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::domain::{Link, Links};
use crate::store::Store;

/// How long an answer holds; the registry at hand is as old.
const HOLDS: Duration = Duration::from_secs(1);
/// How long ClickHouse may take.
const LIMIT: Duration = Duration::from_secs(2);

/// The links as they were last asked for; none if ClickHouse did not answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Lookup(Arc<Mutex<Option<(Instant, Links)>>>);

impl Lookup {
    /// The link of that name. Whoever asks meanwhile waits, and takes the same answer.
    pub(super) async fn find(&self, store: &Store, slug: &str) -> Option<Link> {
        self.find_in(slug, || store.links()).await
    }

    async fn find_in<E>(
        &self,
        slug: &str,
        ask: impl AsyncFnOnce() -> Result<Links, E>,
    ) -> Option<Link> {
        let mut last = self.0.lock().await;
        let is_known = last.as_ref().is_some_and(|(at, _)| at.elapsed() < HOLDS);
        if !is_known {
            // Noted before the answer is there: the next one does not ask again if this one hangs up.
            let kept = last.take().map(|(_, links)| links).unwrap_or_default();
            *last = Some((Instant::now(), kept));
            let links = tokio::time::timeout(LIMIT, ask()).await;
            let links = links.ok().and_then(Result::ok).unwrap_or_default();
            *last = Some((Instant::now(), links));
        }
        last.as_ref().and_then(|(_, links)| links.get(slug).cloned())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn strangers_ask_once_a_second_together() {
        let (lookup, asked) = (Lookup::default(), AtomicUsize::new(0));
        for number in 0..1000 {
            let slug = format!("nothing-{number}");
            let found = lookup.find_in(&slug, async || {
                asked.fetch_add(1, Ordering::Relaxed);
                Err::<Links, ()>(())
            });
            assert!(found.await.is_none());
        }
        assert!(asked.load(Ordering::Relaxed) <= 2, "{asked:?}");
    }
}
