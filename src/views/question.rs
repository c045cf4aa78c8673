//! What somebody asks: a period, a breakdown, a form, and how credit is given.

use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;

use jiff::tz::TimeZone;

use super::frames::CsvStyle;
use super::{Format, sizes};
use crate::analysis::{AnalysisError, Dimension, Filter, Model, Parameters};
use crate::domain::{Period, PeriodError, RefRules, Timestamp};

/// A range at most: whoever asks for more has mistyped, and lists by day would have no end.
const LONGEST_MS: i64 = 36_525 * 86_400_000;
/// Rows of a list in one answer.
const MOST_ROWS: usize = 100_000;

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
    /// Break down by these, joined by commas
    #[arg(
        long,
        value_name = "DIMENSIONS",
        help = format!("Break down by these, joined by commas: {}", Dimension::names())
    )]
    pub by: Option<String>,
    /// Rows of a breakdown at most: the largest; all others are one row, (rest)
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
    /// How credit is given; the command line has these for `attribution` only.
    #[arg(skip)]
    #[serde(flatten)]
    pub credit: AskedCredit,
    /// Token that opens the views; read elsewhere, and never part of an answer.
    #[arg(skip)]
    pub token: Option<String>,
}

/// How credit is given, as it is written in a query string or on a command line.
#[derive(Debug, Clone, Default, Deserialize, clap::Args)]
#[serde(default)]
pub struct AskedCredit {
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
    /// What is left out of funnels and lists.
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
    /// What the period is compared with; `None`: the period before it.
    pub against: Option<Period>,
    /// How credit is given.
    pub credit: Credit,
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
    /// Understands the question. Dates are days in the zone of `defaults`.
    ///
    /// # Errors
    /// With the parameter that is wrong.
    pub fn understand(
        &self,
        defaults: &Defaults,
        now: Timestamp,
    ) -> Result<Question, Misunderstood> {
        sizes::check(self)?;
        let zone = &defaults.zone;
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
        if period.to.0.saturating_sub(period.from.0) > LONGEST_MS {
            let reason = "a range has at most 100 years".to_owned();
            return Err(Misunderstood { parameter: "from", reason });
        }
        let by = Dimension::parse_list(self.by.as_deref().unwrap_or_default(), &defaults.refs)
            .map_err(Misunderstood::by("by"))?;
        let filters =
            Filter::parse_list(self.filter.as_deref().unwrap_or_default(), &defaults.refs)
                .map_err(|reason| Misunderstood { parameter: "filter", reason })?;
        if filters.len() > sizes::MOST_FILTERS {
            let reason = format!("more than {} filters", sizes::MOST_FILTERS);
            return Err(Misunderstood { parameter: "filter", reason });
        }
        let format = self.format.as_deref().map(Format::parse).transpose()?;
        let credit = self.credit.understand(defaults)?;
        let offset = number("offset", self.offset.as_deref(), 0)?;
        let limit = match number("limit", self.limit.as_deref(), 0)? {
            0 if self.limit.as_deref().is_none_or(str::is_empty) => None,
            limit if (1..=MOST_ROWS).contains(&limit) => Some(limit),
            limit => {
                let reason = format!("{limit} is not between 1 and {MOST_ROWS}");
                return Err(Misunderstood { parameter: "limit", reason });
            }
        };
        let cursor = self.cursor.clone().filter(|text| !text.is_empty());
        let top = match number("top", self.top.as_deref(), 0)? {
            0 if self.top.as_deref().is_some_and(|text| !text.is_empty()) => {
                let reason = "it is at least 1".to_owned();
                return Err(Misunderstood { parameter: "top", reason });
            }
            0 => None,
            _ if by.iter().any(Dimension::is_time) => {
                let reason = "a trend is shown whole: break it down by something else".to_owned();
                return Err(Misunderstood { parameter: "top", reason });
            }
            top => Some(top),
        };
        let (step, of) = (self.step.clone(), self.of.clone());
        let against = self.against(zone, now)?;
        let csv = self.csv_style(zone)?;
        Ok(Question {
            period,
            by,
            filters,
            top,
            format,
            offset,
            limit,
            cursor,
            csv,
            step,
            of,
            against,
            credit,
        })
    }
}

impl Asked {
    fn csv_style(&self, zone: &TimeZone) -> Result<CsvStyle, Misunderstood> {
        let has_bom = number("bom", self.bom.as_deref(), false)?;
        match self.locale.as_deref().filter(|text| !text.is_empty()) {
            Some(locale) => CsvStyle::new(locale, has_bom, zone.clone())
                .map_err(|reason| Misunderstood { parameter: "locale", reason }),
            None => Ok(CsvStyle { has_bom, zone: zone.clone(), ..CsvStyle::default() }),
        }
    }

    fn against(&self, zone: &TimeZone, now: Timestamp) -> Result<Option<Period>, Misunderstood> {
        let (from, to) = match (self.against_from.as_deref(), self.against_to.as_deref()) {
            (None, None) => return Ok(None),
            (Some(from), Some(to)) => (from, to),
            _ => {
                let reason = "a period has both ends: against_from and against_to".to_owned();
                return Err(Misunderstood { parameter: "against_from", reason });
            }
        };
        let period = Period::parse(Some(from), Some(to), zone, now);
        period
            .map(Some)
            .map_err(|error| Misunderstood { parameter: "against_from", reason: error.to_string() })
    }
}

impl AskedCredit {
    /// Understands how credit is to be given.
    ///
    /// # Errors
    /// With the parameter that is wrong.
    pub fn understand(&self, defaults: &Defaults) -> Result<Credit, Misunderstood> {
        let model = match &self.model {
            Some(name) => Model::parse(name).map_err(Misunderstood::by("model"))?,
            None => defaults.model,
        };
        let usual = defaults.parameters;
        let parameters = Parameters {
            lookback_days: number(
                "lookback_days",
                self.lookback_days.as_deref(),
                usual.lookback_days,
            )?,
            half_life_days: number(
                "half_life_days",
                self.half_life_days.as_deref(),
                usual.half_life_days,
            )?,
            first_share: number("first_share", self.first_share.as_deref(), usual.first_share)?,
            last_share: number("last_share", self.last_share.as_deref(), usual.last_share)?,
            order: number("order", self.order.as_deref(), usual.order)?,
        };
        parameters.check().map_err(|(parameter, reason)| Misunderstood { parameter, reason })?;
        Ok(Credit {
            model,
            parameters,
            conversion: self.conversion.clone().filter(|name| !name.is_empty()),
            intervals: number("intervals", self.intervals.as_deref(), false)?,
        })
    }
}

/// A parameter's value; what it usually is if it was not given, or left empty in a form.
fn number<T>(parameter: &'static str, text: Option<&str>, usual: T) -> Result<T, Misunderstood>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(usual) };
    text.parse().map_err(|error| Misunderstood { parameter, reason: format!("{text:?}: {error}") })
}
