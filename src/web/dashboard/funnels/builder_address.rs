//! The address of the form that makes a written funnel, of those that the form can show.

use super::builder::{Builder, EDITS};
use crate::analysis::{OneOrMany, WrittenFunnel, WrittenMatch};

/// The address of the form filled in with a funnel; `edits` names the stored one that it is to replace (`weekly@3`).
/// `None` if the form has no field for something of it, and would lose that.
pub(crate) fn address(written: &WrittenFunnel, edits: Option<&str>) -> Option<String> {
    let written = plain(written.clone());
    let mut query = form_urlencoded::Serializer::new(String::new());
    let WrittenFunnel { title, unit, order, window, reentry, .. } = &written;
    let edits = edits.map(str::to_owned);
    let own = [
        (EDITS, &edits),
        ("title", title),
        ("unit", unit),
        ("in_order", order),
        ("window", window),
        ("reentry", reentry),
    ];
    for (name, value) in own {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    for (index, step) in written.steps.iter().enumerate() {
        write(step, &format!("s{}", index + 1), &mut query);
    }
    if let Some(exclusion) = written.exclude.first() {
        write(exclusion, "x1", &mut query);
    }
    let query = query.finish();
    let read = Builder::read(&query).funnel;
    let is_whole = WrittenFunnel { name: written.name.clone(), ..read } == written;
    is_whole.then(|| format!("/funnels/build?{query}"))
}

/// As the form writes it: one of a list of one, and a name of each step.
fn plain(mut written: WrittenFunnel) -> WrittenFunnel {
    for (index, step) in written.steps.iter_mut().enumerate() {
        step.name.get_or_insert_with(|| format!("step {}", index + 1));
    }
    for one in written.steps.iter_mut().chain(&mut written.exclude) {
        for list in [&mut one.kind, &mut one.source, &mut one.conversion] {
            if let Some(OneOrMany::Many(many)) = list
                && let [only] = many.as_slice()
            {
                *list = Some(OneOrMany::One(only.clone()));
            }
        }
    }
    written
}

fn write(
    matched: &WrittenMatch,
    prefix: &str,
    query: &mut form_urlencoded::Serializer<'_, String>,
) {
    let one = |said: &Option<OneOrMany>| match said {
        Some(OneOrMany::One(one)) => Some(one.clone()),
        _ => None,
    };
    let WrittenMatch { name, payload, referral_ref, min_value, .. } = matched;
    let fields = [
        ("name", name.clone()),
        ("kind", one(&matched.kind)),
        ("source", one(&matched.source)),
        ("payload", payload.clone()),
        ("payload_way", payload.as_ref().map(|_| "matches".to_owned())),
        ("ref", referral_ref.clone()),
        ("ref_way", referral_ref.as_ref().map(|_| "matches".to_owned())),
        ("conversion", one(&matched.conversion)),
        ("min_value", min_value.as_ref().map(ToString::to_string)),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            query.append_pair(&format!("{prefix}.{field}"), &value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(json: &str) -> WrittenFunnel {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_form_shows_what_it_has_fields_for_and_nothing_else() {
        let whole = written(
            r#"{"name":"a","title":"Été & co","unit":"person","order":"strict","window":"36h","reentry":"best",
                "steps":[{"kind":["message"]},{"name":"bought","conversion":"purchase","min_value":12.5,"payload":"^A$"}],
                "exclude":[{"payload":"STOP"}]}"#,
        );
        let address = address(&whole, Some("a@3")).unwrap();
        let builder = Builder::read(address.split_once('?').unwrap().1);
        assert_eq!(builder.edits, "a@3");
        assert_eq!(builder.checked.unwrap().steps, ["step 1", "bought"]);
        for lost in [
            r#"{"name":"a","steps":[{"kind":"message"},{"kind":["read","echo"]}]}"#,
            r#"{"name":"a","steps":[{"kind":"message"},{"kind":"read","text":"a"}]}"#,
            r#"{"name":"a","step_window":"1d","steps":[{"kind":"message"},{"kind":"read"}]}"#,
            r#"{"name":"a","filters":{"source":"ad"},"steps":[{"kind":"message"},{"kind":"read"}]}"#,
            r#"{"name":"a","steps":[{"kind":"message"},{"kind":"read"}],"exclude":[{"kind":"echo","after":1}]}"#,
            r#"{"name":"a","steps":[{"kind":"message"},{"kind":"read"}],"exclude":[{"kind":"echo"},{"kind":"read"}]}"#,
        ] {
            assert_eq!(super::address(&written(lost), None), None, "{lost}");
        }
    }
}
