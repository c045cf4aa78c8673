//! What is left of a body when a person is taken out of it.

use serde_json::Value;

use super::wire::one_or_many;

/// Lists of an entry whose items are about one person each, mostly.
const LISTS: [&str; 4] = ["messaging", "standby", "changes", "messages"];
/// Ids shorter than this may stand inside of other words.
const TELLING: usize = 8;

/// What is left of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remains {
    /// They are not in it.
    Everything,
    /// The items that are about others.
    Rest(Vec<u8>),
    /// It is about nobody else, or it cannot be told.
    Nothing,
}

/// Takes the items that mention one of `ids` out of a webhook's body, or out of a list of reported conversions. A
/// body that is no JSON goes as a whole.
#[must_use]
pub fn without_person(body: &[u8], ids: &[String]) -> Remains {
    let text = String::from_utf8_lossy(body);
    if !ids.iter().any(|id| text.contains(id.as_str())) {
        return Remains::Everything;
    }
    let Ok(mut body) = serde_json::from_slice::<Value>(body) else { return Remains::Nothing };
    if !mentions(&body, ids) {
        return Remains::Everything;
    }
    match &mut body {
        Value::Array(items) => items.retain(|item| !mentions(item, ids)),
        Value::Object(fields) => {
            if let Some(Value::Array(entries)) = fields.get_mut("entry") {
                for list in entries.iter_mut().flat_map(lists) {
                    list.retain(|item| !mentions(item, ids));
                }
                entries.retain(|entry| {
                    let is_left = |key: &str| one_or_many(&entry[key]).next().is_some();
                    !mentions(entry, ids) && LISTS.iter().any(|key| is_left(key))
                });
            }
        }
        _ => {}
    }
    let is_empty = match &body {
        Value::Array(items) => items.is_empty(),
        body => body["entry"].as_array().is_none_or(Vec::is_empty),
    };
    if is_empty || mentions(&body, ids) {
        return Remains::Nothing;
    }
    serde_json::to_vec(&body).map_or(Remains::Nothing, Remains::Rest)
}

fn lists(entry: &mut Value) -> impl Iterator<Item = &mut Vec<Value>> {
    let fields = entry.as_object_mut().into_iter().flatten();
    fields
        .filter(|(key, _)| LISTS.contains(&key.as_str()))
        .filter_map(|(_, list)| list.as_array_mut())
}

/// Whether one of the ids stands anywhere in it.
fn mentions(value: &Value, ids: &[String]) -> bool {
    match value {
        Value::String(text) => {
            ids.iter().any(|id| text == id || (id.len() >= TELLING && text.contains(id.as_str())))
        }
        Value::Number(number) => ids.contains(&number.to_string()),
        Value::Array(items) => items.iter().any(|item| mentions(item, ids)),
        Value::Object(fields) => fields.values().any(|field| mentions(field, ids)),
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rest(body: &Value, id: &str) -> Remains {
        without_person(body.to_string().as_bytes(), &[id.to_owned()])
    }

    #[test]
    fn the_others_stay() {
        let item = |id: Value| json!({ "sender": { "id": id }, "message": { "mid": "m" } });
        let anna = item(json!("2000000000000001"));
        let by_number = item(json!(2_000_000_000_000_001_i64));
        let ben = item(json!("2000000000000002"));
        let body = |items: Value| json!({ "object": "page", "entry": [{ "id": "1", "messaging": items }] });
        let whole = body(json!([anna, ben, by_number]));
        let Remains::Rest(left) = rest(&whole, "2000000000000001") else { panic!() };
        assert_eq!(serde_json::from_slice::<Value>(&left).unwrap(), body(json!([ben])));
        assert_eq!(rest(&body(json!([anna])), "2000000000000001"), Remains::Nothing);
        assert_eq!(rest(&whole, "2000000000000003"), Remains::Everything);
        // A short id is not found inside of words, and a part of an id is another id.
        assert_eq!(rest(&whole, "entry"), Remains::Everything);
        let reports =
            json!([{ "id": "o1", "person": "2000000000000001" }, { "id": "o2", "person": "x" }]);
        let Remains::Rest(left) = rest(&reports, "2000000000000001") else { panic!() };
        assert_eq!(left, json!([{ "id": "o2", "person": "x" }]).to_string().into_bytes());
        let torn = b"{\"entry\": [\"2000000000000001".as_slice();
        assert_eq!(without_person(torn, &["2000000000000001".to_owned()]), Remains::Nothing);
    }
}
