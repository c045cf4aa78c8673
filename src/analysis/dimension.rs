//! What a funnel can be broken down by.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::tz::TimeZone;
use polars_core::frame::DataFrame;
use polars_core::prelude::{NamedFrom, PolarsResult, Series};

use super::AnalysisError;
use crate::domain::{AdDay, RefRules, Source};

/// A property of a conversation, by its opening, or of a touchpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// The entry point it was opened by.
    Source,
    /// The Page.
    Page,
    /// The messaging product: messenger, instagram or whatsapp.
    Channel,
    /// The person's country: what their number or id on WhatsApp tells.
    Country,
    /// The referral parameter of the opening act.
    Ref,
    /// One `key=value` part of the referral parameter: `ref.key`.
    RefPart(String, Arc<RefRules>),
    /// The ad of the opening act.
    Ad,
    /// The registered link with that referral parameter, by its slug.
    Link,
    /// The ad set of the ad, as its spend names it.
    AdSet,
    /// Where the ad was shown: what spend tells; no conversation has one.
    Placement,
    /// The campaign of the link, or of the ad as its spend names it.
    Campaign,
    /// The link's medium.
    Medium,
    /// The link's owner.
    Owner,
    /// Host and path of the page that the visitor was on (chat plugin).
    Referer,
    /// The day it was opened, in the report's zone.
    Day,
    /// The Monday of the week it was opened in, in the report's zone.
    Week,
    /// The hour of day it was opened at, in the report's zone.
    Hour,
}

impl Dimension {
    const ALL: [Self; 16] = [
        Self::Source,
        Self::Page,
        Self::Channel,
        Self::Country,
        Self::Ref,
        Self::Ad,
        Self::AdSet,
        Self::Placement,
        Self::Link,
        Self::Campaign,
        Self::Medium,
        Self::Owner,
        Self::Referer,
        Self::Day,
        Self::Week,
        Self::Hour,
    ];

    /// Its name in questions and reports.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Source => "source",
            Self::Page => "page",
            Self::Channel => "channel",
            Self::Country => "country",
            Self::Ref => "ref",
            Self::RefPart(key, _) => return Cow::Owned(format!("ref.{key}")),
            Self::Ad => "ad",
            Self::AdSet => "ad_set",
            Self::Placement => "placement",
            Self::Link => "link",
            Self::Campaign => "campaign",
            Self::Medium => "medium",
            Self::Owner => "owner",
            Self::Referer => "referer",
            Self::Day => "day",
            Self::Week => "week",
            Self::Hour => "hour",
        })
    }

    /// Whether its values run forwards.
    #[must_use]
    pub fn is_time(&self) -> bool {
        matches!(self, Self::Day | Self::Week | Self::Hour)
    }

    /// Those whose values may drive a step: what was decided before it.
    #[must_use]
    pub fn drivers() -> [Self; 11] {
        [
            Self::Source,
            Self::Page,
            Self::Channel,
            Self::Country,
            Self::Ad,
            Self::AdSet,
            Self::Link,
            Self::Campaign,
            Self::Medium,
            Self::Owner,
            Self::Hour,
        ]
    }

    /// All names, for messages.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(|dimension| dimension.name()).join(", ") + ", ref.KEY"
    }

    fn parse(name: &str, rules: &Arc<RefRules>) -> Option<Self> {
        if let Some(key) = name.strip_prefix("ref.").filter(|key| !key.is_empty()) {
            return Some(Self::RefPart(key.to_ascii_lowercase(), Arc::clone(rules)));
        }
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// Reads a list such as `source,ad`; empty means no breakdown. The parts of refs are those that
    /// `rules` declare, and those of the ref's own form.
    ///
    /// # Errors
    /// [`AnalysisError::UnknownDimension`] with the allowed names.
    pub fn parse_list(text: &str, rules: &Arc<RefRules>) -> Result<Vec<Self>, AnalysisError> {
        let mut dimensions = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let unknown = || AnalysisError::UnknownDimension { asked: name.to_owned() };
            let dimension = Self::parse(name, rules).ok_or_else(unknown)?;
            if !dimensions.contains(&dimension) {
                dimensions.push(dimension);
            }
        }
        Ok(dimensions)
    }

    /// The dimension's value for each conversation or touchpoint, as text; null where there is none.
    /// `time` is the column of the instant that its day, week and hour are those of.
    pub(super) fn values(
        &self,
        rows: &DataFrame,
        time: &str,
        zone: &TimeZone,
    ) -> PolarsResult<Series> {
        let column = match self {
            Self::Source => "source",
            Self::Page => "page_id",
            Self::Channel => "channel",
            Self::Country => "country",
            Self::Ref => "ref",
            Self::Ad => "ad_id",
            Self::AdSet => "ad_set",
            Self::Placement => {
                let none: Vec<Option<&str>> = vec![None; rows.height()];
                return Ok(Series::new(self.name().as_ref().into(), none));
            }
            Self::Link => "link",
            Self::Campaign => "campaign",
            Self::Medium => "medium",
            Self::Owner => "owner",
            Self::Referer => "referer",
            Self::RefPart(key, rules) => {
                let refs = rows.column("ref")?.str()?;
                let values = refs.iter().map(|text| rules.part(text?, key));
                return Ok(Series::new(self.name().as_ref().into(), values.collect::<Vec<_>>()));
            }
            Self::Day | Self::Week | Self::Hour => {
                let times = rows.column(time)?.i64()?;
                let labels = times.iter().map(|time| self.label(time?, zone));
                return Ok(Series::new(self.name().as_ref().into(), labels.collect::<Vec<_>>()));
            }
        };
        let values = rows.column(column)?.str()?;
        let values = values.iter().map(|value| value.filter(|value| !value.is_empty()));
        Ok(Series::new(self.name().as_ref().into(), values.collect::<Vec<_>>()))
    }

    fn label(&self, time: i64, zone: &TimeZone) -> Option<String> {
        let local = zone.to_datetime(jiff::Timestamp::from_millisecond(time).ok()?);
        let date = local.date();
        Some(match self {
            Self::Week => week_of(date),
            Self::Hour => format!("{:02}", local.hour()),
            _ => date.to_string(),
        })
    }
}

/// A week as rows are called by it: its Monday.
#[must_use]
pub fn week_of(date: jiff::civil::Date) -> String {
    let since_monday = i64::from(date.weekday().to_monday_zero_offset());
    date.saturating_sub(jiff::Span::new().days(since_monday)).to_string()
}

/// What a day of an ad has of a dimension; `None` if nothing can be said.
pub(super) fn value_of_ad(dimension: &Dimension, day: &AdDay) -> Option<String> {
    match dimension {
        Dimension::Source => Some(Source::Ad.as_str().to_owned()),
        Dimension::Ad => Some(day.ad_id.clone()),
        Dimension::AdSet if !day.adset_name.is_empty() => Some(day.adset_name.clone()),
        Dimension::Placement if !day.placement().is_empty() => Some(day.placement()),
        Dimension::Campaign if !day.campaign_name.is_empty() => Some(day.campaign_name.clone()),
        Dimension::Day => Some(day.date.to_string()),
        Dimension::Week => Some(week_of(day.date)),
        _ => None,
    }
}
