//! What the form of the attribution page offers.

use crate::analysis::{Dimension, Model};
use crate::language::say;
use crate::render::labels;

/// One of them.
pub(crate) struct Choice {
    pub value: String,
    pub label: String,
    /// What it means, where the label does not say it.
    pub meaning: String,
    pub is_chosen: bool,
}

pub(crate) fn models(chosen: Model) -> Vec<Choice> {
    let choice = |model: Model| Choice {
        value: model.as_str().to_owned(),
        label: labels::model(model),
        meaning: model.explanation().to_string(),
        is_chosen: model == chosen,
    };
    Model::ALL.map(choice).into()
}

pub(crate) fn channel_choices(by: &[Dimension]) -> Vec<Choice> {
    let by: Vec<_> = by.iter().map(Dimension::name).collect();
    let by = if by.is_empty() { "source".to_owned() } else { by.join(",") };
    let usual = [
        ("source", "attribution-by-source"),
        ("ad", "attribution-by-ad"),
        ("ref", "attribution-by-ref"),
        ("page", "attribution-by-page"),
        ("country", "attribution-by-country"),
        ("source,ad", "attribution-by-source-and-ad"),
        ("source,ref", "attribution-by-source-and-ref"),
        ("campaign", "attribution-by-campaign"),
        ("medium", "attribution-by-medium"),
        ("link", "attribution-by-link"),
    ];
    let mut choices: Vec<Choice> = usual
        .into_iter()
        .map(|(value, label)| Choice {
            value: value.to_owned(),
            label: say(label).to_string(),
            meaning: String::new(),
            is_chosen: value == by,
        })
        .collect();
    if choices.iter().all(|choice| !choice.is_chosen) {
        choices.push(Choice {
            value: by.clone(),
            label: by,
            meaning: String::new(),
            is_chosen: true,
        });
    }
    choices
}

pub(crate) fn goals(known: &[String], chosen: Option<&str>) -> Vec<Choice> {
    let label = say("attribution-any").to_string();
    let (value, meaning) = (String::new(), String::new());
    let any = Choice { value, label, meaning, is_chosen: chosen.is_none() };
    let unknown = chosen.filter(|chosen| known.iter().all(|name| name != chosen));
    let names = known.iter().map(String::as_str).chain(unknown);
    let choice = |name: &str| Choice {
        value: name.to_owned(),
        label: name.to_owned(),
        meaning: String::new(),
        is_chosen: chosen == Some(name),
    };
    std::iter::once(any).chain(names.map(choice)).collect()
}
