//! `[[conversions.rules]]` and `[[refs.rules]]`: what events and refs stand for.

use serde::Deserialize;

use super::keys::{Section, key, section};
use crate::domain::WrittenRefRule;
use crate::normalize::ConversionRule;

pub(super) const CONVERSIONS: Section = section(
    "[[conversions.rules]]",
    "Which events are conversions. Without the section the rules of [definitions](definitions.md) hold; with it only those that it names. `conversions.rules = []` is none.",
    &[
        key("name", "", "the goal: `lead`, `purchase` or a name of your own"),
        key(
            "kind",
            "",
            "kind of the event: `message` (quick replies), `postback`, `form` (a lead ad's or one within the thread) or `label` (of the inbox)",
        ),
        key(
            "payload",
            "",
            "regular expression over the payload, the form's id or the label's name. Its groups `value` and `currency`, if it has them, are the conversion's",
        ),
    ],
);

pub(super) const REFS: Section = section(
    "[[refs.rules]]",
    "What refs stand for, beside those that need no rule: see [links](../guides/links.md).",
    &[
        key(
            "pattern",
            "",
            "regular expression over the ref; its named groups are parts, each a dimension `ref.NAME`",
        ),
        key("source", "", "the [entry point](entry-points.md) that such a ref stands for"),
    ],
);

/// `[conversions]` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Conversions {
    pub rules: Option<Vec<ConversionRule>>,
}

/// `[refs]` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Refs {
    pub rules: Vec<WrittenRefRule>,
}
