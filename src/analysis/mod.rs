//! The arithmetic: frames in, frames and reports out. No I/O and no clock.
//!
//! [`walk_threads`] folds the ordered events of people into conversations, touchpoints and
//! conversions. [`funnel()`] adds up counts of conversations. [`journeys_of`] makes journeys of
//! touchpoints and conversions (and [`journeys_of_paths`] of a path file), which [`attribution()`], [`comparison()`] and [`describe`]
//! work on.

mod ads;
mod alarms;
mod attribution;
mod changes;
mod columns;
mod day_values;
mod dimension;
mod dispersion;
mod filter;
mod flows;
mod forecast;
mod funnel;
mod funnels;
mod groups;
mod incidents;
mod lacking;
mod outlook;
mod rates;
mod reach;
mod reconciliation;
mod refs;
mod reversal;
mod rhythm;
mod row_reversal;
mod steps;
mod strata;
mod subscribers;
mod threads;
mod time_to_convert;
mod usual;
mod verdict;
mod wanted;

pub use ads::{
    AdsData, AdsReport, AdsRow, Drawn, Estimate, KnownDays, Level, LinkBefore, Maturity,
    MessagePrices, Paid, StageCost, UnfinishedFrames, UnknownDays, ads, beside_others,
    daily_spread, surely_differ,
};
pub use alarms::{
    CONVERSATIONS_MISSED, COST_RATIO, CostDay, CostJump, DEVIATIONS, Stopped, Unusual,
    conversations_missed, cost_jump, is_long_silence, stopped, unusual,
};
pub use attribution::{
    Assists, AttributionReport, ChannelCost, ChannelCredit, Compared, Comparison, ComparisonRow,
    CostReport, Description, Journeys, LagDays, Model, NONE, Parameters, PathLength, PeopleKind,
    Scope, TopPath, Transition, attribution, comparison, costs, describe, goals, journeys_of,
    journeys_of_paths,
};
pub use changes::{DailyVariation, WeekdayCount};
pub use day_values::{DayValue, day_values};
pub use dimension::{Dimension, week_of};
pub use dispersion::{DayCount, Dispersion, on_the_same_days};
pub use filter::Filter;
pub use flows::{Flow, flows};
pub use forecast::{DayPart, Forecast, HISTORY_DAYS, forecast};
pub use funnel::{DEFAULT_FUNNEL, FunnelReport, ad_titles, funnel};
pub use funnels::{
    AgingUnits, Attempt, Counting, Funnel, FunnelError, Funnels, Occurrence, OneOrMany, Order,
    Reached, Reaching, Reentry, Rules, Unit, UnitAges, WrittenFunnel, WrittenMatch, attempts,
    no_conversations,
};
pub use incidents::{Cause, OpenIncident, Step as IncidentStep, steps as incident_steps};
pub use lacking::lacking_units;
pub use outlook::{AgedFrames, marked, with_outlook, with_outlook_of_units};
pub use rates::{Rate, share, wilson};
pub use reconciliation::{
    BothCounts, Causes, ReconciledAd, ReconciledDay, Reconciliation, USUAL_DAYS, reconcile,
};
pub use refs::{Silence, nearest_ref, silence};
pub use rhythm::Rhythm;
pub use row_reversal::with_reversals;
pub use steps::{Breakdown, REST, Step, StepDetail, Waits};
pub use subscribers::{SubscriberDay, subscribers};
pub use threads::{STAGES, Threads, conversation_steps, walk_threads};
pub use time_to_convert::{AgedCount, ConversionCurve, DaySpread, Outlook};
pub use usual::{HISTORY_MS, SLOT_MS, Slots, Usual, usual};
pub use verdict::{
    PeriodDays, SameAge, Verdict, Verdicts, compare_periods, compare_rows, corrected,
};
pub use wanted::Wanted;

use thiserror::Error;

/// Rows of a breakdown at most: each takes a kilobyte or two until it is sent.
const MOST_GROUPS: usize = 50_000;

/// Why a figure could not be computed.
#[derive(Debug, Error)]
pub enum AnalysisError {
    /// A frame is not of the form that is documented, or polars failed.
    #[error("analysis: {0}")]
    Frame(#[from] polars_core::error::PolarsError),
    /// A breakdown that we do not have.
    #[error("unknown dimension {asked:?}; known are {}", Dimension::names())]
    UnknownDimension {
        /// What was asked for.
        asked: String,
    },
    /// A step that a funnel does not have.
    #[error("unknown step {asked:?}; known are {known}")]
    UnknownStep {
        /// What was asked for.
        asked: String,
        /// The funnel's steps.
        known: String,
    },
    /// Steps in the wrong order.
    #[error("the step {asked:?} comes before {of:?}")]
    StepBefore {
        /// The step to be reached.
        asked: String,
        /// The step of which the share is taken.
        of: String,
    },
    /// A row of a path file that cannot be.
    #[error("row {row}: {reason}", row = row + 1)]
    Path {
        /// Its place behind the header, from 0.
        row: usize,
        /// The column and what is wrong.
        reason: String,
    },
    /// The Markov model would have to be solved too often.
    #[error("intervals of the markov model are for up to {most} channels; here are {channels}")]
    TooManyChannels {
        /// How many there are.
        channels: usize,
        /// How many there may be.
        most: usize,
    },
    /// A breakdown of more rows than anybody reads.
    #[error("more than {most} rows: break it down by fewer dimensions, or choose fewer days")]
    TooManyGroups {
        /// How many there may be.
        most: usize,
    },
    /// Nobody waits for it any more.
    #[error("nobody waits for it any more")]
    Unwanted,
    /// A model that we do not have.
    #[error("unknown attribution model {asked:?}; known are {}", Model::names())]
    UnknownModel {
        /// What was asked for.
        asked: String,
    },
}
