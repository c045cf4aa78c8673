//! Fetches what the WhatsApp messages of a business account cost, a window of days at a time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Span, Timestamp};
use rust_decimal::Decimal;

use super::plan::{self, Window};
use super::sync::{SyncError, SyncSettings, fetched, micros, moment};
use crate::domain::AccountMessages;
use crate::meta::{Graph, Remedy};
use crate::private;
use crate::store::Store;

/// Days that pricing analytics reach back (WhatsApp Business Platform, "Analytics": a year since December 2025).
const MOST_DAYS: i64 = 364;

/// What became of a business account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagesDone {
    /// Days that were fetched.
    pub days: u64,
    /// Messages that were delivered on them.
    pub messages: u64,
    /// What they cost.
    pub cost: Decimal,
    /// ISO 4217; empty if nothing was due.
    pub currency: String,
}

/// Syncs what the messages of a business account cost. `clock` tells UTC milliseconds.
///
/// # Errors
/// With what is in the way; windows that were fetched are stored.
pub async fn sync_messages(
    graph: &Graph,
    store: &Store,
    settings: &SyncSettings,
    account: &str,
    clock: fn() -> i64,
) -> Result<MessagesDone, SyncError> {
    let failed = |source| SyncError::File { path: settings.folder.clone(), source };
    private::folder(&settings.folder).map_err(failed)?;
    let path = settings.folder.join(format!("messages-{account}.lock"));
    let _lease = store.wait_for_lease(&path).await?;
    let started = moment(clock());
    let today = jiff::tz::TimeZone::UTC.to_datetime(started).date();
    let reach = today.saturating_sub(Span::new().days(MOST_DAYS));
    let first = plan::first_day(today, settings.months).max(reach);
    let fresh_for = SignedDuration::try_from(settings.fresh_for).unwrap_or_default();
    let fresh_since = started.checked_sub(fresh_for).unwrap_or(Timestamp::MIN);
    let known = store.known_message_days(account, first, today).await?;
    let known: BTreeMap<_, _> = known
        .into_iter()
        .map(|(date, version)| (date, fetched(version, started, fresh_since)))
        .collect();
    // The newest first: what is on the stack's top is next.
    let mut windows = plan::due(first, today, &known, fresh_since);
    windows.reverse();
    let mut done =
        MessagesDone { days: 0, messages: 0, cost: Decimal::ZERO, currency: String::new() };
    while let Some(window) = windows.pop() {
        let Window { since, until } = window;
        let told = match (graph.message_costs(account, since, until).await, window.halves()) {
            (Ok(told), _) => told,
            (Err(error), Some((one, other))) if error.remedy() == Remedy::Reduce => {
                windows.extend([one, other]);
                continue;
            }
            (Err(error), _) => return Err(error.into()),
        };
        if told.currency.is_empty() && told.costs.iter().any(|cost| cost.cost.is_some()) {
            return Err(SyncError::Currency(account.to_owned()));
        }
        store.save_message_costs(account, since, until, &told, micros(moment(clock()))).await?;
        done.add(window, told);
    }
    Ok(done)
}

impl MessagesDone {
    fn add(&mut self, window: Window, told: AccountMessages) {
        self.days += window.days();
        self.messages += told.costs.iter().map(|cost| cost.messages).sum::<u64>();
        self.cost += told.costs.iter().filter_map(|cost| cost.cost).sum::<Decimal>();
        self.currency = told.currency;
    }
}
