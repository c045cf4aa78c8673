//! Something to tell: the name of a message, and what stands in it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use fluent_bundle::FluentValue;
use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use fluent_templates::Loader;
use serde::{Serialize, Serializer};

use super::known::{CURRENT, Language, MESSAGES, decimal};

/// A message that is not yet put into words. As text it is in the language of the task that asks, as JSON in
/// English.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    name: Cow<'static, str>,
    values: Vec<(&'static str, Value)>,
}

/// What may stand in a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text as it is.
    Text(String),
    /// A count, by which a message may choose its words: one lead, two leads.
    Count(u64),
    /// A number, and its places behind the mark.
    Decimal(f64, usize),
    /// A part of so many, told in percents.
    Share(f64, u64),
    /// Another message.
    Message(Box<Message>),
}

/// The message of a name; `name.attribute` for what hangs on it, such as a definition.
pub fn say(name: impl Into<Cow<'static, str>>) -> Message {
    Message { name: name.into(), values: Vec::new() }
}

impl Message {
    /// With a value of a name.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// With a text of a name as something else calls it; as it was, if there is none of that name.
    #[must_use]
    pub fn with_changed(mut self, name: &str, change: impl Fn(&str) -> String) -> Self {
        for (known, value) in &mut self.values {
            if let Value::Text(text) = value
                && *known == name
            {
                *text = change(text);
            }
        }
        self
    }

    /// Whether there is a message of this name that takes no values.
    #[must_use]
    pub fn is_known(&self) -> bool {
        MESSAGES.try_lookup(&Language::english().id, &self.name).is_some()
    }

    /// In words of a language.
    pub(super) fn in_language(&self, language: &'static Language) -> String {
        CURRENT.sync_scope(language, || self.to_string())
    }

    /// As HTML: the message's own marks count, values are escaped.
    #[must_use]
    pub fn markup(mut self) -> askama::filters::Safe<String> {
        self.escape();
        askama::filters::Safe(self.to_string())
    }

    fn escape(&mut self) {
        for (_, value) in &mut self.values {
            match value {
                Value::Text(text) => *text = escaped(text),
                Value::Message(message) => message.escape(),
                Value::Count(_) | Value::Decimal(..) | Value::Share(..) => {}
            }
        }
    }
}

fn escaped(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .map_or_else(|never| match never {}, |text| text.to_string())
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: HashMap<Cow<'static, str>, FluentValue<'_>> =
            self.values.iter().map(|(name, value)| ((*name).into(), value.of_message())).collect();
        let language = Language::current();
        f.write_str(&MESSAGES.lookup_with_args(&language.id, &self.name, &values))
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.in_language(Language::english()))
    }
}

impl Value {
    fn of_message(&self) -> FluentValue<'_> {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Count(count) => (*count).into(),
            Self::Decimal(number, places) => {
                let options = FluentNumberOptions {
                    minimum_fraction_digits: Some(*places),
                    ..FluentNumberOptions::default()
                };
                FluentValue::Number(FluentNumber::new(*number, options))
            }
            Self::Share(part, of) => share_of(*part, *of).into(),
            Self::Message(message) => message.to_string().into(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<Message> for Value {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}

/// Templates loop over references.
impl<T: Clone + Into<Value>> From<&T> for Value {
    fn from(value: &T) -> Self {
        value.clone().into()
    }
}

/// Of fewer a part has no place behind the mark: one more or less changes it by a percent or more.
const MANY: u64 = 100;

/// Places behind the mark of a part of so many, in percents.
#[must_use]
pub fn places_of(of: u64) -> usize {
    usize::from(of >= MANY)
}

/// A part of so many as percents: `12.3 %`, and of few `12 %`.
#[must_use]
pub fn share_of(part: f64, of: u64) -> String {
    percent(part, places_of(of))
}

/// A part as percents with so many places behind the mark: `12.3 %`.
#[must_use]
pub fn percent(part: f64, places: usize) -> String {
    say("percent").with("number", decimal(part * 100.0, places)).to_string()
}

impl Language {
    /// What it calls itself.
    #[must_use]
    pub fn own_name(&'static self) -> String {
        say("language-name").in_language(self)
    }
}

/// What templates call messages by: `{{ "funnel-title"|say }}`.
#[expect(
    missing_docs,
    clippy::inline_always,
    clippy::missing_errors_doc,
    reason = "the macro makes types that nobody names"
)]
pub mod filters {
    use super::Message;

    /// The message of a name, `{{ ("x-left-out"|say).with("count", left_out) }}` with a value in it.
    #[askama::filter_fn]
    pub fn say(name: &str, _: &dyn askama::Values) -> askama::Result<Message> {
        Ok(super::say(name.to_owned()))
    }

    /// The head of a column of figures: the message of a name, and on hover its definition, `name.meaning`.
    #[askama::filter_fn]
    pub fn column(
        name: &str,
        _: &dyn askama::Values,
    ) -> askama::Result<askama::filters::Safe<String>> {
        let [label, meaning] = ["", ".meaning"]
            .map(|part| super::escaped(&super::say(format!("{name}{part}")).to_string()));
        let head = format!("<th scope=\"col\" class=\"n\" title=\"{meaning}\">{label}</th>");
        Ok(askama::filters::Safe(head))
    }

    /// The message of a name, whose own marks count.
    #[askama::filter_fn]
    pub fn markup(
        name: &str,
        _: &dyn askama::Values,
    ) -> askama::Result<askama::filters::Safe<String>> {
        Ok(super::say(name.to_owned()).markup())
    }
}
