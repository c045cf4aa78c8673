//! What may be wrong with a written funnel.

use thiserror::Error;

/// What is wrong with a written funnel: the key, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{key}: {reason}")]
pub struct FunnelError {
    /// The key, such as `steps[2].payload`.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
}

pub(super) fn wrong(key: &str, reason: String) -> FunnelError {
    FunnelError { key: key.to_owned(), reason }
}
