//! Whether anybody waits for a figure still.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::AnalysisError;

/// Told by whoever waits; asked by loops that take long.
#[derive(Debug, Clone, Default)]
pub struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// Nobody waits any more.
    pub fn end(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody waits.
    #[must_use]
    pub fn is_so(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }

    /// Goes on only if somebody waits.
    ///
    /// # Errors
    /// [`AnalysisError::Unwanted`] if nobody does.
    pub fn check(&self) -> Result<(), AnalysisError> {
        if self.is_so() { Ok(()) } else { Err(AnalysisError::Unwanted) }
    }
}
