//! Goals as others see them.

use serde::Serialize;
use utoipa::ToSchema;

use super::progress::Progress;
use super::written::{Goal, GoalError, WrittenGoal};
use crate::domain::Timestamp;
use crate::store::KeptGoal;

/// A goal, and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ToldGoal {
    /// As it is written.
    #[serde(flatten)]
    pub written: WrittenGoal,
    /// Whether the figure is to be no more than the target.
    pub is_limit: bool,
    /// Who wrote it last.
    pub made_by: String,
    /// When, RFC 3339.
    pub made_at: String,
    /// How far it is; `null` if something is wrong with it.
    pub progress: Option<Progress>,
    /// What is wrong with it.
    pub error: Option<String>,
}

impl ToldGoal {
    pub(super) fn new(
        kept: &KeptGoal,
        written: WrittenGoal,
        checked: Result<Goal, GoalError>,
        progress: Option<Progress>,
    ) -> Self {
        Self {
            written,
            is_limit: checked.as_ref().is_ok_and(Goal::is_limit),
            made_by: kept.made_by.clone(),
            made_at: Timestamp(kept.made_at).to_rfc3339(),
            progress,
            error: checked.err().map(|error| format!("{}: {}", error.key, error.reason)),
        }
    }
}
