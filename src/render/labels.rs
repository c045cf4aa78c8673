//! What pages and charts call things, and what they mean.

use super::page_names;
use crate::analysis::{Filter, Model, STAGES};
use crate::language::{Message, say};

/// A stage's label and definition; a step of a funnel of one's own is called what its author calls it.
pub(crate) fn stage(name: &str) -> (String, String) {
    known(&format!("stage-{name}"), name)
}

/// The stages from the impression to the purchase: label and definition.
pub fn stages() -> impl Iterator<Item = (String, String)> {
    ["impressions", "clicks", "opened"].into_iter().chain(STAGES).map(stage)
}

/// A source's label and definition.
pub(crate) fn source(name: &str) -> (String, String) {
    known(&format!("source-{}", if name == "(none)" { "none" } else { name }), name)
}

/// What all rows of a list have in common.
pub(crate) fn filter(filter: &Filter) -> Message {
    let dimension = filter.dimension.name();
    let value = match dimension.as_ref() {
        "source" => source(&filter.value).0,
        "channel" => channel(&filter.value),
        "page" => page_names::page(&filter.value),
        _ => filter.value.clone(),
    };
    let name = say(format!("by-{dimension}"));
    let name = if name.is_known() { name.to_string() } else { dimension.into_owned() };
    say("rows-filtered").with("name", name).with("value", value)
}

/// Of the parts of an entry point, ordered by what they tell people, the first that there is.
pub(crate) fn tells_most(parts: [&String; 5]) -> String {
    parts.into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default()
}

/// A channel's name, the same in every language.
pub(crate) fn channel(name: &str) -> String {
    match name {
        "messenger" => "Messenger",
        "instagram" => "Instagram",
        "whatsapp" => "WhatsApp",
        other => other,
    }
    .to_owned()
}

/// A model's label.
pub(crate) fn model(model: Model) -> String {
    say(format!("model-{}", model.as_str())).to_string()
}

/// A weekday by ISO 8601's number, 1 to 7.
pub(crate) fn weekday(number: &str) -> String {
    say(format!("weekday-{number}")).to_string()
}

fn known(message: &str, otherwise: &str) -> (String, String) {
    let label = say(message.to_owned());
    if label.is_known() {
        (label.to_string(), say(format!("{message}.meaning")).to_string())
    } else {
        (otherwise.to_owned(), String::new())
    }
}
