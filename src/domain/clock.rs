//! Which day a conversion counts on.

use serde::Serialize;
use utoipa::ToSchema;

/// Which day a conversion counts on: two questions, whose figures are not to be mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// That on which its conversation was opened (of a custom funnel: its first step was reached).
    Opening,
    /// That on which it happened.
    Conversion,
}

impl Clock {
    /// Its name in words of programs.
    #[must_use]
    pub fn told(self) -> &'static str {
        match self {
            Self::Opening => "by day of opening",
            Self::Conversion => "by day of conversion",
        }
    }
}
