//! A written funnel is checked: what comes out can be counted.

use super::bounds;
use super::definition::{Funnel, Order, Reentry, Rules, Unit};
use super::error::{FunnelError, wrong};
use super::written::{OneOrMany, WrittenFunnel, WrittenMatch};
use crate::analysis::Dimension;
use crate::analysis::steps::BEFORE_OPENING;
use crate::domain::{EventMatch, Kind, Source};
use std::sync::Arc;

/// Steps of a funnel at most; a step is a bit of a mask.
const MOST_STEPS: usize = 20;
/// Exclusions at most.
const MOST_EXCLUSIONS: usize = 10;
const DEFAULT_WINDOW_MS: i64 = 28 * 86_400_000;

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
            place: String::new(),
            is_archived: false,
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
