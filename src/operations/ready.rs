//! `/readyz`: whether webhooks are taken and figures can be asked for; the reason if not is for those who may know it.
//! What waits is measured by a clock that nobody sets; only of what waited before the start the receipt tells.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};

use super::state::Operations;
use crate::incoming::Held;
use crate::journal::{Health, set_aside};
use crate::store::Store;

/// What ClickHouse last said: strangers may ask us as often as they like, and not it.
#[derive(Debug, Clone, Default)]
pub(super) struct LastWord(Held<Result<(), String>>);

impl LastWord {
    async fn of(&self, store: &Store) -> Result<(), String> {
        let unknown = Err("it was not asked yet".to_owned());
        let store = store.clone();
        let ask = async move { store.ping().await.map_err(|error| error.to_string()) };
        self.0.read(unknown, ask, Clone::clone).await
    }
}

/// Older than this nobody wants the figures to be, seconds.
const MOST_LAG_SECONDS: u64 = 300;

/// 200 if this process stays, the journal takes webhooks, ClickHouse answers and gets what is journaled, and
/// conversations are made of it; else 503. A line a check.
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
    let now = (operations.clock)();
    let shipping = operations.progress.as_ref().map(|progress| {
        let lag = progress.borrow().waiting.map_or(0, |waiting| waiting.seconds(now));
        in_time(lag, "the oldest webhook that is not in ClickHouse came in")
    });
    let conversations = operations.waiting.as_ref().map(|waiting| {
        let lag = waiting.borrow().map_or(0, |since: Instant| since.elapsed().as_secs());
        in_time(lag, "the oldest change of which no conversations are made was found")
    });
    // Who asks sends nothing more, and what is under way is answered.
    let is_leaving = operations.leaving.is_cancelled();
    let leaving = is_leaving.then(|| ("server", Err("it is about to end".to_owned())));
    let checks = [
        leaving,
        journal.map(|health| ("journal", health)),
        Some(("clickhouse", clickhouse)),
        shipping.map(|shipping| ("shipping", shipping)),
        conversations.map(|made| ("conversations", made)),
    ];
    let checks: Vec<_> = checks.into_iter().flatten().collect();
    let is_ready = checks.iter().all(|(_, outcome)| outcome.is_ok());
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let lines = checks.into_iter().map(|(name, outcome)| match outcome {
        Ok(()) => format!("{name}: ready\n"),
        Err(reason) if may_know => format!("{name}: not ready: {reason}\n"),
        Err(_) => format!("{name}: not ready\n"),
    });
    let broken_parts =
        operations.progress.as_ref().map_or(0, |progress| progress.borrow().broken_parts);
    let damage = operations.journal.as_ref().and_then(|journal| damage(journal.folder()));
    let failing = operations.erasures.as_ref().map_or(0, |failing| *failing.borrow());
    let warnings = broken(broken_parts).into_iter().chain(damage).chain(erasing(failing));
    let told = |line: String| match line.split_once(": warning") {
        Some((what, _)) if !may_know => format!("{what}: warning\n"),
        _ => line,
    };
    (status, lines.chain(warnings.map(told)).collect())
}

/// A line on parts of tables that ClickHouse could not read: it takes nobody out of rotation either.
fn broken(parts: u64) -> Option<String> {
    (parts > 0).then(|| {
        format!(
            "tables: warning: {parts} parts could not be read and lie aside; what the journal holds was shipped \
             again\n"
        )
    })
}

/// A line on what is damaged of the journal: what is not is taken and shipped all the same, so this is no reason to
/// send nothing more.
fn damage(folder: &Path) -> Option<String> {
    match set_aside(folder) {
        Ok(files) if files.is_empty() => None,
        Ok(files) => Some(format!(
            "journal: warning: {} damaged ranges are put aside as *.damaged (see journal inspect, and remove the \
             files once you have looked at them)\n",
            files.len()
        )),
        Err(error) => Some(format!(
            "journal: warning: whether it is damaged cannot be told: {}\n",
            error.kind()
        )),
    }
}

/// A line if requests to erase somebody fail: webhooks are taken all the same.
fn erasing(failing: usize) -> Option<String> {
    (failing > 0).then(|| {
        format!(
            "erasures: warning: {failing} requests to erase somebody fail and are tried again; the log says why\n"
        )
    })
}

/// Whether what waits does not wait too long, seconds.
fn in_time(lag: u64, what: &str) -> Result<(), String> {
    if lag <= MOST_LAG_SECONDS {
        return Ok(());
    }
    Err(format!("{what} {lag} s ago (at most {MOST_LAG_SECONDS})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_are_minutes_old_are_not_ready() {
        assert_eq!(in_time(0, "it came in"), Ok(()));
        assert_eq!(in_time(300, "it came in"), Ok(()));
        let late = in_time(301, "it came in").unwrap_err();
        assert_eq!(late, "it came in 301 s ago (at most 300)");
    }
}
