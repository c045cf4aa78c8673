//! Structured refs: what a referral parameter says beyond its name.
//!
//! Understood are lists of `key=value` or `key:value` joined by `&`, `;`, `,` or `|` (so also UTM
//! query strings, whose `utm_` is left out), and JSON objects in base64url. Everything else is a
//! plain ref without parts. The raw ref is always kept beside.

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::ClickId;

/// Parts of a ref at most; more are no hand-made ref.
const MOST_PARTS: usize = 32;

/// The parts of a ref, keys in small letters, in the order in which they stand.
#[must_use]
pub fn ref_parts(referral_ref: &str) -> Vec<(String, String)> {
    let (plain, _) = ClickId::split(referral_ref);
    let mut parts = from_json(plain).unwrap_or_else(|| from_pairs(plain));
    parts.truncate(MOST_PARTS);
    parts
}

/// One part of a ref by its key.
#[must_use]
pub fn ref_part(referral_ref: &str, key: &str) -> Option<String> {
    ref_parts(referral_ref).into_iter().find(|(own, _)| own == key).map(|(_, value)| value)
}

fn from_pairs(plain: &str) -> Vec<(String, String)> {
    let pairs = plain.trim_start_matches('?').split(['&', ';', ',', '|']);
    let pairs: Option<Vec<(String, String)>> = pairs
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').or_else(|| pair.split_once(':'))?;
            let key = key.trim().to_ascii_lowercase();
            let key = key.strip_prefix("utm_").unwrap_or(&key).to_owned();
            (!key.is_empty()).then(|| (key, decoded(value.trim())))
        })
        .collect();
    // One part that is no pair makes the whole a plain ref.
    pairs.unwrap_or_default()
}

/// With `%20` and `+` as query strings write them.
fn decoded(value: &str) -> String {
    if !value.contains(['%', '+']) {
        return value.to_owned();
    }
    // A key of its own, so that the value is taken whole.
    let pair = format!("v={}", value.replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(String::new, |(_, value)| value.into())
}

fn from_json(plain: &str) -> Option<Vec<(String, String)>> {
    // `{"` in base64.
    if !plain.starts_with("ey") {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(plain).or_else(|_| URL_SAFE.decode(plain)).ok()?;
    let Value::Object(fields) = serde_json::from_slice(&bytes).ok()? else { return None };
    let part = |(key, value): (String, Value)| {
        let value = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            _ => return None,
        };
        let key = key.to_ascii_lowercase();
        Some((key.strip_prefix("utm_").unwrap_or(&key).to_owned(), value))
    };
    Some(fields.into_iter().filter_map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(referral_ref: &str) -> String {
        let parts = ref_parts(referral_ref).into_iter();
        parts.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_usual_forms_are_understood_and_the_rest_is_plain() {
        assert_eq!(parts("campaign=summer;medium=poster"), "campaign=summer medium=poster");
        assert_eq!(parts("Campaign:summer|ad:7"), "campaign=summer ad=7");
        assert_eq!(
            parts("?utm_source=news&utm_campaign=sommer%20%26%20mehr+x"),
            "source=news campaign=sommer & mehr x"
        );
        assert_eq!(parts("campaign=a-mfc0123456789abcdef0123"), "campaign=a");
        let json = URL_SAFE_NO_PAD.encode(r#"{"campaign":"x","n":7,"deep":{"no":1},"ok":true}"#);
        assert_eq!(parts(&json), "campaign=x n=7 ok=true");
        assert_eq!(parts("a=b=c"), "a=b=c");
        for plain in ["", "summer", "a_b-c", "summer;a=b", "=x", "eyplain", "a=%ff"] {
            assert!(ref_parts(plain).len() <= 1, "{plain}");
        }
        assert_eq!(parts("summer;a=b"), "");
        assert_eq!(ref_part("a=1;b=2", "b"), Some("2".to_owned()));
        assert_eq!(ref_part("a=1;b=2", "c"), None);
    }
}
