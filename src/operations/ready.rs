//! `/readyz`: whether webhooks are taken and figures can be asked for; the reason if not is for those who may know it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use tokio::sync::Mutex;

use super::Operations;
use crate::journal::Health;
use crate::store::Store;

/// How long ClickHouse's last word holds: strangers may ask us as often as they like, and not it.
const HOLDS: Duration = Duration::from_secs(1);

/// Who is told why something is not ready: addresses and paths are no business of strangers.
#[derive(Clone)]
pub struct Insiders(Arc<dyn Fn(SocketAddr, &HeaderMap) -> bool + Send + Sync>);

impl Insiders {
    /// Those of whom `may_know` says so, by where a request comes from and what it shows.
    #[must_use]
    pub fn new(may_know: impl Fn(SocketAddr, &HeaderMap) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(may_know))
    }
}

impl std::fmt::Debug for Insiders {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Insiders")
    }
}

/// What ClickHouse last said, and when.
#[derive(Debug, Clone, Default)]
pub(super) struct LastWord(Arc<Mutex<Option<(Instant, Result<(), String>)>>>);

impl LastWord {
    async fn of(&self, store: &Store) -> Result<(), String> {
        let mut last = self.0.lock().await;
        if let Some((at, said)) = &*last
            && at.elapsed() < HOLDS
        {
            return said.clone();
        }
        let said = store.ping().await.map_err(|error| error.to_string());
        *last = Some((Instant::now(), said.clone()));
        said
    }
}

/// Older than this nobody wants the figures to be, seconds.
const MOST_LAG_SECONDS: i64 = 300;

/// 200 if this process stays, the journal takes webhooks, and ClickHouse answers and gets what is journaled; else 503. A line a check.
pub(super) async fn ready(
    State((operations, last_word)): State<(Operations, LastWord)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> (StatusCode, String) {
    let may_know = (operations.insiders.0)(peer, &headers);
    let journal = operations.journal.as_ref().map(|journal| match journal.health() {
        Health::Good => Ok(()),
        Health::Refusing(reason) => Err(reason),
    });
    let clickhouse = last_word.of(&operations.store).await;
    let waiting_since =
        operations.progress.as_ref().map(|progress| progress.borrow().waiting_since);
    let shipping = waiting_since.map(|since| in_time(since, (operations.clock)()));
    // Who asks sends nothing more, and what is under way is answered.
    let is_leaving = operations.leaving.is_cancelled();
    let leaving = is_leaving.then(|| ("server", Err("it is about to end".to_owned())));
    let checks = [
        leaving,
        journal.map(|health| ("journal", health)),
        Some(("clickhouse", clickhouse)),
        shipping.map(|shipping| ("shipping", shipping)),
    ];
    let checks: Vec<_> = checks.into_iter().flatten().collect();
    let is_ready = checks.iter().all(|(_, outcome)| outcome.is_ok());
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let lines = checks.into_iter().map(|(name, outcome)| match outcome {
        Ok(()) => format!("{name}: ready\n"),
        Err(reason) if may_know => format!("{name}: not ready: {reason}\n"),
        Err(_) => format!("{name}: not ready\n"),
    });
    (status, lines.collect())
}

/// Whether what came in is shipped soon enough; `since` is when the oldest came that is not shipped.
fn in_time(since: Option<i64>, now: i64) -> Result<(), String> {
    let lag = since.map_or(0, |since| now.saturating_sub(since)) / 1000;
    if lag <= MOST_LAG_SECONDS {
        return Ok(());
    }
    Err(format!(
        "the oldest webhook that is not in ClickHouse came in {lag} s ago (at most {MOST_LAG_SECONDS})"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_are_minutes_old_are_not_ready() {
        assert_eq!(in_time(None, 1_000_000), Ok(()));
        assert_eq!(in_time(Some(1_000_000), 1_300_000), Ok(()));
        let late = in_time(Some(1_000_000), 1_301_000).unwrap_err();
        assert!(late.contains("came in 301 s ago (at most 300)"), "{late}");
    }
}
