//! Counts by slot, as the band of an hour needs them: nine weeks are read once an hour, the last day at every look.

use std::collections::BTreeMap;

use crate::analysis::{HISTORY_MS, SLOT_MS, Slots};
use crate::store::{Counted, Store, StoreError};

const HOUR_MS: i64 = 3_600_000;
/// What came in so long ago may still change.
const LATE_MS: i64 = 26 * HOUR_MS;

/// What is known of counts by slot.
#[derive(Debug, Default)]
pub(super) struct Watching {
    slots: BTreeMap<i64, u64>,
    /// When all of it was read last, UTC milliseconds.
    whole_at: Option<i64>,
}

impl Watching {
    /// The counts up to the slot that is not over at `now` (UTC milliseconds), and where that begins.
    pub(super) async fn look(
        &mut self,
        store: &Store,
        counted: Counted,
        now: i64,
    ) -> Result<(Slots, i64), StoreError> {
        let to = now.div_euclid(SLOT_MS) * SLOT_MS;
        let first = to - HISTORY_MS;
        let is_known = self.whole_at.is_some_and(|at| (at..at + HOUR_MS).contains(&now));
        let from = if is_known { to - LATE_MS } else { first };
        let read = store.slots(counted, from, to).await?;
        if !is_known {
            self.whole_at = Some(now);
        }
        self.slots.retain(|slot, _| (first..from).contains(slot));
        self.slots.extend(read);
        Ok((self.counts(first, to), to))
    }

    fn counts(&self, first: i64, to: i64) -> Slots {
        let many = (to - first) / SLOT_MS;
        let slots = (0..many).map(|place| first + place * SLOT_MS);
        Slots::new(first, slots.map(|slot| self.slots.get(&slot).copied().unwrap_or(0)))
    }
}
