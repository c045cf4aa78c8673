//! How a question is understood: texts become a period, dimensions, filters and numbers.

use jiff::tz::TimeZone;

use super::csv_style::CsvStyle;
use super::format::Format;
use super::invalid_parameter::InvalidParameter;
use super::query::{Against, Age, Credit, CreditParams, Defaults, QueryParams, Question};
use super::sizes;
use crate::analysis::{Dimension, Filter, Model, Parameters};
use crate::domain::{Period, PeriodError, Timestamp};

/// A range at most: whoever asks for more has mistyped, and lists by day would have no end.
const LONGEST_MS: i64 = 36_525 * 86_400_000;
/// Rows of a list in one answer.
const MOST_ROWS: usize = 100_000;

impl QueryParams {
    /// Understands the question. Dates are days in the zone of `defaults`.
    ///
    /// # Errors
    /// With the parameter that is wrong.
    pub fn understand(
        &self,
        defaults: &Defaults,
        now: Timestamp,
    ) -> Result<Question, InvalidParameter> {
        sizes::check(self)?;
        let zone = &defaults.zone;
        let bad_date = |parameter| {
            move |error: PeriodError| InvalidParameter { parameter, reason: error.to_string() }
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
            return Err(InvalidParameter { parameter: "from", reason });
        }
        let by = Dimension::parse_list(self.by.as_deref().unwrap_or_default(), &defaults.refs)
            .map_err(InvalidParameter::by("by"))?;
        let filters =
            Filter::parse_list(self.filter.as_deref().unwrap_or_default(), &defaults.refs)
                .map_err(|reason| InvalidParameter { parameter: "filter", reason })?;
        if filters.len() > sizes::MOST_FILTERS {
            let reason = format!("more than {} filters", sizes::MOST_FILTERS);
            return Err(InvalidParameter { parameter: "filter", reason });
        }
        let format = self.format.as_deref().map(Format::parse).transpose()?;
        let credit = self.credit.understand(defaults)?;
        let offset = number("offset", self.offset.as_deref(), 0)?;
        let limit = match number("limit", self.limit.as_deref(), 0)? {
            0 if self.limit.as_deref().is_none_or(str::is_empty) => None,
            limit if (1..=MOST_ROWS).contains(&limit) => Some(limit),
            limit => {
                let reason = format!("{limit} is not between 1 and {MOST_ROWS}");
                return Err(InvalidParameter { parameter: "limit", reason });
            }
        };
        let cursor = self.cursor.clone().filter(|text| !text.is_empty());
        let top = match number("top", self.top.as_deref(), 0)? {
            0 if self.top.as_deref().is_some_and(|text| !text.is_empty()) => {
                let reason = "it is at least 1".to_owned();
                return Err(InvalidParameter { parameter: "top", reason });
            }
            0 => None,
            _ if by.iter().any(Dimension::is_time) => {
                let reason = "a trend is shown whole: break it down by something else".to_owned();
                return Err(InvalidParameter { parameter: "top", reason });
            }
            top => Some(top),
        };
        let (step, of) = (self.step.clone(), self.of.clone());
        let against = self.against(zone, now)?;
        let age = match self.age.as_deref() {
            None | Some("" | "same") => Age::Same,
            Some("whole") => Age::Whole,
            Some(other) => {
                let reason = format!("{other:?} is neither same nor whole");
                return Err(InvalidParameter { parameter: "age", reason });
            }
        };
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
            age,
            counted_until: None,
            asked_at: now,
            credit,
        })
    }
}

impl QueryParams {
    fn csv_style(&self, zone: &TimeZone) -> Result<CsvStyle, InvalidParameter> {
        let has_bom = number("bom", self.bom.as_deref(), false)?;
        match self.locale.as_deref().filter(|text| !text.is_empty()) {
            Some(locale) => CsvStyle::new(locale, has_bom, zone.clone())
                .map_err(|reason| InvalidParameter { parameter: "locale", reason }),
            None => Ok(CsvStyle { has_bom, zone: zone.clone(), ..CsvStyle::default() }),
        }
    }

    fn against(&self, zone: &TimeZone, now: Timestamp) -> Result<Against, InvalidParameter> {
        let compared = match self.compare.as_deref() {
            None | Some("" | "previous") => Against::Previous,
            Some("year") => Against::LastYear,
            Some("none") => Against::Nothing,
            Some(other) => {
                let reason = format!("{other:?} is none of previous, year, none");
                return Err(InvalidParameter { parameter: "compare", reason });
            }
        };
        let (from, to) = match (self.against_from.as_deref(), self.against_to.as_deref()) {
            (None, None) => return Ok(compared),
            (Some(from), Some(to)) => (from, to),
            _ => {
                let reason = "a period has both ends: against_from and against_to".to_owned();
                return Err(InvalidParameter { parameter: "against_from", reason });
            }
        };
        let period = Period::parse(Some(from), Some(to), zone, now);
        period.map(Against::Other).map_err(|error| InvalidParameter {
            parameter: "against_from",
            reason: error.to_string(),
        })
    }
}

impl CreditParams {
    /// Understands how credit is to be given.
    ///
    /// # Errors
    /// With the parameter that is wrong.
    pub fn understand(&self, defaults: &Defaults) -> Result<Credit, InvalidParameter> {
        let model = match &self.model {
            Some(name) => Model::parse(name).map_err(InvalidParameter::by("model"))?,
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
        parameters.check().map_err(|(parameter, reason)| InvalidParameter { parameter, reason })?;
        Ok(Credit {
            model,
            parameters,
            conversion: self.conversion.clone().filter(|name| !name.is_empty()),
            intervals: number("intervals", self.intervals.as_deref(), false)?,
        })
    }
}

/// A parameter's value; what it usually is if it was not given, or left empty in a form.
fn number<T>(parameter: &'static str, text: Option<&str>, usual: T) -> Result<T, InvalidParameter>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(usual) };
    text.parse()
        .map_err(|error| InvalidParameter { parameter, reason: format!("{text:?}: {error}") })
}
