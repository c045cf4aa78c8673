//! How much of the disk the journal takes, and how much it may.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Bytes of all segments, shared by the writer, which adds, and the reader, which removes.
#[derive(Debug)]
pub struct Usage {
    bytes: AtomicU64,
    /// Whether the last batch could not be written.
    is_refusing: AtomicBool,
    /// The budget.
    pub max_bytes: u64,
}

impl Usage {
    pub(super) fn new(bytes: u64, max_bytes: u64) -> Self {
        Self { bytes: AtomicU64::new(bytes), is_refusing: AtomicBool::new(false), max_bytes }
    }

    /// Bytes of all segments now.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether shipped segments must go before their time: half of the budget is taken, or the
    /// disk refuses.
    #[must_use]
    pub fn is_tight(&self) -> bool {
        self.bytes() > self.max_bytes / 2 || self.is_refusing.load(Ordering::Relaxed)
    }

    pub(super) fn set_refusing(&self, is_refusing: bool) {
        self.is_refusing.store(is_refusing, Ordering::Relaxed);
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
