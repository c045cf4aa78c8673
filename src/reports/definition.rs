//! What a report is: a question, when it is asked, and where the answer goes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::dataset::Dataset;
use super::range::Range;
use crate::analysis::DEFAULT_FUNNEL;
use crate::domain::{Schedule, ScheduleError, Timestamp};
use crate::insights::format::Format;
use crate::insights::invalid_parameter::InvalidParameter;
use crate::insights::query::{CreditParams, Defaults, QueryParams, Question};
use crate::language::{Message, say};

/// A report as it is written: in the settings, or on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenReport {
    /// By which it is known: letters, digits, `-` and `_`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What is asked: `funnel`, `attribution`, `ads`, …
    pub question: String,
    /// Which funnel, if it is one.
    pub funnel: String,
    /// What it covers: `yesterday`, `last_7_days`, …
    pub range: String,
    /// Breakdown.
    pub by: Vec<String>,
    /// Only what has these values of dimensions.
    pub filters: BTreeMap<String, String>,
    /// Rows of the breakdown at most.
    pub top: Option<u32>,
    /// Attribution model.
    pub model: Option<String>,
    /// Only conversions of this name.
    pub conversion: Option<String>,
    /// Days before a conversion in which touchpoints earn credit.
    pub lookback_days: Option<u32>,
    /// When: a cron expression; empty: by hand only.
    pub schedule: String,
    /// The zone of schedule, range and days; empty: that of the settings.
    pub time_zone: String,
    /// Files that are made: `csv`, `xlsx`, `parquet`, `arrow`, `json`.
    pub formats: Vec<String>,
    /// CSV as numbers are written there.
    pub locale: String,
    /// Whether CSV begins with a byte order mark.
    pub bom: bool,
    /// Names of destinations.
    pub to: Vec<String>,
}

impl Default for WrittenReport {
    fn default() -> Self {
        Self {
            name: String::new(),
            title: String::new(),
            question: "funnel".to_owned(),
            funnel: DEFAULT_FUNNEL.to_owned(),
            range: "yesterday".to_owned(),
            by: Vec::new(),
            filters: BTreeMap::new(),
            top: None,
            model: None,
            conversion: None,
            lookback_days: None,
            schedule: String::new(),
            time_zone: String::new(),
            formats: vec!["csv".to_owned()],
            locale: String::new(),
            bom: false,
            to: Vec::new(),
        }
    }
}

/// What is wrong with a report, by the key, in the language of whoever reads it.
#[derive(Debug, thiserror::Error)]
pub struct ReportError {
    /// The key at fault.
    pub key: &'static str,
    /// What is wrong, and what would be right.
    pub reason: Message,
}

impl ReportError {
    /// Of what other rooms say in English alone.
    pub(super) fn told(key: &'static str, reason: String) -> Self {
        Self { key, reason: say("reports-told").with("text", reason) }
    }
}

impl fmt::Display for ReportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = say("reports-wrong").with("reason", &self.reason);
        let field = say(format!("reports-key-{}", self.key));
        // The key itself, if the form has no field for it.
        let told =
            if field.is_known() { told.with("field", field) } else { told.with("field", self.key) };
        write!(formatter, "{told}")
    }
}

fn of_schedule(error: ScheduleError) -> Message {
    match error {
        ScheduleError::NoExpression { expression, reason } => {
            say("reports-no-expression").with("expression", expression).with("reason", reason)
        }
        ScheduleError::NoZone(zone) => say("reports-no-zone").with("zone", zone),
        ScheduleError::Never(expression) => say("reports-never").with("expression", expression),
    }
}

/// A report that can be made.
#[derive(Debug, Clone)]
pub struct Report {
    /// As it is written.
    pub written: WrittenReport,
    /// What is asked.
    pub topic: Dataset,
    /// When; `None`: by hand only.
    pub schedule: Option<Schedule>,
    /// Files that are made.
    pub formats: Vec<Format>,
    zone: TimeZone,
    range: Range,
}

impl WrittenReport {
    /// Checks it. `funnels` and `destinations` are those that there are.
    ///
    /// # Errors
    /// With the key that is wrong.
    pub fn check(
        self,
        defaults: &Defaults,
        has_funnel: impl Fn(&str) -> bool,
        has_destination: impl Fn(&str) -> bool,
    ) -> Result<Report, ReportError> {
        let wrong = |key| move |reason: Message| ReportError { key, reason };
        let told = |key| move |reason: String| ReportError::told(key, reason);
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_name = (1..=60).contains(&self.name.len()) && self.name.bytes().all(is_letter);
        // /reports/new is a page.
        if !is_name || self.name == "new" {
            let name: String = self.name.chars().take(60).collect();
            return Err(wrong("name")(say("reports-bad-name").with("name", name)));
        }
        if self.title.chars().count() > 200 || self.title.chars().any(char::is_control) {
            return Err(wrong("title")(say("reports-bad-title")));
        }
        for (key, list) in [("formats", &self.formats), ("to", &self.to), ("by", &self.by)] {
            let mut seen = BTreeSet::new();
            if let Some(twice) = list.iter().find(|one| !seen.insert(*one)) {
                return Err(wrong(key)(say("reports-twice").with("text", twice)));
            }
        }
        let topic = Dataset::parse(&self.question, &self.funnel).map_err(told("question"))?;
        if let Dataset::Funnel(name) = &topic
            && !has_funnel(name)
        {
            return Err(wrong("funnel")(say("reports-no-funnel").with("name", name)));
        }
        let of_topic =
            |what| say(what).with("question", say(format!("reports-topic-{}", self.question)));
        if !self.by.is_empty() && !topic.takes_breakdown() {
            return Err(wrong("by")(of_topic("reports-no-breakdown")));
        }
        if !self.filters.is_empty() && !topic.takes_filters() {
            return Err(wrong("filters")(of_topic("reports-no-filters")));
        }
        if self.filters.iter().any(|(name, value)| name.contains([';', '=']) || value.contains(';'))
        {
            return Err(wrong("filters")(say("reports-semicolon")));
        }
        let range = Range::parse(&self.range).map_err(wrong("range"))?;
        let zone = if self.time_zone.is_empty() {
            defaults.zone.clone()
        } else {
            let no_zone = |_| say("reports-no-iana-zone").with("zone", &self.time_zone);
            TimeZone::get(&self.time_zone).map_err(no_zone).map_err(wrong("time_zone"))?
        };
        let schedule = (!self.schedule.is_empty())
            .then(|| Schedule::new(&self.schedule, zone.iana_name().unwrap_or("UTC")));
        let schedule = schedule.transpose().map_err(of_schedule).map_err(wrong("schedule"))?;
        let formats = self.formats.iter().map(|name| Format::parse(name));
        let formats = formats.collect::<Result<Vec<_>, _>>();
        let formats = formats.map_err(|error| ReportError::told("formats", error.reason))?;
        let is_file = |format: &Format| format.has_rows() || *format == Format::Json;
        if formats.is_empty() || !formats.iter().all(is_file) {
            return Err(wrong("formats")(say("reports-no-file")));
        }
        if let Some(name) = self.to.iter().find(|name| !has_destination(name)) {
            return Err(wrong("to")(say("reports-no-destination").with("name", name)));
        }
        let report = Report { written: self, topic, schedule, formats, zone, range };
        // What else can be wrong is known when it is asked.
        let asked = report.question(defaults, Timestamp(1_767_225_600_000));
        asked.map_err(|InvalidParameter { parameter, reason }| {
            ReportError::told(parameter, reason)
        })?;
        Ok(report)
    }
}

impl Report {
    /// By which it is known.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.written.name
    }

    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.written.title.is_empty() { &self.written.name } else { &self.written.title }
    }

    /// The zone of its days.
    #[must_use]
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// By which a schedule is known: another one begins anew. Empty without one.
    #[must_use]
    pub fn schedule_key(&self) -> String {
        match &self.schedule {
            Some(_) => format!("{} {}", self.written.schedule, self.zone()),
            None => String::new(),
        }
    }

    /// The question as of an instant.
    ///
    /// # Errors
    /// With the parameter that is wrong.
    pub fn question(
        &self,
        defaults: &Defaults,
        due: Timestamp,
    ) -> Result<Question, InvalidParameter> {
        let WrittenReport {
            by, filters, top, model, conversion, lookback_days, locale, bom, ..
        } = &self.written;
        let period = self.range.as_of(due, &self.zone);
        let asked = QueryParams {
            from: Some(period.from.to_rfc3339()),
            to: Some(period.to.to_rfc3339()),
            by: Some(by.join(",")),
            filter: Some(
                filters
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect::<Vec<_>>()
                    .join(";"),
            ),
            top: top.map(|top| top.to_string()),
            locale: Some(locale.clone()),
            bom: Some(bom.to_string()),
            credit: CreditParams {
                model: model.clone(),
                conversion: conversion.clone(),
                lookback_days: lookback_days.map(|days| days.to_string()),
                ..CreditParams::default()
            },
            ..QueryParams::default()
        };
        asked.understand(&Defaults { zone: self.zone.clone(), ..defaults.clone() }, due)
    }

    /// SHA-256 of what its figures depend on: its question, and of the settings `besides` that it takes
    /// part in; not when it is made, in which forms, for whom, and how it is called.
    #[must_use]
    pub fn hash(&self, besides: &str) -> String {
        let asked = WrittenReport {
            name: String::new(),
            title: String::new(),
            schedule: String::new(),
            formats: Vec::new(),
            to: Vec::new(),
            time_zone: self.zone().to_owned(),
            ..self.written.clone()
        };
        let keys = serde_json::to_value(&asked).unwrap_or_default();
        // In the order of the alphabet, whatever order the program has them in.
        let keys: BTreeMap<&String, _> = keys.as_object().into_iter().flatten().collect();
        let text = serde_json::to_string(&keys).unwrap_or_default();
        hex::encode(Sha256::digest(format!("{text}\n{besides}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn defaults() -> Defaults {
        Defaults {
            zone: TimeZone::UTC,
            model: crate::analysis::Model::Last,
            parameters: crate::analysis::Parameters::default(),
            refs: Arc::default(),
        }
    }

    fn check(change: impl Fn(&mut WrittenReport)) -> Result<Report, ReportError> {
        let mut written = WrittenReport { name: "weekly".to_owned(), ..WrittenReport::default() };
        change(&mut written);
        written.check(&defaults(), |name| name == DEFAULT_FUNNEL, |name| name == "team")
    }

    #[test]
    fn what_is_wrong_is_told_by_its_key() {
        type Change = fn(&mut WrittenReport);
        let wrong: [(Change, &str); 16] = [
            (|report| report.name = "../etc".to_owned(), "name: \"../etc\" is not made"),
            (|report| report.question = "all".to_owned(), "question: \"all\" is nothing to ask"),
            (|report| report.funnel = "x".to_owned(), "funnel: there is no funnel \"x\""),
            (|report| report.range = "ever".to_owned(), "range: \"ever\" is no range"),
            (|report| report.by = vec!["moon".to_owned()], "by: "),
            (|report| report.model = Some("luck".to_owned()), "model: "),
            (|report| report.schedule = "soon".to_owned(), "schedule: \"soon\" is no cron"),
            (|report| report.time_zone = "Mars".to_owned(), "time_zone: \"Mars\" is no IANA"),
            (|report| report.formats = vec!["pdf".to_owned()], "formats: unknown format"),
            (|report| report.formats = vec!["svg".to_owned()], "formats: files are csv"),
            (|report| report.name = "new".to_owned(), "name: \"new\" is not made"),
            (|report| report.title = "two\nlines".to_owned(), "title: it is longer than 200"),
            (
                |report| report.formats = vec!["csv".to_owned(); 2],
                "formats: \"csv\" is there twice",
            ),
            (|report| report.to = vec!["team".to_owned(); 2], "to: \"team\" is there twice"),
            (|report| report.locale = "?".to_owned(), "locale: \"?\" is no locale"),
            (|report| report.to = vec!["boss".to_owned()], "to: there is no destination \"boss\""),
        ];
        for (change, told) in wrong {
            let error = check(change).unwrap_err().to_string();
            assert!(error.starts_with(told), "{error}");
        }
        let list = |report: &mut WrittenReport| {
            report.question = "touchpoints".to_owned();
            report.by = vec!["source".to_owned()];
        };
        assert_eq!(check(list).unwrap_err().to_string(), "by: touchpoints takes no breakdown");
        assert!(check(|report| report.to = vec!["team".to_owned()]).is_ok());
    }

    #[test]
    fn the_hash_is_of_what_figures_depend_on() {
        let hash = |change: fn(&mut WrittenReport)| check(change).unwrap().hash("");
        let usual = hash(|_| ());
        assert_eq!(usual, hash(|report| report.schedule = "0 7 * * *".to_owned()));
        assert_eq!(usual, hash(|report| report.title = "Weekly".to_owned()));
        assert_eq!(usual, hash(|report| report.time_zone = "UTC".to_owned()));
        assert_ne!(usual, hash(|report| report.time_zone = "Europe/Paris".to_owned()));
        assert_ne!(usual, hash(|report| report.by = vec!["ad".to_owned()]));
    }
}
