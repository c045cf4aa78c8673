//! An unknown key is an error; the error names the right one that it is most like.

use std::sync::LazyLock;

use regex::Regex;

/// How like two names must be, 0 to 1 (Jaro and Winkler).
const LIKE: f64 = 0.8;

/// As serde says it: the name that is unknown, and those that are known.
static UNKNOWN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"unknown field `([^`]*)`, expected (.*)").ok());

/// The error, and which key may have been meant.
pub(super) fn explained(error: &config::ConfigError) -> anyhow::Error {
    let told = error.to_string();
    match meant(&told) {
        Some(name) => anyhow::anyhow!("{told}; did you mean `{name}`?"),
        None => anyhow::anyhow!("{told}"),
    }
}

fn meant(told: &str) -> Option<&str> {
    let found = UNKNOWN.as_ref()?.captures(told)?;
    let (unknown, known) = (found.get(1)?.as_str(), found.get(2)?.as_str());
    let known = known.split('`').skip(1).step_by(2);
    let likeness = |name: &str| strsim::jaro_winkler(unknown, name);
    let nearest = known.max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(nearest) >= LIKE).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_named_if_one_is_near() {
        let told = "unknown field `listn`, expected one of `listen`, `public_url`, `rate_limit`";
        assert_eq!(meant(told), Some("listen"));
        assert_eq!(meant("unknown field `listn`, expected `listen`"), Some("listen"));
        assert_eq!(meant("unknown field `qqq`, expected one of `listen`, `public_url`"), None);
        assert_eq!(meant("invalid type: map"), None);
    }
}
