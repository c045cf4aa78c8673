//! An unknown key is an error; the error names the right one that it is most like.

use std::sync::LazyLock;

use regex::Regex;

use super::keys::Section;

/// How like two names must be, 0 to 1 (Jaro and Winkler).
const LIKE: f64 = 0.8;

/// As serde says it: the name that is unknown, and those that are known.
static UNKNOWN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"unknown field `([^`]*)`, expected (.*)").ok());

/// The error, and which key may have been meant: a similar one of the same section, or the same one of another.
pub(super) fn explained(error: &config::ConfigError, sections: &[Section]) -> anyhow::Error {
    let told = error.to_string();
    match meant(&told, sections) {
        Some(name) => anyhow::anyhow!("{told}; did you mean `{name}`?"),
        None => anyhow::anyhow!("{told}"),
    }
}

fn meant(told: &str, sections: &[Section]) -> Option<String> {
    let found = UNKNOWN.as_ref()?.captures(told)?;
    let (unknown, known) = (found.get(1)?.as_str(), found.get(2)?.as_str());
    let known = known.split('`').skip(1).step_by(2);
    let likeness = |name: &str| strsim::jaro_winkler(unknown, name);
    let nearest = known.max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    if likeness(nearest) >= LIKE {
        return Some(nearest.to_owned());
    }
    let has_it = |section: &&Section| section.keys.iter().any(|key| key.name == unknown);
    match sections.iter().find(has_it)?.path() {
        "" => Some(unknown.to_owned()),
        path => Some(format!("{path}.{unknown}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SECTIONS;

    #[test]
    fn the_nearest_key_is_named_if_one_is_near() {
        let told = "unknown field `listn`, expected one of `listen`, `public_url`, `rate_limit`";
        assert_eq!(meant(told, SECTIONS).unwrap(), "listen");
        assert_eq!(meant("unknown field `listn`, expected `listen`", SECTIONS).unwrap(), "listen");
        let told = "unknown field `qqq`, expected one of `listen`, `public_url`";
        assert_eq!(meant(told, SECTIONS), None);
        assert_eq!(meant("invalid type: map", SECTIONS), None);
    }

    #[test]
    fn a_key_of_another_section_is_named_with_it() {
        let told = "unknown field `issuer`, expected one of `listen`, `public_url`";
        assert_eq!(meant(told, SECTIONS).unwrap(), "server.oidc.issuer");
        let told = "unknown field `time_zone`, expected one of `listen`, `public_url`";
        assert_eq!(meant(told, SECTIONS).unwrap(), "time_zone");
    }
}
