//! What stands for the text of a message that is not stored: by it two copies of one moment are told apart.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::normalize::identity::event_id;

/// The field that holds a mark.
pub(super) const FIELD: &str = "text_mark";

/// By which marks are made: without it nobody can tell by a mark whether a text was "yes" or "no".
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MarkKey(u128);

impl MarkKey {
    /// Of a secret that every process knows and no database holds.
    #[must_use]
    pub fn new(secret: &SecretString) -> Self {
        Self(event_id(&["text marks", secret.expose_secret()]).0)
    }

    /// Twelve bits: of two texts one in 4,096 times the same.
    pub(super) fn mark(self, text: &str) -> u64 {
        let key = format!("{:032x}", self.0);
        u64::try_from(event_id(&[&key, text]).0 & 0xfff).unwrap_or_default()
    }
}

impl fmt::Debug for MarkKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MarkKey")
    }
}

/// Whether two stored messages have the same text; `None` if that is not known of one of them.
pub fn is_same_text(one: &Value, other: &Value) -> Option<bool> {
    let told = |message: &Value| {
        let text = message["text"].as_str().map(str::to_owned);
        (text, message[FIELD].as_u64())
    };
    match (told(one), told(other)) {
        ((Some(one), _), (Some(other), _)) => Some(one == other),
        ((_, Some(one)), (_, Some(other))) => Some(one == other),
        _ => None,
    }
}
