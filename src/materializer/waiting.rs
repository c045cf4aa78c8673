//! Which blocks of changed people wait, and since when this process knows of them: by no clock that can be set.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

use crate::store::ChangedBatch;

/// Blocks of one lot at most: they stand in the address of a question.
const BATCHES_AT_ONCE: usize = 1000;
/// People of one lot at most, if there are several blocks to choose from.
const PEOPLE_AT_ONCE: u64 = 100_000;

/// The blocks that wait.
#[derive(Debug)]
pub(super) struct Waiting {
    seen: Mutex<BTreeMap<u64, Instant>>,
    oldest: watch::Sender<Option<Instant>>,
}

impl Waiting {
    pub(super) fn new() -> Self {
        Self { seen: Mutex::default(), oldest: watch::Sender::new(None) }
    }

    /// Since when the block waits that has waited longest; `None`: none does.
    pub(super) fn oldest(&self) -> watch::Receiver<Option<Instant>> {
        self.oldest.subscribe()
    }

    /// Notes that these wait, and no others.
    pub(super) fn note(&self, pending: &[ChangedBatch]) {
        let now = Instant::now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let since = |batch| (batch, seen.get(&batch).copied().unwrap_or(now));
        let fresh: BTreeMap<u64, Instant> = pending.iter().map(|one| since(one.batch)).collect();
        self.oldest.send_replace(fresh.values().min().copied());
        *seen = fresh;
    }
}

/// Blocks in lots of which each is worked off at once.
pub(super) fn lots(pending: &[ChangedBatch]) -> Vec<&[ChangedBatch]> {
    let mut lots = Vec::new();
    let mut rest = pending;
    while !rest.is_empty() {
        let mut people = 0;
        let fits = rest.iter().take(BATCHES_AT_ONCE).take_while(|batch| {
            people += batch.people;
            people <= PEOPLE_AT_ONCE
        });
        let (lot, others) = rest.split_at(fits.count().max(1));
        lots.push(lot);
        rest = others;
    }
    lots
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn batch(batch: u64, people: u64) -> ChangedBatch {
        ChangedBatch { batch, people, pending: 1 }
    }

    proptest! {
        #[test]
        fn lots_hold_every_block_once_and_no_more_people_than_one_lot_may(
            sizes in prop::collection::vec(0_u64..150_000, 0..3000),
        ) {
            let all: Vec<ChangedBatch> =
                (0..).zip(&sizes).map(|(number, people)| batch(number, *people)).collect();
            let lots = lots(&all);
            prop_assert_eq!(lots.concat(), all.clone());
            for lot in lots {
                let people: u64 = lot.iter().map(|one| one.people).sum();
                prop_assert!(people <= PEOPLE_AT_ONCE || lot.len() == 1);
                prop_assert!((1..=BATCHES_AT_ONCE).contains(&lot.len()));
            }
        }
    }

    #[test]
    fn the_oldest_is_the_one_that_was_seen_first_whatever_its_number() {
        let waiting = Waiting::new();
        let oldest = waiting.oldest();
        waiting.note(&[batch(9, 1)]);
        let first = *oldest.borrow();
        assert!(first.is_some());
        waiting.note(&[batch(3, 1), batch(9, 1)]);
        assert_eq!(*oldest.borrow(), first);
        waiting.note(&[batch(3, 1)]);
        assert!(*oldest.borrow() > first);
        waiting.note(&[]);
        assert_eq!(*oldest.borrow(), None);
    }
}
