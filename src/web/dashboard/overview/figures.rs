//! Everything that the overview shows, computed.

use std::collections::HashMap;

use polars_core::frame::DataFrame;

use crate::analysis::{
    self, AdsData, AdsReport, AnalysisError, AttributionReport, Dimension, FunnelReport, Level,
    Model, Parameters,
};
use crate::domain::Period;
use crate::insights::ad_titles::ad_titles;
use crate::insights::attribution::JourneyInputs;
use crate::insights::query::Question;

pub(crate) struct Figures {
    pub by_source: FunnelReport,
    pub by_ad: FunnelReport,
    pub by_day: FunnelReport,
    /// By day too, of the period of the same length before.
    pub before: FunnelReport,
    pub last_touch: AttributionReport,
    /// What ads cost.
    pub ads: AdsReport,
    /// Titles of the ads, by id.
    pub ad_titles: HashMap<String, String>,
}

/// What was fetched for it.
pub(crate) struct Fetched {
    /// Counts by source, ad, link and day, and what ads cost.
    pub ads: AdsData,
    pub titles: DataFrame,
    /// Touchpoints and conversions of those who converted.
    pub ways: JourneyInputs,
    /// Counts by day of the period before.
    pub before: DataFrame,
}

impl Figures {
    pub(crate) fn new(
        fetched: Fetched,
        question: &Question,
        before: &Period,
    ) -> Result<Self, AnalysisError> {
        let Fetched { ads, titles, ways, before: counts_before } = fetched;
        let period = &question.period;
        let by = |dimension| analysis::funnel(&ads.counts, period, &[dimension], &[], &ads.spend);
        let (by_source, by_ad, by_day) =
            (by(Dimension::Source)?, by(Dimension::Ad)?, by(Dimension::Day)?);
        let journeys = ways.journeys(question)?;
        let parameters = Parameters::default();
        Ok(Self {
            by_source,
            by_ad,
            by_day,
            before: analysis::funnel(&counts_before, before, &[Dimension::Day], &[], &[])?,
            last_touch: analysis::attribution(&journeys, Model::Last, &parameters, false)?,
            ad_titles: ad_titles(&titles, "titled_at", &ads.spend)?,
            ads: analysis::ads(ads, Level::Ad, period)?,
        })
    }
}
