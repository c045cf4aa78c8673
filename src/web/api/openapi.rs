//! The description of the API (`OpenAPI` 3.1), made of the handlers, and its page.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use crate::http::page::html;
use crate::http::problem::Problem;
use crate::language::{filters, say};
use crate::web::parameters::{Kind, Parameter};
use crate::web::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "messenger-funnel",
        description = "What became of click-to-Messenger ads, m.me links and QR codes: funnels, attribution, costs, and the rows behind them.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(Problem))
)]
struct Frame;

/// What every answer may be besides.
const REFUSALS: [(&str, &str); 8] = [
    ("400", "A parameter is wrong: `parameter` names it"),
    ("401", "A token is needed"),
    ("403", "The token lacks the scope"),
    ("404", "There is no such thing"),
    ("422", "The question takes more time or memory than one may"),
    ("429", "Too many questions in a minute: Retry-After says when to go on"),
    ("500", "The analysis failed"),
    ("503", "ClickHouse did not answer, or took too long"),
];

/// The description of everything that `parts` describe.
pub(crate) fn described(parts: impl IntoIterator<Item = Document>) -> Arc<Value> {
    let mut document = Frame::openapi();
    for part in parts {
        document.merge(part);
    }
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["components"]["securitySchemes"] =
        json!({ "token": { "type": "http", "scheme": "bearer" } });
    document["security"] = json!([{ "token": [] }]);
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, operations) in paths {
            for (method, operation) in operations.as_object_mut().into_iter().flatten() {
                complete(path, method, operation);
            }
        }
    }
    // Wherever it is reached.
    document["servers"] = json!([{ "url": "/" }]);
    make_portable(&mut document);
    Arc::new(document)
}

/// What generators of clients stumble over, said so that they do not: a tuple is a list of so many of these, and nothing
/// that is only Rust's stands in a text.
fn make_portable(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.get("items") == Some(&Value::Bool(false)) {
                let kinds = fields.remove("prefixItems").unwrap_or_default();
                let kinds: Vec<Value> = kinds.as_array().cloned().unwrap_or_default();
                let mut each: Vec<Value> = Vec::new();
                each.extend(kinds.iter().filter(|kind| !is_among(kind, &kinds)).cloned());
                let items = if let [one] = each.as_slice() {
                    one.clone()
                } else {
                    json!({ "anyOf": each })
                };
                fields.insert("items".to_owned(), items);
                fields.insert("minItems".to_owned(), json!(kinds.len()));
                fields.insert("maxItems".to_owned(), json!(kinds.len()));
            }
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = text.replace("`None`", "`null`").replace("[`", "`").replace("`]", "`");
            }
            fields.values_mut().for_each(make_portable);
        }
        Value::Array(values) => values.iter_mut().for_each(make_portable),
        _ => (),
    }
}

/// Whether the same stands before it in a list.
fn is_among(kind: &Value, kinds: &[Value]) -> bool {
    kinds.iter().take_while(|one| !std::ptr::eq(*one, kind)).any(|one| one == kind)
}

/// Adds what handlers do not say themselves: parameters, forms, refusals.
fn complete(path: &str, method: &str, operation: &mut Value) {
    let method_asked = method.to_uppercase().parse().unwrap_or_default();
    let route = routes::find(&method_asked, path);
    if let Some((route, taken)) = route.and_then(|route| Some((route, route.parameters()?))) {
        let own = operation["parameters"].as_array().cloned().unwrap_or_default();
        let all = own.into_iter().chain(taken.map(parameter));
        operation["parameters"] = all.collect();
        if let Some(content) = operation["responses"]["200"]["content"].as_object_mut() {
            for format in route.formats() {
                let (kind, schema) = match *format {
                    "csv" => ("text/csv", json!({ "type": "string" })),
                    "xlsx" => (
                        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        json!({}),
                    ),
                    "parquet" => ("application/vnd.apache.parquet", json!({})),
                    "arrow" => ("application/vnd.apache.arrow.stream", json!({})),
                    "svg" => ("image/svg+xml", json!({ "type": "string" })),
                    "png" => ("image/png", json!({})),
                    _ => continue,
                };
                content.insert(kind.to_owned(), json!({ "schema": schema }));
            }
        }
    }
    // By the path: two rooms may have handlers of one name.
    let words = path.trim_start_matches("/api/v1/").split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    operation["operationId"] = json!(format!("{method}_{}", words.join("_")));
    for (status, answer) in operation["responses"].as_object_mut().into_iter().flatten() {
        if answer["description"].as_str().is_none_or(str::is_empty) {
            let about = if status == "202" { "It is noted" } else { "The answer" };
            answer["description"] = json!(about);
        }
    }
    for (status, about) in REFUSALS {
        if operation["responses"][status].is_null() {
            let schema = json!({ "$ref": "#/components/schemas/Problem" });
            operation["responses"][status] = json!({
                "description": about,
                "content": { "application/problem+json": { "schema": schema } },
            });
        }
    }
}

fn parameter(one: &Parameter) -> Value {
    let schema = match one.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Count => json!({ "type": "integer", "minimum": 0 }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Choice(values) => json!({ "type": "string", "enum": values }),
    };
    let mut told = json!({
        "name": one.name,
        "in": "query",
        "required": false,
        "description": one.about,
        "schema": schema,
    });
    if !one.example.is_empty() {
        told["example"] = match one.kind {
            Kind::Count | Kind::Number | Kind::Flag => {
                serde_json::from_str(one.example).unwrap_or_default()
            }
            Kind::Text | Kind::Choice(_) => json!(one.example),
        };
    }
    told
}

/// `GET /api/v1/openapi.json`.
pub(crate) async fn document(State(document): State<Arc<Value>>) -> Json<Value> {
    Json(document.as_ref().clone())
}

#[derive(Template)]
#[template(path = "reference.html", config = "dashboards/askama.toml")]
struct Reference {
    page: &'static str,
    groups: Vec<Group>,
}

/// Operations of one kind.
struct Group {
    name: String,
    operations: Vec<Operation>,
}

struct Operation {
    method: String,
    path: String,
    about: String,
    parameters: Vec<[String; 3]>,
    forms: String,
    fields: Vec<[String; 3]>,
}

/// `GET /reference`: the same for people.
pub(crate) async fn reference(State(document): State<Arc<Value>>) -> Response {
    let mut groups: Vec<Group> = Vec::new();
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            let name = operation["tags"][0].as_str().unwrap_or_default().to_owned();
            let told = Operation::new(&document, path, method, operation);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.operations.push(told),
                None => groups.push(Group { name, operations: vec![told] }),
            }
        }
    }
    html(StatusCode::OK, Reference { page: "reference", groups }.render())
}

impl Operation {
    fn new(document: &Value, path: &str, method: &str, operation: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.map(|one| {
            let values = one["schema"]["enum"].as_array().into_iter().flatten();
            let values: Vec<&str> = values.filter_map(Value::as_str).collect();
            let kind =
                if values.is_empty() { text(&one["schema"]["type"]) } else { values.join(", ") };
            [text(&one["name"]), kind, text(&one["description"])]
        });
        let content = operation["responses"]["200"]["content"].as_object();
        let forms: Vec<&str> =
            content.into_iter().flatten().map(|(kind, _)| kind.as_str()).collect();
        let body = content.and_then(|content| content.get("application/json"));
        let fields = body.map(|body| fields(document, &body["schema"])).unwrap_or_default();
        let about = [&operation["summary"], &operation["description"]].map(text);
        Self {
            method: method.to_uppercase(),
            path: path.to_owned(),
            about: about.join(" ").trim().replace('`', ""),
            parameters: parameters.collect(),
            forms: forms.join(", "),
            fields,
        }
    }
}

/// The fields of a body: name, type, what it is.
fn fields(document: &Value, schema: &Value) -> Vec<[String; 3]> {
    let schema = resolved(document, schema);
    let parts = schema["allOf"].as_array().cloned().unwrap_or_else(|| vec![schema.clone()]);
    let mut told = Vec::new();
    for part in &parts {
        let part = resolved(document, part);
        for (name, field) in part["properties"].as_object().unwrap_or(&Map::new()) {
            let about = field["description"].as_str().unwrap_or_default().to_owned();
            told.push([name.clone(), type_of(field), about]);
        }
    }
    told
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    name.map_or(schema, |name| &document["components"]["schemas"][name])
}

fn type_of(field: &Value) -> String {
    if let Some(path) = field["$ref"].as_str() {
        return path.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(choices) = field["oneOf"].as_array() {
        return any_of(choices.iter().map(type_of));
    }
    match &field["type"] {
        Value::String(kind) if kind == "array" => {
            say("reference-list").with("what", type_of(&field["items"])).to_string()
        }
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => any_of(kinds.iter().filter_map(Value::as_str).map(str::to_owned)),
        _ => String::new(),
    }
}

/// `string or null`, in the reader's language.
fn any_of(kinds: impl Iterator<Item = String>) -> String {
    let either = |one, other| say("reference-or").with("one", one).with("other", other).to_string();
    kinds.reduce(either).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tuples_are_lists_of_a_length_and_nothing_is_rusts_alone() {
        let mut told = json!({
            "description": "What it cost; `None` if unknown, [`REST`] of all others.",
            "pair": { "type": "array", "prefixItems": [{ "type": "string" }, { "type": "integer" }], "items": false },
            "band": { "type": "array", "prefixItems": [{ "type": "number" }, { "type": "number" }], "items": false },
        });
        make_portable(&mut told);
        assert_eq!(told["description"], "What it cost; `null` if unknown, `REST` of all others.");
        let [string, integer] = ["string", "integer"].map(|kind| json!({ "type": kind }));
        assert_eq!(told["pair"]["items"], json!({ "anyOf": [string, integer] }));
        assert_eq!((&told["pair"]["minItems"], &told["pair"]["maxItems"]), (&json!(2), &json!(2)));
        assert_eq!(told["band"]["items"], json!({ "type": "number" }));
        assert!(told["band"]["prefixItems"].is_null());
    }

    #[test]
    fn the_description_has_neither_tuples_nor_words_of_rust() {
        let whole = described([]).to_string();
        assert!(whole.contains(r#""servers":[{"url":"/"}]"#));
        assert!(!whole.contains("prefixItems") && !whole.contains("`None`"));
    }
}
