//! Why there is no answer.

use thiserror::Error;

use super::invalid_parameter::InvalidParameter;
use crate::analysis::AnalysisError;
use crate::store::StoreError;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum AnswerError {
    /// The question was not understood.
    #[error(transparent)]
    InvalidParameter(#[from] InvalidParameter),
    /// There is no such thing.
    #[error("{0}")]
    Unknown(String),
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The arithmetic failed.
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    /// The result cannot be written in the form that was asked for.
    #[error("the rows could not be written: {0}")]
    Unwritten(String),
    /// The work was cut off, by a panic or by shutting down.
    #[error("the analysis was cut off: {0}")]
    CutOff(String),
    /// Too many questions wait already.
    #[error("too many questions are asked at once")]
    Busy,
}
