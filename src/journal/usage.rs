//! How much of the disk the journal takes, and how much it may.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Bytes of all segments, shared by the writer, which adds, and the reader, which removes.
#[derive(Debug)]
pub struct Usage {
    bytes: AtomicU64,
    /// Whether the last batch found no room on the disk, and no segment has gone for it yet.
    lacks_room: AtomicBool,
    /// The budget.
    pub max_bytes: u64,
}

impl Usage {
    pub(super) fn new(bytes: u64, max_bytes: u64) -> Self {
        Self { bytes: AtomicU64::new(bytes), lacks_room: AtomicBool::new(false), max_bytes }
    }

    /// Bytes of all segments now.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether the oldest shipped segment must go before its time: half of the budget is taken, or the disk is full.
    /// A full disk is answered by one segment a time. A disk that fails in another way needs none of it: what is
    /// shipped to a ClickHouse that does not sync may be needed again.
    pub(super) fn must_one_go(&self) -> bool {
        self.bytes() > self.max_bytes / 2 || self.lacks_room.swap(false, Ordering::Relaxed)
    }

    pub(super) fn set_lacks_room(&self, lacks_room: bool) {
        self.lacks_room.store(lacks_room, Ordering::Relaxed);
    }

    pub(super) fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn subtract(&self, bytes: u64) {
        let less = |now: u64| Some(now.saturating_sub(bytes));
        // `less` always gives a value.
        self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok();
    }
}
