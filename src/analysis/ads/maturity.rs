//! What is counted of conversations by age, if the time of some is not over.

use polars_core::frame::DataFrame;

use crate::analysis::AgedFrames;

/// What is known of conversations that may be unfinished.
#[derive(Debug, Clone)]
pub enum Maturity {
    /// The time of all is over.
    Finished,
    /// Of some it is not.
    Unfinished(Box<UnfinishedFrames>),
    /// So much is told apart that nothing is known of it.
    Unknown,
}

/// What is counted of conversations by age.
#[derive(Debug, Clone)]
pub struct UnfinishedFrames {
    /// Those of the report's period that may be unfinished, by ad, link, source and hour of opening (the columns of
    /// `queries/funnels/funnel_counts.sql`).
    pub young: DataFrame,
    /// Earlier ones and these, by source and hour of opening.
    pub history: DataFrame,
    /// At what age those of the history reached stages, by source.
    pub ages: DataFrame,
    /// At what age they purchased, and what that was worth (`queries/attribution/purchase_values.sql`).
    pub values: DataFrame,
    /// Until when it is known what became of them, UTC milliseconds.
    pub known_until: i64,
}

impl UnfinishedFrames {
    /// With conversations by five minutes of opening what tells what funnels come to.
    #[must_use]
    pub fn aged(&self, young: DataFrame) -> AgedFrames {
        AgedFrames {
            young,
            history: self.history.clone(),
            ages: self.ages.clone(),
            known_until: self.known_until,
        }
    }
}
