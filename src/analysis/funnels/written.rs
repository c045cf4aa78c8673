//! Funnels as a team writes them, in TOML or JSON, and whether they can be.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::bounds;
use super::definition::{Funnel, Order, Reentry, Rules, Unit};
use crate::analysis::Dimension;
use crate::analysis::funnel::BEFORE_OPENING;
use crate::domain::{EventMatch, Kind, Source};

/// Steps of a funnel at most; a step is a bit of a mask.
const MOST_STEPS: usize = 20;
/// Exclusions at most.
const MOST_EXCLUSIONS: usize = 10;
const DEFAULT_WINDOW_MS: i64 = 28 * 86_400_000;

/// A funnel as it is written, in TOML or JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenFunnel {
    /// Its name in addresses: small letters, digits, `-` and `_`.
    pub name: String,
    /// Its name on pages.
    pub title: Option<String>,
    /// What is counted: `conversation` (the usual) or `person`.
    pub unit: Option<String>,
    /// `ordered` (the usual), `strict` or `any`.
    pub order: Option<String>,
    /// How long after its first step an attempt may go on: `28d` (the usual), `36h`, `90m`, `none`.
    pub window: Option<String>,
    /// How long after a step the next one may come; without it as long as the window lasts.
    pub step_window: Option<String>,
    /// Which attempts of one unit count: `first` (the usual), `best` or `every`.
    pub reentry: Option<String>,
    /// The steps, 2 to 20.
    pub steps: Vec<WrittenMatch>,
    /// Events that end an attempt between two steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<WrittenMatch>,
    /// What the conversation in which an attempt begins must be: `{ source = "ad" }`, by the
    /// dimensions of a breakdown.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub filters: BTreeMap<String, String>,
    /// People who do not count, such as testers: `page/person`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_people: Vec<String>,
}

/// A step, or an exclusion: a matcher of events. All that is said must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenMatch {
    /// A step's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of an exclusion: number of the step behind which it counts, from 1; 1 without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<usize>,
    /// Of an exclusion: number of the step before which it counts; the last without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<usize>,
    /// Kinds: `message`, `echo`, `postback` and so on, one or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<OneOrMany>,
    /// Name of an event of kind `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<OneOrMany>,
    /// Regular expression over the payload of a postback or quick reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// Regular expression over the text, if texts are stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Regular expression over the ref.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub referral_ref: Option<String>,
    /// Doors, one or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<OneOrMany>,
    /// Ads, one or a list of ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ad: Option<OneOrMany>,
    /// Names of conversions, one or a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<OneOrMany>,
    /// A conversion's least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_value: Option<f64>,
    /// A conversion's largest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_value: Option<f64>,
}

/// One text, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several: one of them.
    Many(Vec<String>),
}

impl OneOrMany {
    /// All of them.
    pub(super) fn as_list(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }

    fn into_list(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// What is wrong with a written funnel: the key, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{key}: {reason}")]
pub struct FunnelError {
    /// The key, such as `steps[2].payload`.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
}

impl WrittenFunnel {
    /// Checks it.
    ///
    /// # Errors
    /// With the first key that is wrong.
    pub fn check(self) -> Result<Funnel, FunnelError> {
        let is_name = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
        };
        bounds::check(&self)?;
        if self.name.is_empty() || self.name.len() > 64 || !self.name.bytes().all(is_name) {
            let reason = format!("{:?} is not 1 to 64 small letters, digits, - and _", self.name);
            return Err(wrong("name", reason));
        }
        let unit = one_of(
            "unit",
            self.unit.as_deref().unwrap_or("conversation"),
            &[("conversation", Unit::Conversation), ("person", Unit::Person)],
        )?;
        let order = one_of(
            "order",
            self.order.as_deref().unwrap_or("ordered"),
            &[("ordered", Order::Ordered), ("strict", Order::Strict), ("any", Order::Any)],
        )?;
        let reentry = one_of(
            "reentry",
            self.reentry.as_deref().unwrap_or("first"),
            &[("first", Reentry::First), ("best", Reentry::Best), ("every", Reentry::Every)],
        )?;
        let window_ms = span("window", self.window.as_deref(), DEFAULT_WINDOW_MS)?;
        let step_window_ms = span("step_window", self.step_window.as_deref(), i64::MAX)?;
        if order == Order::Any && self.step_window.is_some() {
            let reason = "steps in any order have no step before: use window".to_owned();
            return Err(wrong("step_window", reason));
        }
        let count = self.steps.len();
        if !(2..=MOST_STEPS).contains(&count) {
            return Err(wrong("steps", format!("{count} steps; 2 to {MOST_STEPS} are possible")));
        }
        if self.exclude.len() > MOST_EXCLUSIONS {
            return Err(wrong("exclude", format!("more than {MOST_EXCLUSIONS}")));
        }
        let mut steps: Vec<String> = Vec::new();
        let mut matches = Vec::new();
        for (index, step) in self.steps.into_iter().enumerate() {
            if step.after.is_some() || step.before.is_some() {
                let reason = "only an exclusion stands between steps".to_owned();
                return Err(wrong(&format!("steps[{index}].after"), reason));
            }
            let name = step.name.clone().unwrap_or_else(|| format!("step {}", index + 1));
            if steps.contains(&name) {
                return Err(wrong(&format!("steps[{index}].name"), format!("{name:?} twice")));
            }
            if BEFORE_OPENING.contains(&name.as_str()) {
                let reason =
                    format!("{name:?} is what comes before a conversation: call it otherwise");
                return Err(wrong(&format!("steps[{index}].name"), reason));
            }
            steps.push(name);
            matches.push(step.check(&format!("steps[{index}]"))?);
        }
        let mut exclusions = Vec::new();
        for (index, written) in self.exclude.into_iter().enumerate() {
            let key = format!("exclude[{index}]");
            let (after, before) = (written.after.unwrap_or(1), written.before.unwrap_or(count));
            if !(1 <= after && after < before && before <= count) {
                let reason =
                    format!("after {after} and before {before} are no steps 1 to {count} in order");
                return Err(wrong(&format!("{key}.after"), reason));
            }
            let gaps = (after - 1..before - 1).fold(0, |gaps, gap| gaps | 1 << gap);
            exclusions.push((written.check(&key)?, gaps));
        }
        let mut exclude_people = Vec::new();
        for (index, person) in self.exclude_people.iter().enumerate() {
            let parts =
                person.split_once('/').filter(|(page, id)| !page.is_empty() && !id.is_empty());
            let Some((page, id)) = parts else {
                let reason = format!("{person:?} is not page/person");
                return Err(wrong(&format!("exclude_people[{index}]"), reason));
            };
            exclude_people.push((page.to_owned(), id.to_owned()));
        }
        let mut filters = Vec::new();
        for (name, value) in self.filters {
            let key = format!("filters.{name}");
            let parsed = Dimension::parse_list(&name, &Arc::default());
            let parsed = parsed.map_err(|error| wrong(&key, error.to_string()))?;
            let Ok([dimension]) = <[Dimension; 1]>::try_from(parsed) else {
                return Err(wrong(&key, "one dimension is one filter".to_owned()));
            };
            filters.push((dimension, value));
        }
        Ok(Funnel {
            title: self.title.unwrap_or_else(|| self.name.clone()),
            name: self.name,
            unit,
            rules: Rules { steps: count, order, window_ms, step_window_ms, reentry, limit: None },
            steps,
            matches,
            exclusions,
            filters,
            exclude_people,
        })
    }
}

impl WrittenMatch {
    fn check(self, key: &str) -> Result<EventMatch, FunnelError> {
        let key = |name: &str| format!("{key}.{name}");
        let list =
            |written: Option<OneOrMany>| written.map(OneOrMany::into_list).unwrap_or_default();
        let mut kinds = list(self.kind);
        for kind in &kinds {
            if Kind::from_name(kind).is_none() {
                let known = Kind::ALL.map(Kind::as_str).join(", ");
                return Err(wrong(&key("kind"), format!("{kind:?} is none of {known}")));
            }
        }
        let sources = list(self.source);
        for source in &sources {
            if Source::from_name(source).is_none() {
                let known = Source::ALL.map(Source::as_str).join(", ");
                return Err(wrong(&key("source"), format!("{source:?} is none of {known}")));
            }
        }
        let (events, conversions) = (list(self.event), list(self.conversion));
        let has_value = self.min_value.is_some() || self.max_value.is_some();
        let implied = match (events.is_empty(), conversions.is_empty() && !has_value) {
            (false, false) => {
                let reason = "an event is no conversion: say one of the two".to_owned();
                return Err(wrong(&key("event"), reason));
            }
            (false, true) => Some(Kind::Other),
            (true, false) => Some(Kind::Conversion),
            (true, true) => None,
        };
        if let Some(kind) = implied {
            if kinds.iter().any(|said| said != kind.as_str()) {
                let reason = format!("only {:?} goes with the rest of this matcher", kind.as_str());
                return Err(wrong(&key("kind"), reason));
            }
            kinds = vec![kind.as_str().to_owned()];
        }
        let mut patterns =
            [("payload", self.payload), ("text", self.text), ("ref", self.referral_ref)]
                .map(|(name, pattern)| (name, pattern.unwrap_or_default()));
        for (name, pattern) in &patterns {
            if let Err(error) = bounds::regex(pattern) {
                return Err(wrong(&key(name), error));
            }
        }
        let [payload, text, referral_ref] =
            std::array::from_fn(|index| std::mem::take(&mut patterns[index].1));
        for (name, value) in [("min_value", self.min_value), ("max_value", self.max_value)] {
            if value.is_some_and(|value| !value.is_finite()) {
                return Err(wrong(&key(name), "it is no number".to_owned()));
            }
        }
        if self.min_value.zip(self.max_value).is_some_and(|(least, most)| least > most) {
            return Err(wrong(&key("min_value"), "larger than max_value".to_owned()));
        }
        let names = [events, conversions].concat();
        let ads = list(self.ad);
        let found = EventMatch {
            kinds,
            names,
            payload,
            text,
            referral_ref,
            sources,
            ads,
            min_value: self.min_value,
            max_value: self.max_value,
        };
        if found == EventMatch::default() {
            let reason = "it says nothing, and would match every event".to_owned();
            return Err(wrong(&key("kind"), reason));
        }
        Ok(found)
    }
}

pub(super) fn wrong(key: &str, reason: String) -> FunnelError {
    FunnelError { key: key.to_owned(), reason }
}

fn one_of<T: Copy>(key: &str, said: &str, known: &[(&str, T)]) -> Result<T, FunnelError> {
    let found = known.iter().find(|(name, _)| *name == said).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        wrong(key, format!("{said:?} is none of {}", names.join(", ")))
    })
}

/// `28d`, `36h`, `90m`, `45s` or `none`, in milliseconds.
fn span(key: &str, said: Option<&str>, usual: i64) -> Result<i64, FunnelError> {
    let Some(said) = said else { return Ok(usual) };
    if said == "none" {
        return Ok(i64::MAX);
    }
    let unit = match said.bytes().last() {
        Some(b'd') => 86_400_000,
        Some(b'h') => 3_600_000,
        Some(b'm') => 60_000,
        Some(b's') => 1_000,
        _ => 0,
    };
    let number =
        said.get(..said.len().saturating_sub(1)).and_then(|number| number.parse::<i64>().ok());
    let span = number.filter(|number| *number > 0).and_then(|number| number.checked_mul(unit));
    span.filter(|span| *span > 0).ok_or_else(|| {
        wrong(key, format!("{said:?} is no time such as 28d, 36h, 90m, 45s or none"))
    })
}
