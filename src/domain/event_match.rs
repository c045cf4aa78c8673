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
    /// Entry points.
    pub sources: Vec<String>,
    /// Ads.
    pub ads: Vec<String>,
    /// Least value.
    pub min_value: Option<f64>,
    /// Largest value.
    pub max_value: Option<f64>,
}

/// Kinds of events that decide conversations.
const DECIDING: [&str; 6] = ["message", "echo", "postback", "referral", "opt_in", "conversion"];

impl EventMatch {
    /// Whether an event's class (see the table `event_classes`) tells all that is asked of it.
    #[must_use]
    pub fn is_of_class(&self) -> bool {
        let is_deciding = !self.kinds.is_empty()
            && self.kinds.iter().all(|kind| DECIDING.contains(&kind.as_str()));
        let is_comment = self.names.len() == 1 && self.names[0] == "comment";
        let asks_more =
            !self.text.is_empty() || self.min_value.is_some() || self.max_value.is_some();
        (is_deciding || is_comment) && !asks_more
    }
}

/// An event that matters to a funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// UTC milliseconds.
    pub time: i64,
    /// Bit k: it meets step k, from 0.
    pub steps: u32,
    /// Bit g: it is excluded between step g and the next.
    pub gaps: u32,
}

/// Somebody's events that matter to a funnel, in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonOccurrences {
    /// Page or Instagram account.
    pub page_id: String,
    /// Person.
    pub person_id: String,
    /// The events; of one millisecond in the order of their places in the delivery, then of their ids.
    pub events: Vec<Occurrence>,
}
