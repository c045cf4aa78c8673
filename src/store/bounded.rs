//! A store whose questions may take so much time and memory, and no more; and whose questions end when nobody waits
//! for them any more.

use super::{Store, StoreError};

/// What one question may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Seconds.
    pub seconds: u32,
    /// Megabytes of ClickHouse's memory.
    pub memory_mb: u32,
}

impl Default for Bounds {
    /// A little less time than a request has, so that the reason is told.
    fn default() -> Self {
        Self { seconds: 55, memory_mb: 4096 }
    }
}

/// The bound that a question met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// `question_seconds`.
    Time,
    /// `question_memory_mb`, or all the memory that ClickHouse has.
    Memory,
}

/// ClickHouse's codes for it: `MEMORY_LIMIT_EXCEEDED`, `TIMEOUT_EXCEEDED`, `TOO_SLOW`.
const CODES: [(&str, Bound); 3] =
    [("Code: 241.", Bound::Memory), ("Code: 159.", Bound::Time), ("Code: 160.", Bound::Time)];

impl Store {
    /// The same store, within bounds.
    #[must_use]
    pub fn within(&self, bounds: Bounds) -> Self {
        let memory = u64::from(bounds.memory_mb) << 20;
        self.with_setting("max_execution_time", &bounds.seconds.to_string())
            .with_setting("max_memory_usage", &memory.to_string())
            .with_setting("cancel_http_readonly_queries_on_client_close", "1")
    }
}

impl StoreError {
    /// The bound that the question met, if that is the reason.
    #[must_use]
    pub fn bound(&self) -> Option<Bound> {
        let Self::ClickHouse { source, .. } = self else { return None };
        let clickhouse::error::Error::BadResponse(said) = source.as_ref() else { return None };
        CODES.iter().find(|(code, _)| said.contains(code)).map(|(_, bound)| *bound)
    }
}
