//! Rules that make conversions of events: a button's payload, or a phone number or an e-mail
//! address that the person shared as a quick reply.

use regex::Regex;
use rust_decimal::Decimal;
use serde::Deserialize;
use thiserror::Error;

use super::identity::event_id;
use crate::domain::{ConversionMark, Event, Kind};

/// One rule, as the configuration writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConversionRule {
    /// The goal: `lead`, `purchase` or a name of your own.
    pub name: String,
    /// Kind of the event: `message` (quick replies) or `postback`.
    pub kind: String,
    /// Regular expression over the payload. Its groups `value` and `currency`, if it has them,
    /// are the conversion's.
    pub payload: String,
}

/// Why a rule cannot be used.
#[derive(Debug, Error)]
pub enum RuleError {
    /// The kind is none that a person can convert by.
    #[error("conversions.rules[{index}].kind: {kind:?} is none of message, postback")]
    Kind {
        /// Place of the rule.
        index: usize,
        /// What it says.
        kind: String,
    },
    /// The pattern is no regular expression.
    #[error("conversions.rules[{index}].payload: {source}")]
    Pattern {
        /// Place of the rule.
        index: usize,
        /// What is wrong.
        source: Box<regex::Error>,
    },
}

/// Rules that have been checked.
#[derive(Debug, Clone)]
pub struct ConversionRules(Vec<(String, Kind, Regex)>);

impl Default for ConversionRules {
    fn default() -> Self {
        Self::new(&default_rules()).unwrap_or_else(|_| Self(Vec::new()))
    }
}

/// The rules of a configuration that names none: a phone number or an e-mail address as quick
/// reply, or a postback whose payload starts with `LEAD`, is a lead; a postback `PURCHASE`, with
/// `:49.90:EUR` behind it or not, is a purchase.
fn default_rules() -> Vec<ConversionRule> {
    [
        ("lead", "message", r"^\+?[0-9][0-9 ().-]{6,20}$"),
        ("lead", "message", r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
        ("lead", "postback", r"^LEAD(?:[:_].*)?$"),
        (
            "purchase",
            "postback",
            r"^PURCHASE(?:[:_](?<value>[0-9]+(?:\.[0-9]+)?)[:_](?<currency>[A-Z]{3}))?$",
        ),
    ]
    .map(|(name, kind, payload)| ConversionRule {
        name: name.to_owned(),
        kind: kind.to_owned(),
        payload: payload.to_owned(),
    })
    .to_vec()
}

impl ConversionRules {
    /// Checks rules.
    ///
    /// # Errors
    /// With the place of the first rule that cannot be used.
    pub fn new(rules: &[ConversionRule]) -> Result<Self, RuleError> {
        let mut checked = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let Some(kind @ (Kind::Message | Kind::Postback)) = Kind::from_name(&rule.kind) else {
                return Err(RuleError::Kind { index, kind: rule.kind.clone() });
            };
            let pattern = Regex::new(&rule.payload)
                .map_err(|source| RuleError::Pattern { index, source: Box::new(source) })?;
            checked.push((rule.name.clone(), kind, pattern));
        }
        Ok(Self(checked))
    }

    /// The conversions that an event is, at most one a goal. Each is an event of its own, right
    /// behind its cause.
    pub(super) fn apply(&self, event: &Event) -> Vec<Event> {
        let mut found: Vec<Event> = Vec::new();
        if event.payload.is_empty() {
            return found;
        }
        for (name, kind, pattern) in &self.0 {
            let known = found.iter().any(|conversion| conversion.name == *name);
            if known || event.kind != *kind {
                continue;
            }
            let Some(groups) = pattern.captures(&event.payload) else { continue };
            let value = groups.name("value").and_then(|value| value.as_str().parse().ok());
            let currency = groups.name("currency").map_or("", |group| group.as_str());
            found.push(conversion(event, name, value, currency));
        }
        found
    }
}

fn conversion(cause: &Event, name: &str, value: Option<Decimal>, currency: &str) -> Event {
    Event {
        id: event_id(&["conversion", name, &cause.id.to_string()]),
        kind: Kind::Conversion,
        name: name.to_owned(),
        mid: String::new(),
        payload: String::new(),
        text: String::new(),
        app_id: String::new(),
        persona_id: String::new(),
        tag: String::new(),
        touch: None,
        conversion: Some(ConversionMark {
            name: name.to_owned(),
            value,
            currency: if value.is_some() { currency.to_owned() } else { String::new() },
        }),
        raw: serde_json::json!({ "cause": cause.id.to_string() }).to_string(),
        ..cause.clone()
    }
}
