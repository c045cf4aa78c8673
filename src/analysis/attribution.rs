//! Credit for conversions over the touchpoints before them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{AnalysisError, Threads};
use crate::domain::{DAY_MS, Period};

/// Channel of conversions that no touchpoint precedes within the lookback window.
const NONE: &str = "(none)";

/// How credit is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// All to the last touchpoint before the conversion.
    Last,
}

impl Model {
    const ALL: [Self; 1] = [Self::Last];

    /// Its name in questions and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Last => "last",
        }
    }

    /// All names, for messages.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }

    /// The model of that name.
    ///
    /// # Errors
    /// [`AnalysisError::UnknownModel`] with the allowed names.
    pub fn parse(name: &str) -> Result<Self, AnalysisError> {
        let known = Self::ALL.into_iter().find(|model| model.as_str() == name);
        known.ok_or_else(|| AnalysisError::UnknownModel { asked: name.to_owned() })
    }
}

/// The credit of every channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttributionReport {
    /// The model.
    pub model: &'static str,
    /// Days before a conversion in which touchpoints earn credit.
    pub lookback_days: u32,
    /// A row a channel and currency, largest first.
    pub channels: Vec<ChannelCredit>,
    /// All conversions in the period; the sum of the rows.
    pub total_conversions: f64,
}

/// A channel's credit in one currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChannelCredit {
    /// The source.
    pub channel: String,
    /// Conversions credited.
    pub conversions: f64,
    /// Their value in `currency`; `None` if they carried none.
    pub value: Option<f64>,
    /// ISO 4217; `None` for conversions without value.
    pub currency: Option<String>,
}

/// Channel and currency.
type Key<'a> = (&'a str, Option<&'a str>);

/// Credits the conversions that happened in `period`.
///
/// # Errors
/// If the frames are not those of [`super::walk_threads`].
#[expect(clippy::cast_precision_loss, reason = "counts and sums are far below 2^52")]
pub fn attribution(
    threads: &Threads,
    period: &Period,
    model: Model,
    lookback_days: u32,
) -> Result<AttributionReport, AnalysisError> {
    let Model::Last = model;
    let touch_times = threads.touchpoints.column("time")?.i64()?;
    let sources = threads.touchpoints.column("source")?.str()?;
    let conversions = &threads.conversions;
    let times = conversions.column("time")?.i64()?;
    let values = conversions.column("value_e4")?.i64()?;
    let currencies = conversions.column("currency")?.str()?;
    let from = conversions.column("touch_from")?.u64()?;
    let to = conversions.column("touch_to")?.u64()?;
    let lookback = i64::from(lookback_days) * DAY_MS;

    let mut credit: BTreeMap<Key<'_>, (u64, Option<i128>)> = BTreeMap::new();
    let mut total = 0_u64;
    for row in 0..conversions.height() {
        let Some(time) = times.get(row) else { continue };
        if time < period.from.0 || time >= period.to.0 {
            continue;
        }
        let touches = from.get(row).unwrap_or(0)..to.get(row).unwrap_or(0);
        let last = touches.last().and_then(|last| usize::try_from(last).ok());
        let last = last.filter(|last| {
            touch_times.get(*last).is_some_and(|touched| time - touched <= lookback)
        });
        let channel = last.and_then(|last| sources.get(last)).unwrap_or(NONE);
        let currency = currencies.get(row).filter(|currency| !currency.is_empty());
        let entry = credit.entry((channel, currency)).or_default();
        entry.0 += 1;
        if let Some(value) = values.get(row) {
            entry.1 = Some(entry.1.unwrap_or(0) + i128::from(value));
        }
        total += 1;
    }
    let mut channels: Vec<ChannelCredit> = credit
        .into_iter()
        .map(|((channel, currency), (count, value_e4))| ChannelCredit {
            channel: channel.to_owned(),
            conversions: count as f64,
            value: value_e4.map(|value| value as f64 / 10_000.0),
            currency: currency.map(str::to_owned),
        })
        .collect();
    channels.sort_by(|a, b| b.conversions.total_cmp(&a.conversions));
    Ok(AttributionReport {
        model: model.as_str(),
        lookback_days,
        channels,
        total_conversions: total as f64,
    })
}
