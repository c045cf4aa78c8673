//! How many events came in by which webhook: what is shipped again makes the same rows.

use std::collections::BTreeMap;

use clickhouse::Row;
use serde::Serialize;

use crate::store::rows::EventRow;

/// The quarter of an hour by which events of webhooks are counted, milliseconds.
pub(in crate::store) const SLOT_MS: i64 = 15 * 60_000;

/// A row of `webhook_counts`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize)]
pub(in crate::store) struct WebhookCountRow {
    /// Seconds.
    slot: u32,
    /// UTC milliseconds.
    received_at: i64,
    checksum: u32,
    received: u64,
    erased: u64,
}

/// What of a webhook was left out: when it happened and came in (UTC milliseconds), and the checksum of the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct LeftOut {
    pub time: i64,
    pub received_at: i64,
    pub checksum: u32,
}

impl WebhookCountRow {
    /// Events of webhooks by webhook and the quarter of an hour in which they happened, each with the checksum of
    /// its webhook's body, and what was left out at these times. The same webhook twice in one millisecond is one row
    /// that counts both.
    pub(in crate::store) fn of<'a>(
        events: impl Iterator<Item = (&'a EventRow, u32)>,
        erased: &[LeftOut],
    ) -> Vec<Self> {
        let slot = |time: i64| time.div_euclid(SLOT_MS) * (SLOT_MS / 1000);
        let mut counts: BTreeMap<(i64, i64, u32), (u64, u64)> = BTreeMap::new();
        for (event, checksum) in events {
            if event.came_in() {
                counts
                    .entry((slot(event.person_and_time().1), event.received_at, checksum))
                    .or_default()
                    .0 += 1;
            }
        }
        for LeftOut { time, received_at, checksum } in erased {
            counts.entry((slot(*time), *received_at, *checksum)).or_default().1 += 1;
        }
        let row = |((slot, received_at, checksum), (received, erased))| Self {
            slot: u32::try_from(slot).unwrap_or(0),
            received_at,
            checksum,
            received,
            erased,
        };
        counts.into_iter().map(row).collect()
    }
}
