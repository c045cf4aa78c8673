//! Everything that the overview shows.

use std::collections::HashMap;

use polars::frame::DataFrame;

use super::super::Question;
use super::super::answer::Ways;
use crate::analysis::{
    self, AnalysisError, AttributionReport, Dimension, FunnelReport, Model, Parameters,
};
use crate::domain::AdDay;

pub(super) struct Figures {
    pub by_source: FunnelReport,
    pub by_ad: FunnelReport,
    pub by_day: FunnelReport,
    pub last_touch: AttributionReport,
    /// Titles of the ads, by id.
    pub ad_titles: HashMap<String, String>,
}

impl Figures {
    /// Of the counts by source, ad, link and day, and of the touchpoints and conversions of those who
    /// converted.
    pub(super) fn new(
        counts: &DataFrame,
        titles: &DataFrame,
        ways: &Ways,
        question: &Question,
        spend: &[AdDay],
    ) -> Result<Self, AnalysisError> {
        let period = &question.period;
        let by = |dimension| analysis::funnel(counts, period, &[dimension], &[], spend);
        let parameters = Parameters::default();
        let journeys = ways.journeys(question)?;
        Ok(Self {
            by_source: by(Dimension::Source)?,
            by_ad: by(Dimension::Ad)?,
            by_day: by(Dimension::Day)?,
            last_touch: analysis::attribution(&journeys, Model::Last, &parameters, false)?,
            ad_titles: ad_titles(titles, "titled_at", spend)?,
        })
    }
}

/// Titles of ads by id: what people saw goes before what the team calls it.
pub(super) fn ad_titles(
    rows: &DataFrame,
    time: &str,
    spend: &[AdDay],
) -> Result<HashMap<String, String>, AnalysisError> {
    let mut titles = analysis::ad_titles(rows, time)?;
    for day in spend.iter().filter(|day| !day.ad_name.is_empty()) {
        titles.entry(day.ad_id.clone()).or_insert_with(|| day.ad_name.clone());
    }
    Ok(titles)
}
