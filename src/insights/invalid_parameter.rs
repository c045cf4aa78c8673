//! Why a question is not understood.

use thiserror::Error;

use crate::analysis::AnalysisError;

/// Why a question was not understood: the parameter and the reason.
#[derive(Debug, Error)]
#[error("{parameter}: {reason}")]
pub struct InvalidParameter {
    /// Name of the parameter.
    pub parameter: &'static str,
    /// What is wrong with it, and what would be right.
    pub reason: String,
}

impl InvalidParameter {
    pub(crate) fn by(parameter: &'static str) -> impl Fn(AnalysisError) -> Self {
        move |error| Self { parameter, reason: error.to_string() }
    }
}
