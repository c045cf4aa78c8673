//! What an event must be to meet a funnel's step.

/// What an event must be; empty lists and texts say nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventMatch {
    /// Kinds.
    pub kinds: Vec<String>,
    /// Names of other events and of conversions.
    pub names: Vec<String>,
    /// Regular expression over the payload.
    pub payload: String,
    /// Regular expression over the text.
    pub text: String,
    /// Regular expression over the ref without a click's mark.
    pub referral_ref: String,
    /// Doors.
    pub sources: Vec<String>,
    /// Ads.
    pub ads: Vec<String>,
    /// Least value.
    pub min_value: Option<f64>,
    /// Largest value.
    pub max_value: Option<f64>,
}
