//! Links that are not at hand yet: ClickHouse is asked for all of them, once a second at most, however many strangers
//! name slugs that there are not.

use std::time::Duration;

use crate::domain::{Link, Links};
use crate::incoming::Held;
use crate::store::Store;

/// How long ClickHouse may take.
const LIMIT: Duration = Duration::from_secs(2);

/// The links as they were last asked for; none if ClickHouse did not answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lookup(Held<Links>);

impl Lookup {
    /// The link of that name. Whoever asks meanwhile waits, and takes the same answer.
    pub(crate) async fn find(&self, store: &Store, slug: &str) -> Option<Link> {
        let store = store.clone();
        self.find_in(slug, async move { store.links().await }).await
    }

    async fn find_in<E>(
        &self,
        slug: &str,
        ask: impl Future<Output = Result<Links, E>> + Send + 'static,
    ) -> Option<Link> {
        let ask = async {
            let links = tokio::time::timeout(LIMIT, ask).await;
            links.ok().and_then(Result::ok).unwrap_or_default()
        };
        self.0.read(Links::default(), ask, |links| links.get(slug).cloned()).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn strangers_ask_once_a_second_together() {
        let (lookup, asked) = (Lookup::default(), Arc::new(AtomicUsize::new(0)));
        for number in 0..1000 {
            let slug = format!("nothing-{number}");
            let asked = Arc::clone(&asked);
            let found = lookup.find_in(&slug, async move {
                asked.fetch_add(1, Ordering::Relaxed);
                Err::<Links, ()>(())
            });
            assert!(found.await.is_none());
        }
        assert!(asked.load(Ordering::Relaxed) <= 2, "{asked:?}");
    }
}
