//! Everything that the overview shows, from one pass over the period's events.

use std::collections::HashMap;

use crate::analysis::{
    self, AnalysisError, AttributionReport, Dimension, FunnelReport, Model, Parameters, Scope,
    Threads,
};
use crate::domain::{AdDay, Period};

pub(super) struct Figures {
    pub by_source: FunnelReport,
    pub by_ad: FunnelReport,
    pub by_day: FunnelReport,
    pub last_touch: AttributionReport,
    /// Titles of the ads, by id.
    pub ad_titles: HashMap<String, String>,
}

impl Figures {
    pub(super) fn new(
        threads: &Threads,
        period: &Period,
        spend: &[AdDay],
    ) -> Result<Self, AnalysisError> {
        let by = |dimension| analysis::funnel(&threads.conversations, period, &[dimension], spend);
        let ad_titles = ad_titles(threads, spend)?;
        let parameters = Parameters::default();
        let journeys = analysis::journeys_of(
            threads,
            &Scope {
                period: period.clone(),
                lookback_ms: parameters.lookback_ms(),
                goal: None,
                channel: Vec::new(),
            },
        )?;
        Ok(Self {
            by_source: by(Dimension::Source)?,
            by_ad: by(Dimension::Ad)?,
            by_day: by(Dimension::Day)?,
            last_touch: analysis::attribution(&journeys, Model::Last, &parameters, false)?,
            ad_titles,
        })
    }
}

/// Titles of ads by id: what people saw goes before what the team calls it.
pub(super) fn ad_titles(
    threads: &Threads,
    spend: &[AdDay],
) -> Result<HashMap<String, String>, AnalysisError> {
    let mut titles = analysis::ad_titles(&threads.conversations)?;
    for day in spend.iter().filter(|day| !day.ad_name.is_empty()) {
        titles.entry(day.ad_id.clone()).or_insert_with(|| day.ad_name.clone());
    }
    Ok(titles)
}
