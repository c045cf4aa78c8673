//! What somebody asks: a period, a breakdown and a form.

use serde::Deserialize;
use thiserror::Error;

use jiff::tz::TimeZone;

use crate::analysis::{AnalysisError, Dimension, Model};
use crate::domain::{DEFAULT_LOOKBACK_DAYS, Period, PeriodError, Timestamp};

/// A question as it is written in a query string or on a command line.
#[derive(Debug, Clone, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// First day (2026-01-31) or RFC 3339 instant, inclusive. Default: 30 days before the end
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Day or instant behind the last, exclusive. Default: the end of today
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Break down by these, joined by commas: source, page, ref, ad, day, week, hour
    #[arg(long, value_name = "DIMENSIONS")]
    pub by: Option<String>,
    /// Form of the answer: json or csv, and table on the command line
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Attribution model
    #[arg(skip)]
    pub model: Option<String>,
    /// Days before a conversion in which touchpoints earn credit
    #[arg(skip)]
    pub lookback_days: Option<u32>,
    /// Token that opens the views; read elsewhere, and never part of an answer.
    #[arg(skip)]
    pub token: Option<String>,
}

/// A question that has been understood.
#[derive(Debug, Clone)]
pub struct Question {
    /// The range.
    pub period: Period,
    /// Dimensions of the breakdown; may be empty.
    pub by: Vec<Dimension>,
    /// The form, if one was asked for.
    pub format: Option<Format>,
    /// Attribution model.
    pub model: Model,
    /// Days before a conversion in which touchpoints earn credit.
    pub lookback_days: u32,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A table for a terminal.
    Table,
    /// JSON.
    Json,
    /// CSV.
    Csv,
}

/// Why a question was not understood: the parameter and the reason.
#[derive(Debug, Error)]
#[error("{parameter}: {reason}")]
pub struct Misunderstood {
    /// Name of the parameter.
    pub parameter: &'static str,
    /// What is wrong with it, and what would be right.
    pub reason: String,
}

impl Misunderstood {
    fn by(parameter: &'static str) -> impl Fn(AnalysisError) -> Self {
        move |error| Self { parameter, reason: error.to_string() }
    }
}

impl Asked {
    /// Understands the question. Dates are days in `zone`.
    ///
    /// # Errors
    /// With the parameter that is wrong.
    pub fn understand(&self, zone: &TimeZone, now: Timestamp) -> Result<Question, Misunderstood> {
        let bad_date = |parameter| {
            move |error: PeriodError| Misunderstood { parameter, reason: error.to_string() }
        };
        // Each date for itself first, so that the error names the right one.
        for (parameter, text) in [("from", &self.from), ("to", &self.to)] {
            if let Some(text) = text {
                crate::domain::parse_instant(text, zone).map_err(bad_date(parameter))?;
            }
        }
        let period = Period::parse(self.from.as_deref(), self.to.as_deref(), zone, now)
            .map_err(bad_date("from"))?;
        let by = Dimension::parse_list(self.by.as_deref().unwrap_or_default())
            .map_err(Misunderstood::by("by"))?;
        let format = self.format.as_deref().map(Format::parse).transpose()?;
        let model = Model::parse(self.model.as_deref().unwrap_or("last"))
            .map_err(Misunderstood::by("model"))?;
        let lookback_days = self.lookback_days.unwrap_or(DEFAULT_LOOKBACK_DAYS);
        if !(1..=3650).contains(&lookback_days) {
            let reason = format!("{lookback_days} is not between 1 and 3650");
            return Err(Misunderstood { parameter: "lookback_days", reason });
        }
        Ok(Question { period, by, format, model, lookback_days })
    }
}

impl Format {
    fn parse(text: &str) -> Result<Self, Misunderstood> {
        match text {
            "table" => Ok(Self::Table),
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            _ => Err(Misunderstood {
                parameter: "format",
                reason: format!("unknown format {text:?}; known are table, json, csv"),
            }),
        }
    }
}
