//! Rules that make conversions of events: a button's payload, or a phone number or an e-mail
//! address that the person shared as a quick reply.

use regex::Regex;
use rust_decimal::Decimal;
use serde::Deserialize;
use thiserror::Error;

use super::identity::event_id;
use crate::domain::{Channel, ConversionMark, Event, EventId, Kind, Touch};

/// One rule, as the configuration writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConversionRule {
    /// The goal: `lead`, `purchase` or a name of your own.
    pub name: String,
    /// Kind of the event: `message` (quick replies), `postback`, `form` (a lead ad's or one within the
    /// thread) or `label` (of the inbox).
    pub kind: String,
    /// Regular expression over the payload, the form's id or the label's name. Its groups `value` and `currency`, if it has them,
    /// are the conversion's.
    pub payload: String,
}

/// Why a rule cannot be used.
#[derive(Debug, Error)]
pub enum RuleError {
    /// The kind is none that a person can convert by.
    #[error("conversions.rules[{index}].kind: {kind:?} is none of message, postback, form, label")]
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
pub struct ConversionRules(Vec<(String, Cause, Regex)>);

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Message,
    Postback,
    Form,
    Label,
}

impl Cause {
    const NAMES: [(&'static str, Self); 4] = [
        ("message", Self::Message),
        ("postback", Self::Postback),
        ("form", Self::Form),
        ("label", Self::Label),
    ];

    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, cause)| cause)
    }

    fn as_str(self) -> &'static str {
        Self::NAMES.into_iter().find(|(_, cause)| *cause == self).map_or("", |(name, _)| name)
    }

    fn of(event: &Event) -> Option<Self> {
        Some(match (event.kind, event.name.as_str()) {
            (Kind::Message, _) => Self::Message,
            (Kind::Postback, _) => Self::Postback,
            (Kind::Other, "leadgen" | "messaging_in_thread_lead_form_submit") => Self::Form,
            (Kind::Other, "inbox_labels") => Self::Label,
            _ => return None,
        })
    }

    /// Whether a rule looks at an event of this cause. On WhatsApp a tapped button is a message: what postbacks are
    /// elsewhere.
    fn is(self, looked_at: Self, event: &Event) -> bool {
        let is_button = event.channel == Channel::WhatsApp && self == Self::Message;
        self == looked_at || is_button && looked_at == Self::Postback
    }
}

impl Default for ConversionRules {
    fn default() -> Self {
        Self::new(&default_rules()).unwrap_or_else(|_| Self(Vec::new()))
    }
}

/// The rules of a configuration that names none: a form is a lead; so is the label `Lead`, while `Paid`,
/// `Purchase` and `Order complete` are purchases; a phone number or an e-mail address as quick
/// reply, or a postback whose payload starts with `LEAD`, is a lead; a postback `PURCHASE`, with
/// `:49.90:EUR` behind it or not, is a purchase.
fn default_rules() -> Vec<ConversionRule> {
    [
        ("lead", "message", r"^\+?[0-9][0-9 ().-]{6,20}$"),
        ("lead", "message", r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
        ("lead", "postback", r"^LEAD(?:[:_].*)?$"),
        ("lead", "form", r""),
        ("lead", "label", r"(?i)^(?:lead|new lead|qualified)$"),
        ("purchase", "label", r"(?i)^(?:paid|purchase|order complete)$"),
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
            let Some(cause) = Cause::from_name(&rule.kind) else {
                return Err(RuleError::Kind { index, kind: rule.kind.clone() });
            };
            let pattern = Regex::new(&rule.payload)
                .map_err(|source| RuleError::Pattern { index, source: Box::new(source) })?;
            checked.push((rule.name.clone(), cause, pattern));
        }
        Ok(Self(checked))
    }

    /// Each rule: the conversion's name, the kind of the event, and the pattern of its payload.
    pub fn rules(&self) -> impl Iterator<Item = [&str; 3]> {
        self.0
            .iter()
            .map(|(name, cause, pattern)| [name.as_str(), cause.as_str(), pattern.as_str()])
    }

    /// The conversions that an event is, at most one a goal. Each is an event of its own, right
    /// behind its cause.
    pub(super) fn apply(&self, event: &Event) -> Vec<Event> {
        let mut found: Vec<Event> = Vec::new();
        let Some(cause) = Cause::of(event) else { return found };
        // A form without an id is one all the same; a message without a payload is none.
        if event.payload.is_empty() && cause != Cause::Form {
            return found;
        }
        for (name, looked_at, pattern) in &self.0 {
            let known = found.iter().any(|conversion| conversion.name == *name);
            if known || !cause.is(*looked_at, event) {
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

fn event_touch(cause: &Event) -> Option<Touch> {
    cause.touch.clone().filter(|_| cause.name == "leadgen")
}

/// The id of a conversion of that name by an event.
#[must_use]
pub fn conversion_id(name: &str, cause: EventId) -> EventId {
    event_id(&["conversion", name, &cause.to_string()])
}

fn conversion(cause: &Event, name: &str, value: Option<Decimal>, currency: &str) -> Event {
    Event {
        id: conversion_id(name, cause.id),
        kind: Kind::Conversion,
        name: name.to_owned(),
        mid: String::new(),
        payload: String::new(),
        text: String::new(),
        app_id: String::new(),
        persona_id: String::new(),
        tag: String::new(),
        contacts: Vec::new(),
        // A lead ad's form is no act in a thread: its lead carries the ad.
        touch: event_touch(cause),
        conversion: Some(ConversionMark {
            name: name.to_owned(),
            value,
            currency: if value.is_some() { currency.to_owned() } else { String::new() },
        }),
        raw: serde_json::json!({ "cause": cause.id.to_string() }).to_string(),
        ..cause.clone()
    }
}
