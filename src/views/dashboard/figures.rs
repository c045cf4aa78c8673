//! Everything that the overview shows, from one pass over the period's events.

use std::collections::HashMap;

use crate::analysis::{
    self, AnalysisError, AttributionReport, Dimension, FunnelReport, Model, Threads,
};
use crate::domain::{DEFAULT_LOOKBACK_DAYS, Period};

pub(super) struct Figures {
    pub by_source: FunnelReport,
    pub by_ad: FunnelReport,
    pub by_day: FunnelReport,
    pub last_touch: AttributionReport,
    /// Titles of the ads, by id.
    pub ad_titles: HashMap<String, String>,
}

impl Figures {
    pub(super) fn new(threads: &Threads, period: &Period) -> Result<Self, AnalysisError> {
        let by = |dimension| analysis::funnel(&threads.conversations, period, &[dimension]);
        Ok(Self {
            by_source: by(Dimension::Source)?,
            by_ad: by(Dimension::Ad)?,
            by_day: by(Dimension::Day)?,
            last_touch: analysis::attribution(threads, period, Model::Last, DEFAULT_LOOKBACK_DAYS)?,
            ad_titles: analysis::ad_titles(&threads.conversations)?,
        })
    }
}
