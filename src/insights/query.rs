//! What somebody asks, as it is written and as it is understood: a period, a breakdown, a form, and how credit is given.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::csv_style::CsvStyle;
use super::format::Format;
use crate::analysis::{Dimension, Filter, Model, Parameters};
use crate::domain::{AgeLimit, Period, RefRules, Timestamp};

/// What is not told by the names of dimensions.
const BY_HELP: &str = "\
country is that of people on WhatsApp, by number or id; channel is messenger, instagram or whatsapp; ref.KEY is a part of \
a structured ref; placement has spend alone; link, medium and owner are those of the registered link; campaign is the \
link's, or the ad's as its spend names it; referer is host and path of the page with the chat plugin.";

/// A question as it is written in a query string or on a command line.
#[derive(Debug, Clone, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, default)]
pub struct QueryParams {
    /// First day (2026-01-31) or RFC 3339 instant, inclusive. Default: 30 days before the end
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Day or instant behind the last, exclusive. Default: the end of today
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Break down by these, joined by commas
    #[arg(
        long,
        value_name = "DIMENSIONS",
        help = format!("Break down by these, joined by commas: {}", Dimension::names()),
        long_help = format!("Break down by these, joined by commas: {}\n\n{BY_HELP}", Dimension::names())
    )]
    pub by: Option<String>,
    /// Rows of a breakdown at most: the largest; all others are added up as one row, (rest)
    #[arg(long, value_name = "NUMBER")]
    pub top: Option<String>,
    /// Form of the answer: json, csv, xlsx, parquet, arrow, of funnels and attribution svg and png, and
    /// table on the command line
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// CSV as numbers are written in a country (BCP 47: fr, de-CH): decimal comma, semicolons
    #[arg(long, value_name = "LOCALE")]
    pub locale: Option<String>,
    /// Whether CSV begins with a byte order mark, for Excel: true or false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub bom: Option<String>,
    /// Only what has these values of dimensions, joined by semicolons: source=ad;campaign=Autumn
    #[arg(skip)]
    pub filter: Option<String>,
    /// Where the list goes on: `next` of the page before.
    #[arg(skip)]
    pub cursor: Option<String>,
    /// Rows of a list that are left out before the first.
    #[arg(skip)]
    pub offset: Option<String>,
    /// Rows of a list at most.
    #[arg(skip)]
    pub limit: Option<String>,
    /// Only rows of this status.
    #[arg(skip)]
    pub status: Option<String>,
    /// Only conversations that have reached this stage.
    #[arg(skip)]
    pub reached: Option<String>,
    /// Only conversations that have not reached this stage.
    #[arg(skip)]
    pub missed: Option<String>,
    /// A step of the funnel.
    #[arg(skip)]
    pub step: Option<String>,
    /// The step of which a share is taken.
    #[arg(skip)]
    pub of: Option<String>,
    /// Begin of the period that the question's is compared with; as `from`.
    #[arg(skip)]
    pub against_from: Option<String>,
    /// Its end; as `to`.
    #[arg(skip)]
    pub against_to: Option<String>,
    /// What the period is compared with: `previous` (the one before), `year` (52 weeks before) or `none`.
    #[arg(skip)]
    pub compare: Option<String>,
    /// How periods are compared: `same` (at the same age) or `whole` (all that happened so far).
    #[arg(skip)]
    pub age: Option<String>,
    /// How credit is given; the command line has these for `attribution` only.
    #[arg(skip)]
    #[serde(flatten)]
    pub credit: CreditParams,
    /// Workspace that is looked at; read elsewhere.
    #[arg(skip)]
    pub workspace: Option<String>,
    /// Token that opens the views; read elsewhere, and never part of an answer.
    #[arg(skip)]
    pub token: Option<String>,
}

/// How credit is given, as it is written in a query string or on a command line.
#[derive(Debug, Clone, Default, Deserialize, clap::Args)]
#[serde(default)]
pub struct CreditParams {
    /// Attribution model
    #[arg(long, value_name = "MODEL", help = format!("Attribution model: {}", Model::names()))]
    pub model: Option<String>,
    /// Days before a conversion in which touchpoints earn credit
    #[arg(long, value_name = "DAYS")]
    pub lookback_days: Option<String>,
    /// For `time_decay`: days in which a touchpoint's weight halves
    #[arg(long, value_name = "DAYS")]
    pub half_life_days: Option<String>,
    /// For `position`: share of the first touchpoint, 0 to 1
    #[arg(long, value_name = "SHARE")]
    pub first_share: Option<String>,
    /// For `position`: share of the last touchpoint, 0 to 1
    #[arg(long, value_name = "SHARE")]
    pub last_share: Option<String>,
    /// For `markov`: touchpoints that a state of the chain remembers, 1 to 4
    #[arg(long, value_name = "NUMBER")]
    pub order: Option<String>,
    /// Only conversions of this name, such as lead or purchase
    #[arg(long, value_name = "NAME")]
    pub conversion: Option<String>,
    /// Whether 95 % intervals are wanted: true or false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub intervals: Option<String>,
}

/// What holds where a question does not say otherwise.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// The zone of dates and days.
    pub zone: TimeZone,
    /// The attribution model.
    pub model: Model,
    /// The numbers that the models take.
    pub parameters: Parameters,
    /// What refs stand for.
    pub refs: Arc<RefRules>,
}

/// A question that has been understood.
#[derive(Debug, Clone)]
pub struct Question {
    /// The range.
    pub period: Period,
    /// Dimensions of the breakdown; may be empty.
    pub by: Vec<Dimension>,
    /// What rows of funnels and lists must have: all of it.
    pub filters: Vec<Filter>,
    /// Rows of a breakdown at most, beside the rest.
    pub top: Option<usize>,
    /// The form, if one was asked for.
    pub format: Option<Format>,
    /// Rows of a list that are left out before the first.
    pub offset: usize,
    /// Rows of a list at most, if that was asked.
    pub limit: Option<usize>,
    /// Where a list goes on.
    pub cursor: Option<String>,
    /// How CSV is written.
    pub csv: CsvStyle,
    /// A step of the funnel, if one was named.
    pub step: Option<String>,
    /// The step of which a share is taken, if one was named.
    pub of: Option<String>,
    /// What the period is compared with.
    pub against: Against,
    /// How periods are compared.
    pub age: Age,
    /// Until when what became of conversations counts; `None`: until now.
    pub counted_until: Option<AgeLimit>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// How credit is given.
    pub credit: Credit,
}

/// What a period is compared with.
#[derive(Debug, Clone)]
pub enum Against {
    /// The period of the same length before it.
    Previous,
    /// The same weekdays a year before: 52 weeks.
    LastYear,
    /// Another one.
    Other(Period),
    /// Nothing.
    Nothing,
}

impl Against {
    /// As `compare` says it in an address; `None` where nothing is said.
    #[must_use]
    pub fn written(&self) -> Option<&'static str> {
        match self {
            Self::LastYear => Some("year"),
            Self::Nothing => Some("none"),
            Self::Previous | Self::Other(_) => None,
        }
    }
}

/// How periods are compared whose conversations have had different time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// By what happened within the time that the conversations of both have had.
    Same,
    /// By all that happened so far.
    Whole,
}

/// How credit is given.
#[derive(Debug, Clone)]
pub struct Credit {
    /// Attribution model.
    pub model: Model,
    /// The numbers that it takes.
    pub parameters: Parameters,
    /// The only conversions that count; `None`: all.
    pub conversion: Option<String>,
    /// Whether intervals are wanted.
    pub intervals: bool,
}
