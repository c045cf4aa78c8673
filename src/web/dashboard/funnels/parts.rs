//! Everything that the page shows of a funnel.

use std::collections::HashMap;

use crate::analysis::{Flow, FunnelReport, Verdicts};
use crate::insights::annotations::AnnotationsReport;
use crate::store::Sequence;

pub(crate) struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

/// What the page is made of.
pub(crate) struct Parts {
    pub name: String,
    /// Milliseconds that units have to convert.
    pub window_ms: i64,
    pub report: FunnelReport,
    /// By day or week.
    pub trend: FunnelReport,
    pub verdicts: Verdicts,
    pub against: Verdicts,
    pub flows: Vec<Flow>,
    pub sequences: Vec<Sequence>,
    /// Titles of ads by id, if rows are ads.
    pub ad_titles: HashMap<String, String>,
    pub annotations: AnnotationsReport,
}
