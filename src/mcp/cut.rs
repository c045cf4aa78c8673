//! Answers that are too large for whoever reads them: their longest lists are cut, and it is said by how much.

use serde::Serialize;
use serde_json::Value;

/// Bytes of an answer at most: some 15,000 words of a language model.
pub(super) const MOST_BYTES: usize = 60_000;
/// Tuples, such as an interval, are no lists of rows.
const LONGEST_TUPLE: usize = 4;

/// A list that was cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LeftOut {
    /// Where, as a JSON pointer.
    pub list: String,
    /// Rows that are left.
    pub shown: usize,
    /// Rows that there were.
    pub of: usize,
}

/// Cuts the largest list until the answer has at most `most` bytes, or nothing can be cut any more.
pub(super) fn cut(answer: &mut Value, most: usize) -> Vec<LeftOut> {
    let mut left_out: Vec<LeftOut> = Vec::new();
    loop {
        let bytes = length(answer);
        if bytes <= most {
            return left_out;
        }
        let mut largest = None;
        find(answer, &mut String::new(), &mut largest);
        let Some((of_list, place)) = largest else { return left_out };
        let Some(Value::Array(rows)) = answer.pointer_mut(&place) else { return left_out };
        let of = rows.len();
        // All that is too much comes from here, if it is here; and at least one row goes.
        let wanted = of_list.saturating_sub(bytes - most);
        let shown = (of * wanted / of_list).clamp(1, of - 1);
        rows.truncate(shown);
        match left_out.iter_mut().find(|one| one.list == place) {
            Some(known) => known.shown = shown,
            None => left_out.push(LeftOut { list: place, shown, of }),
        }
    }
}

fn length(value: &Value) -> usize {
    value.to_string().len()
}

/// The largest list that can be cut: its bytes and its place.
fn find(value: &Value, place: &mut String, largest: &mut Option<(usize, String)>) {
    let end = place.len();
    match value {
        Value::Array(values) => {
            let is_tuple = values.len() <= LONGEST_TUPLE
                && values.iter().all(|one| !one.is_object() && !one.is_array());
            let bytes = length(value);
            if values.len() > 1
                && !is_tuple
                && largest.as_ref().is_none_or(|(most, _)| *most < bytes)
            {
                *largest = Some((bytes, place.clone()));
            }
            // Inner lists are smaller: they matter only where this one cannot be cut.
            if values.len() == 1 {
                place.push_str("/0");
                find(&values[0], place, largest);
                place.truncate(end);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                place.push('/');
                place.push_str(&name.replace('~', "~0").replace('/', "~1"));
                find(field, place, largest);
                place.truncate(end);
            }
        }
        _ => (),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_longest_list_is_cut_and_it_is_said() {
        let rows: Vec<Value> =
            (0..1000).map(|row| json!({ "day": row, "band": [0.5, 0.7] })).collect();
        let mut answer = json!({ "rows": rows, "few": [1, 2, 3], "total": 1000 });
        let left_out = cut(&mut answer, 5_000);
        assert!(length(&answer) <= 5_000);
        let shown = answer["rows"].as_array().unwrap().len();
        assert!(shown > 100, "{shown}");
        assert_eq!(left_out, [LeftOut { list: "/rows".to_owned(), shown, of: 1000 }]);
        assert_eq!(answer["few"], json!([1, 2, 3]));
        assert_eq!(answer["rows"][0]["band"], json!([0.5, 0.7]));
    }

    #[test]
    fn what_is_small_stays_and_what_has_no_lists_is_left() {
        let mut small = json!({ "rows": [1, 2, 3] });
        assert!(cut(&mut small, 100).is_empty());
        let text = "x".repeat(200);
        let mut whole = json!({ "text": text, "band": [1, 2] });
        assert!(cut(&mut whole, 100).is_empty());
        let mut nested = json!({ "one": [{ "in/ner": (0..100).collect::<Vec<i32>>() }] });
        let left_out = cut(&mut nested, 100);
        assert_eq!(left_out[0].list, "/one/0/in~1ner");
        assert!(length(&nested) <= 100);
    }
}
