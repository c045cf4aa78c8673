//! Everything that the overview shows, computed.

use std::collections::HashMap;

use polars_core::frame::DataFrame;

use crate::analysis::{
    self, AdsData, AdsReport, AgedFrames, AnalysisError, AttributionReport, Dimension,
    FunnelReport, Level, Maturity, Model, Parameters,
};
use crate::domain::{AdDay, Period};
use crate::insights::ad_titles::ad_titles;
use crate::insights::attribution::JourneyInputs;
use crate::insights::query::Question;
use crate::store::ResponseTimes;

pub(crate) struct Figures {
    pub own: Counts,
    /// Of the period that it is compared with; `None` if it is compared with nothing.
    pub before: Option<Counts>,
    /// Figures that are told for everything: with filters there are none.
    pub whole: Option<Whole>,
    /// Titles of the ads, by id.
    pub ad_titles: HashMap<String, String>,
}

/// A period's conversations.
pub(crate) struct Counts {
    pub period: Period,
    pub by_source: FunnelReport,
    pub by_ad: FunnelReport,
    pub by_source_and_ad: FunnelReport,
    pub by_day: FunnelReport,
    /// Speed of the business's answers.
    pub answers: Option<ResponseTimes>,
    /// What each ad cost on each day.
    pub spend: Vec<AdDay>,
}

pub(crate) struct Whole {
    pub last_touch: AttributionReport,
    /// What ads cost.
    pub ads: AdsReport,
}

/// What was fetched for it.
pub(crate) struct Fetched {
    /// Counts by source, ad, link and day, and what ads cost.
    pub ads: AdsData,
    /// Conversations that may be unfinished, by five minutes of opening.
    pub young: Option<DataFrame>,
    pub answers: Option<ResponseTimes>,
    pub titles: DataFrame,
    /// Touchpoints and conversions of those who converted; none with filters.
    pub ways: Option<JourneyInputs>,
    /// The same counts of the period that it is compared with.
    pub before: Option<FetchedBefore>,
}

pub(crate) struct FetchedBefore {
    pub period: Period,
    pub counts: DataFrame,
    pub spend: Vec<AdDay>,
    pub answers: Option<ResponseTimes>,
}

impl Figures {
    pub(crate) fn new(fetched: Fetched, question: &Question) -> Result<Self, AnalysisError> {
        let Fetched { ads, young, answers, titles, ways, before } = fetched;
        let mut own =
            Counts::new(&question.period, &ads.counts, ads.spend.clone(), answers, question)?;
        own.by_day = match &ads.maturity {
            Maturity::Finished => by_day_in_the_end(own.by_day, question, None)?,
            Maturity::Unfinished(frames) => match young {
                Some(young) => by_day_in_the_end(own.by_day, question, Some(&frames.aged(young)))?,
                None => own.by_day,
            },
            Maturity::Unknown => own.by_day,
        };
        own.by_source.expect_as(&own.by_day);
        let before = before.map(|before| {
            let FetchedBefore { period, counts, spend, answers } = before;
            Counts::new(&period, &counts, spend, answers, question)
        });
        let ad_titles = ad_titles(&titles, "titled_at", &ads.spend)?;
        let whole = ways.map(|ways| {
            let journeys = ways.journeys(question)?;
            let parameters = Parameters::default();
            Ok::<_, AnalysisError>(Whole {
                last_touch: analysis::attribution(&journeys, Model::Last, &parameters, false)?,
                ads: analysis::ads(ads, Level::Ad, &question.period)?,
            })
        });
        Ok(Self { own, before: before.transpose()?, whole: whole.transpose()?, ad_titles })
    }
}

/// Days, and what each and all of them come to when the time of their conversations is over.
fn by_day_in_the_end(
    by_day: FunnelReport,
    question: &Question,
    frames: Option<&AgedFrames>,
) -> Result<FunnelReport, AnalysisError> {
    let zone = &question.period.zone;
    analysis::with_outlook(by_day, &Dimension::Day, &question.filters, zone, frames)
}

impl Counts {
    fn new(
        period: &Period,
        counts: &DataFrame,
        spend: Vec<AdDay>,
        answers: Option<ResponseTimes>,
        question: &Question,
    ) -> Result<Self, AnalysisError> {
        let by = |dimension: &[Dimension]| {
            analysis::funnel(counts, period, dimension, &question.filters, &spend)
        };
        Ok(Self {
            period: period.clone(),
            by_source: by(&[Dimension::Source])?,
            by_ad: by(&[Dimension::Ad])?,
            by_source_and_ad: by(&[Dimension::Source, Dimension::Ad])?,
            by_day: by(&[Dimension::Day])?,
            answers,
            spend,
        })
    }
}
