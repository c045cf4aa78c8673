//! What a funnel's steps, entry points and rows are called.

use super::parts::Parts;
use crate::analysis::Flow;
use crate::language::say;
use crate::render::labels;
use crate::render::page_names::{page, with_end_of_id};

/// What the funnel that everybody has is called.
pub(crate) fn usual_title() -> String {
    say("funnels-usual").to_string()
}

/// Steps by their labels.
pub(crate) fn named(flows: &[Flow]) -> Vec<Flow> {
    let step = |name: &str| match name.strip_prefix("left after ") {
        Some(step) => say("funnels-left-after").with("step", label(step)).to_string(),
        None => label(name),
    };
    let named = flows.iter().map(|flow| Flow {
        from: step(&flow.from),
        to: step(&flow.to),
        count: flow.count,
    });
    named.collect()
}

/// The entry point, then kinds of events, or what conversions are called.
pub(crate) fn sequence(written: &str) -> String {
    let word = |(place, part): (usize, &str)| match place {
        0 => labels::source(part).0,
        _ => label(part),
    };
    written.split(" > ").enumerate().map(word).collect::<Vec<_>>().join(" › ")
}

/// A step as people call it.
pub(crate) fn label(step: &str) -> String {
    let kind = say(format!("kind-{step}"));
    if kind.is_known() { kind.to_string() } else { labels::stage(step).0 }
}

/// A value as people call it.
pub(crate) fn word(parts: &Parts, dimension: &str, value: &str) -> String {
    match dimension {
        "source" => labels::source(value).0,
        "ad" if parts.ad_titles.contains_key(value) => {
            with_end_of_id(&parts.ad_titles[value], value)
        }
        "page" => page(value),
        "channel" => labels::channel(value),
        _ if value == "(none)" => say("funnels-no-value").to_string(),
        _ => value.to_owned(),
    }
}
