//! `/suggest`: what exists, as the options of a field.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::page::{Asking, asked};
use crate::domain::Timestamp;
use crate::http::page::html;
use crate::http::problem::Problem;
use crate::insights::error::AnswerError;
use crate::insights::invalid_parameter::InvalidParameter;
use crate::insights::suggestions::{Suggestions, suggestions};
use crate::insights::text_match::TextMatch;
use crate::language::{Message, filters, say};
use crate::render::labels;
use crate::render::numbers::thousands;
use crate::render::page_names::page;
use crate::store::EventField;
use crate::web::page_scope::Allowed;
use crate::web::state::Views;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Looking {
    /// The field or dimension.
    by: String,
    search: String,
    /// How the text is looked for.
    way: String,
    from: Option<String>,
    to: Option<String>,
    through: Option<String>,
}

#[derive(Template)]
#[template(path = "suggest.html", config = "dashboards/askama.toml")]
struct Options {
    values: Vec<Choice>,
    /// All that matches, of a field.
    all: Option<Message>,
}

struct Choice {
    value: String,
    label: String,
    count: String,
}

/// `GET /suggest`.
pub(crate) async fn suggest(
    Allowed(views): Allowed,
    looking: Result<Query<Looking>, QueryRejection>,
) -> Response {
    let found = match looking {
        Ok(Query(looking)) => options(&views, looking).await.map_err(Problem::from),
        Err(rejection) => Err(Problem::new(StatusCode::BAD_REQUEST, rejection.body_text())),
    };
    match found {
        Ok(options) => html(StatusCode::OK, options.render()),
        Err(problem) => problem.into_response(),
    }
}

async fn options(views: &Views, looking: Looking) -> Result<Options, AnswerError> {
    let Looking { by, search, way, from, to, through } = looking;
    let text = TextMatch::new(if way.is_empty() { "contains" } else { &way }, search.trim())?;
    if let Err(error) = regex::Regex::new(&text.pattern()) {
        let reason = error.to_string();
        return Err(InvalidParameter { parameter: "search", reason }.into());
    }
    let dimension = EventField::from_name(&by).is_none().then(|| by.clone());
    let asking = Asking { from, to, through, by: dimension, ..Asking::default() };
    let now = Timestamp((views.clock)());
    let question = asked(asking, views)?.understand(&views.defaults, now)?;
    let titles = if by == "ad" {
        let titles = views.store.ad_titles(&question.period).await?;
        crate::analysis::ad_titles(&titles, "titled_at")?
    } else {
        std::collections::HashMap::new()
    };
    let label = |value: &str| match by.as_str() {
        "source" => labels::source(value).0,
        "channel" => labels::channel(value),
        "page" => page(value),
        "ad" => titles.get(value).cloned().unwrap_or_else(|| value.to_owned()),
        _ => value.to_owned(),
    };
    let Suggestions { values, all } =
        suggestions(&views.store, &question, &by, &text, label).await?;
    let choice = |one: crate::insights::suggestions::Suggestion| Choice {
        label: label(&one.value),
        count: thousands(one.count),
        value: one.value,
    };
    Ok(Options {
        values: values.into_iter().map(choice).collect(),
        all: all.map(|[events, people]| {
            say("suggest-all").with("events", events).with("people", people)
        }),
    })
}
