//! Rules that the team declares for its refs: which parts they have, and which entry point they stand for.

use regex::Regex;
use serde::Deserialize;

use super::{ClickId, Source, ref_part};

/// What a ref stands for, declared by the team: parts that its form does not show, and its entry point.
#[derive(Debug, Clone, Default)]
pub struct RefRules(Vec<RefRule>);

#[derive(Debug, Clone)]
struct RefRule {
    pattern: Regex,
    source: Option<Source>,
}

/// A rule as it is declared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenRefRule {
    /// Regular expression over the ref without a click's mark; its named groups are parts.
    pub pattern: String,
    /// The entry point that such a ref stands for.
    pub source: Option<String>,
}

impl PartialEq for RefRules {
    fn eq(&self, other: &Self) -> bool {
        let written = |rule: &RefRule| (rule.pattern.as_str().to_owned(), rule.source);
        self.0.iter().map(written).eq(other.0.iter().map(written))
    }
}

impl Eq for RefRules {}

impl RefRules {
    /// Checks rules.
    ///
    /// # Errors
    /// With the place of the first one that cannot be used, and why.
    pub fn new(rules: &[WrittenRefRule]) -> Result<Self, String> {
        let mut checked = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let pattern = Regex::new(&rule.pattern)
                .map_err(|error| format!("refs.rules[{index}].pattern: {error}"))?;
            let source = rule.source.as_ref().map(|name| {
                Source::from_name(name).ok_or_else(|| {
                    let known = Source::ALL.map(Source::as_str).join(", ");
                    format!("refs.rules[{index}].source: {name:?} is none of {known}")
                })
            });
            checked.push(RefRule { pattern, source: source.transpose()? });
        }
        Ok(Self(checked))
    }

    /// The entry point of a ref, if a rule names one: the first that fits.
    #[must_use]
    pub fn source(&self, referral_ref: &str) -> Option<Source> {
        let (plain, _) = ClickId::split(referral_ref);
        let fits = |rule: &&RefRule| rule.source.is_some() && rule.pattern.is_match(plain);
        self.0.iter().find(fits).and_then(|rule| rule.source)
    }

    /// One part of a ref by its key: by the rules, else by the ref's own form.
    #[must_use]
    pub fn part(&self, referral_ref: &str, key: &str) -> Option<String> {
        let (plain, _) = ClickId::split(referral_ref);
        let declared = self
            .0
            .iter()
            .find_map(|rule| Some(rule.pattern.captures(plain)?.name(key)?.as_str().to_owned()));
        declared.or_else(|| ref_part(referral_ref, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_parts_and_doors_go_before_the_form_of_the_ref() {
        let rule = |pattern: &str, source: Option<&str>| WrittenRefRule {
            pattern: pattern.to_owned(),
            source: source.map(str::to_owned),
        };
        let rules = RefRules::new(&[
            rule("^bc_(?<campaign>[a-z]+)", Some("sponsored")),
            rule("^(?<campaign>[a-z]+)-(?<place>[a-z]+)$", None),
        ])
        .unwrap();
        assert_eq!(rules.part("spring-door", "place").as_deref(), Some("door"));
        assert_eq!(
            rules.part("spring-door-mfc0123456789abcdef0123", "place").as_deref(),
            Some("door")
        );
        assert_eq!(rules.part("place=shop", "place").as_deref(), Some("shop"));
        assert_eq!(rules.part("bc_may", "campaign").as_deref(), Some("may"));
        assert_eq!(rules.source("bc_may"), Some(Source::Sponsored));
        assert_eq!(rules.source("spring-door"), None);
        let wrong = RefRules::new(&[rule("a", None), rule("(", None)]).unwrap_err();
        assert!(wrong.starts_with("refs.rules[1].pattern: "), "{wrong}");
        let wrong = RefRules::new(&[rule("a", Some("tv"))]).unwrap_err();
        assert!(wrong.contains("\"tv\" is none of ad, link, qr"), "{wrong}");
    }
}
