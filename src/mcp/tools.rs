//! The questions of the API as tools: made of its description, so that there is one definition of a question.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::Method;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use crate::accounts::{Scope, Who};
use crate::web::routes;

/// Parameters that say how an answer looks: a tool has one form.
const OF_FORM: [&str; 3] = ["format", "locale", "bom"];
/// The argument that is the body of a question.
pub(super) const BODY: &str = "definition";

/// A question and its tool.
#[derive(Debug)]
pub(super) struct Question {
    pub tool: Tool,
    pub method: Method,
    /// As it is routed.
    pub path: String,
    /// Arguments that stand in the path.
    pub in_path: Vec<String>,
    /// Arguments that stand in the query string.
    pub in_query: Vec<String>,
    /// Whether one argument is the body.
    pub has_body: bool,
    /// Whether it can be asked for a file.
    pub has_csv: bool,
    /// The right that it needs.
    pub scope: Scope,
    is_in_workspace: bool,
}

impl Question {
    /// Whether somebody may ask it.
    pub(super) fn is_for(&self, who: &Who) -> bool {
        who.may(self.scope) && (who.workspace.is_none() || self.is_in_workspace)
    }

    /// Whether it takes a parameter.
    pub(super) fn takes(&self, parameter: &str) -> bool {
        self.in_query.iter().any(|name| name == parameter)
    }
}

/// All questions of a description (`OpenAPI`), by the name of their tool.
pub(super) fn questions(document: &Value) -> BTreeMap<String, Question> {
    let mut found = BTreeMap::new();
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            let method: Method = method.to_uppercase().parse().unwrap_or_default();
            if let Some(question) = question(document, &method, path, operation) {
                found.insert(question.tool.name.to_string(), question);
            }
        }
    }
    found
}

fn question(document: &Value, method: &Method, path: &str, operation: &Value) -> Option<Question> {
    let route = routes::find(method, path)?;
    // What changes something is no question. One with a body is asked by POST.
    let is_asked = method == Method::POST && route.formats().contains(&"csv");
    if method != Method::GET && !is_asked {
        return None;
    }
    let taken: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    let named = |place: &str| -> Vec<String> {
        let of_place = taken.iter().filter(|one| one["in"] == place);
        let names = of_place.filter_map(|one| one["name"].as_str()).map(str::to_owned);
        names.filter(|name| !OF_FORM.contains(&name.as_str())).collect()
    };
    let (in_path, in_query) = (named("path"), named("query"));
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    let name = name(path);
    let summary = operation["summary"].as_str().unwrap_or_default();
    let about = operation["description"].as_str().unwrap_or_default();
    let right = format!("Needs the scope {:?}.", route.scope().as_str());
    let told = [summary, about, note(&name), &right];
    let told: Vec<&str> = told.into_iter().filter(|text| !text.is_empty()).collect();
    let input = input(document, &taken, &in_path, &in_query, body);
    let tool = Tool::new(name, told.join(" "), Arc::new(input))
        .with_raw_output_schema(Arc::new(output(document, answer)))
        .with_annotations(
            ToolAnnotations::new().read_only(true).idempotent(true).open_world(false),
        );
    Some(Question {
        tool,
        method: method.clone(),
        path: path.to_owned(),
        in_path,
        in_query,
        has_body: !body.is_null(),
        has_csv: route.formats().contains(&"csv"),
        scope: route.scope(),
        is_in_workspace: route.is_in_workspace(),
    })
}

/// `/api/v1/funnels/{name}/people` is `funnel_people`: what is asked of one has its name in the singular.
fn name(path: &str) -> String {
    let parts: Vec<&str> = path.trim_start_matches("/api/v1/").split('/').collect();
    let mut words = Vec::new();
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| !part.starts_with('{')) {
        let is_of_one = parts.get(at + 1).is_some_and(|next| next.starts_with('{'));
        let singular = if *part == "people" { "person" } else { part.trim_end_matches('s') };
        words.push(if is_of_one { singular } else { part }.replace('-', "_"));
    }
    words.join("_")
}

/// What is not said by a question's description, and leads to wrong answers if it is not known.
fn note(name: &str) -> &'static str {
    match name {
        "funnel" => {
            "The default funnel is click-to-messenger; steps without data (impressions, clicks without spend) have \
             count null. By day or week each step has count (so far) and expected (when the time of all its \
             conversations is over): never mix them."
        }
        "funnel_comparison" => {
            "For \"did it change\": without by it compares the range with the one before at the same age; trust its \
             verdict rather than the difference of two counts."
        }
        "ads" | "attribution_costs" => {
            "Value and conversions count by the day that clock names; ROAS is value over spend in one currency. \
             Currencies are never added. Spend null is unknown."
        }
        "attribution" => "Credits of all channels add up to the conversions of the range.",
        "conversations" | "touchpoints" | "conversions" | "feedback" | "funnel_people" => {
            "A list of single rows: for counts ask a funnel instead. next is the cursor of the next page."
        }
        "person" => "One person's journey. What it holds is personal data.",
        "cohorts" => "The latest weeks have had less time: null is not yet known.",
        _ => "",
    }
}

fn input(
    document: &Value,
    taken: &[&Value],
    in_path: &[String],
    in_query: &[String],
    body: &Value,
) -> JsonObject {
    let mut properties = Map::new();
    let mut required: Vec<Value> = in_path.iter().map(|name| json!(name)).collect();
    for one in taken {
        let Some(name) = one["name"].as_str() else { continue };
        if !in_path.iter().chain(in_query).any(|known| known == name) {
            continue;
        }
        let mut schema = one["schema"].clone();
        schema["description"] = one["description"].clone();
        properties.insert(name.to_owned(), schema);
    }
    let mut schema = json!({ "type": "object", "additionalProperties": false });
    if !body.is_null() {
        properties.insert(BODY.to_owned(), local(body));
        required.push(json!(BODY));
        let mut definitions = Map::new();
        define(document, body, &mut definitions);
        schema["$defs"] = Value::Object(definitions);
    }
    schema["properties"] = Value::Object(properties);
    schema["required"] = Value::Array(required);
    object(schema)
}

/// What each tool answers: the API's answer, and beside it what is to be known of it.
fn output(document: &Value, answer: &Value) -> JsonObject {
    let mut definitions = Map::new();
    define(document, answer, &mut definitions);
    let or_null = |about: &str| json!({ "type": ["string", "null"], "description": about });
    let text = |about: &str| json!({ "type": "string", "description": about });
    let count = json!({ "type": "integer", "minimum": 0 });
    let left_out = json!({
        "type": "object",
        "properties": { "list": text("Where in the answer"), "shown": count, "of": count },
        "required": ["list", "shown", "of"],
    });
    let about = json!({
        "type": "object",
        "properties": {
            "question": text("What was asked of the API"),
            "link": text("The whole answer, for people and for files"),
            "from": or_null("Begin of the range, inclusive, RFC 3339"),
            "to": or_null("Its end, exclusive"),
            "time_zone": text("The zone of its days"),
            "definition_hash": text("SHA-256 of question and settings that the figures depend on"),
            "known_until": or_null("Time of the newest event that is known"),
            "made_at": or_null("When conversations were last made of new events"),
            "asked_at": text("When it was asked"),
            "notes": { "type": "array", "items": { "type": "string" } },
            "left_out": { "type": "array", "items": left_out },
        },
        "required": ["question", "link", "from", "to", "time_zone", "definition_hash", "known_until", "made_at",
            "asked_at", "notes", "left_out"],
    });
    object(json!({
        "type": "object",
        "properties": { "about": about, "answer": local(answer) },
        "required": ["about", "answer"],
        "$defs": definitions,
    }))
}

fn object(value: Value) -> JsonObject {
    if let Value::Object(fields) = value { fields } else { Map::new() }
}

/// Takes what a schema refers to into `definitions`, and what that refers to.
fn define(document: &Value, schema: &Value, definitions: &mut Map<String, Value>) {
    match schema {
        Value::Object(fields) => {
            let name =
                fields.get("$ref").and_then(Value::as_str).and_then(|at| at.rsplit('/').next());
            if let Some(name) = name.filter(|name| !definitions.contains_key(*name)) {
                let defined = &document["components"]["schemas"][name];
                definitions.insert(name.to_owned(), local(defined));
                define(document, defined, definitions);
            }
            for value in fields.values() {
                define(document, value, definitions);
            }
        }
        Value::Array(values) => {
            for value in values {
                define(document, value, definitions);
            }
        }
        _ => (),
    }
}

/// A schema whose references lead into itself.
fn local(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                let text = value.as_str().filter(|_| name == "$ref");
                let value = text.map(|at| json!(at.replace("#/components/schemas/", "#/$defs/")));
                (name.clone(), value.unwrap_or_else(|| local(&fields[name])))
            });
            Value::Object(fields.collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(local).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_called_as_the_thing_it_tells_of() {
        let told = [
            ("/api/v1/funnels", "funnels"),
            ("/api/v1/funnels/{name}", "funnel"),
            ("/api/v1/funnels/{name}/people", "funnel_people"),
            ("/api/v1/people/{page}/{id}", "person"),
            ("/api/v1/response-times", "response_times"),
            ("/api/v1/attribution/costs", "attribution_costs"),
        ];
        for (path, tool) in told {
            assert_eq!(name(path), tool);
        }
    }

    #[test]
    fn references_lead_into_the_schema_itself_as_far_as_they_go() {
        let document = json!({ "components": { "schemas": {
            "Report": { "properties": { "rows": { "items": { "$ref": "#/components/schemas/Row" } } } },
            "Row": { "properties": { "inner": { "$ref": "#/components/schemas/Row" } } },
            "Other": {},
        } } });
        let schema = output(&document, &json!({ "$ref": "#/components/schemas/Report" }));
        assert_eq!(schema["properties"]["answer"]["$ref"], "#/$defs/Report");
        let names: Vec<&String> = schema["$defs"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["Report", "Row"]);
        assert!(!Value::Object(schema).to_string().contains("components"));
    }
}
