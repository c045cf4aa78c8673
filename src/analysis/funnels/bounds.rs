//! How large a written funnel may be: what it holds becomes part of a question, once for each step.

use regex::{Regex, RegexBuilder};

use super::error::{FunnelError, wrong};
use super::written::{OneOrMany, WrittenFunnel, WrittenMatch};

/// Letters of a title, or of a step's name.
const LONGEST_NAME: usize = 200;
/// Bytes of a regular expression.
const LONGEST_REGEX: usize = 500;
/// Bytes that a regular expression may become: `a{1000}{1000}` has 13 bytes, and a million states.
const LARGEST_REGEX: usize = 1 << 20;
/// Brackets within brackets.
const DEEPEST_REGEX: u32 = 50;
/// Regular expressions of a funnel: each is run over every event.
const MOST_REGEXES: usize = 60;
/// Conditions of conversations.
const MOST_FILTERS: usize = 20;
/// Weight of one list, as [`weight`] has it; `ClickHouse` takes fields of 128 KB.
const HEAVIEST_LIST: usize = 100_000;
/// Weight of everything that is written.
const HEAVIEST: usize = 500_000;

/// Checks how large it is, before anything of it is read.
pub(super) fn check(funnel: &WrittenFunnel) -> Result<(), FunnelError> {
    let mut all = Sum::default();
    Sum::name("title", funnel.title.as_deref())?;
    for (key, text) in [
        ("name", Some(&funnel.name)),
        ("unit", funnel.unit.as_ref()),
        ("order", funnel.order.as_ref()),
        ("window", funnel.window.as_ref()),
        ("step_window", funnel.step_window.as_ref()),
        ("reentry", funnel.reentry.as_ref()),
    ] {
        Sum::name(key, text.map(String::as_str))?;
    }
    for (list, matches) in [("steps", &funnel.steps), ("exclude", &funnel.exclude)] {
        for (place, one) in matches.iter().enumerate() {
            all.matcher(&format!("{list}[{place}]"), one)?;
        }
    }
    if funnel.filters.len() > MOST_FILTERS {
        return Err(wrong("filters", format!("more than {MOST_FILTERS}")));
    }
    for (name, value) in &funnel.filters {
        all.list("filters", [name, value].into_iter())?;
    }
    all.list("exclude_people", funnel.exclude_people.iter())
}

/// A regular expression, if it is none that takes more than it is worth.
pub(super) fn regex(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > LONGEST_REGEX {
        return Err(format!("longer than {LONGEST_REGEX} bytes"));
    }
    let built =
        RegexBuilder::new(pattern).size_limit(LARGEST_REGEX).nest_limit(DEEPEST_REGEX).build();
    built.map_err(|error| error.to_string())
}

/// What has been counted so far.
#[derive(Default)]
struct Sum {
    regexes: usize,
    weight: usize,
}

impl Sum {
    fn matcher(&mut self, key: &str, one: &WrittenMatch) -> Result<(), FunnelError> {
        Self::name(&format!("{key}.name"), one.name.as_deref())?;
        let lists = [
            ("kind", &one.kind),
            ("event", &one.event),
            ("source", &one.source),
            ("ad", &one.ad),
            ("conversion", &one.conversion),
        ];
        for (name, list) in lists {
            let list = list.as_ref().map(OneOrMany::as_list).unwrap_or_default();
            self.list(&format!("{key}.{name}"), list.iter())?;
        }
        let patterns = [("payload", &one.payload), ("text", &one.text), ("ref", &one.referral_ref)];
        for (name, pattern) in patterns {
            let Some(pattern) = pattern else { continue };
            let key = format!("{key}.{name}");
            self.regexes += 1;
            if self.regexes > MOST_REGEXES {
                let reason = format!("more than {MOST_REGEXES} regular expressions in a funnel");
                return Err(wrong(&key, reason));
            }
            self.list(&key, std::iter::once(pattern))?;
        }
        Ok(())
    }

    fn name(key: &str, text: Option<&str>) -> Result<(), FunnelError> {
        if text.is_some_and(|text| text.chars().count() > LONGEST_NAME) {
            return Err(wrong(key, format!("longer than {LONGEST_NAME} letters")));
        }
        Ok(())
    }

    fn list<'a>(
        &mut self,
        key: &str,
        items: impl Iterator<Item = &'a String>,
    ) -> Result<(), FunnelError> {
        let own: usize = items.map(|item| weight(item)).sum();
        self.weight += own;
        if own > HEAVIEST_LIST {
            let reason = format!(
                "too large: a list of up to {} ids of 17 digits is possible",
                HEAVIEST_LIST / weight("12345678901234567")
            );
            return Err(wrong(key, reason));
        }
        if self.weight > HEAVIEST {
            let reason = "with this the funnel is too large to be asked: write less into it";
            return Err(wrong(key, reason.to_owned()));
        }
        Ok(())
    }
}

/// Bytes of a text in a question at most, its quotes and comma with it: what is neither letter nor digit is escaped
/// twice.
fn weight(text: &str) -> usize {
    let plain = text.bytes().filter(u8::is_ascii_alphanumeric).count();
    9 + plain + (text.len() - plain) * 12
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(of: impl Fn(&mut WrittenMatch)) -> WrittenMatch {
        let mut step = WrittenMatch {
            kind: Some(OneOrMany::One("message".to_owned())),
            ..WrittenMatch::default()
        };
        of(&mut step);
        step
    }

    fn funnel(steps: Vec<WrittenMatch>) -> WrittenFunnel {
        WrittenFunnel { name: "own".to_owned(), steps, ..WrittenFunnel::default() }
    }

    fn wrong_key(written: WrittenFunnel) -> String {
        written.check().unwrap_err().key
    }

    #[test]
    fn what_is_too_large_is_named() {
        let ads = |count: usize| {
            let ids: Vec<String> = (0..count).map(|number| format!("{number:017}")).collect();
            step(|step| step.ad = Some(OneOrMany::Many(ids.clone())))
        };
        let plain = || step(|_| {});
        assert!(funnel(vec![plain(), ads(3000)]).check().is_ok());
        assert_eq!(wrong_key(funnel(vec![plain(), ads(100_000)])), "steps[1].ad");
        let all: Vec<_> = (0..20).map(|_| ads(3000)).collect();
        assert_eq!(wrong_key(funnel(all)), "steps[6].ad");
        let quotes = step(|step| step.conversion = Some(OneOrMany::One("'".repeat(9000))));
        assert_eq!(wrong_key(funnel(vec![plain(), quotes])), "steps[1].conversion");
        let named = step(|step| step.name = Some("x".repeat(201)));
        assert_eq!(wrong_key(funnel(vec![plain(), named])), "steps[1].name");
        let people = (0..9000).map(|number| format!("1/{number:017}")).collect();
        let tested = WrittenFunnel { exclude_people: people, ..funnel(vec![plain(), plain()]) };
        assert_eq!(wrong_key(tested), "exclude_people");
        let filters = (0..21).map(|number| (format!("ref.{number}"), "x".to_owned())).collect();
        let filtered = WrittenFunnel { filters, ..funnel(vec![plain(), plain()]) };
        assert_eq!(wrong_key(filtered), "filters");
    }

    #[test]
    fn regular_expressions_are_small_and_few() {
        let with = |pattern: &str| step(|step| step.payload = Some(pattern.to_owned()));
        for large in ["a{1000}{1000}", r"(\w{1000}){100}", &"(".repeat(200), &"x".repeat(501)] {
            assert_eq!(
                wrong_key(funnel(vec![with("a"), with(large)])),
                "steps[1].payload",
                "{large}"
            );
        }
        assert!(regex(r"^(BUY|KAUFEN)_\d{1,9}$").is_ok());
        let three = |number: usize| {
            step(|step| {
                step.name = Some(format!("step {number}"));
                step.payload = Some("a".to_owned());
                step.text = Some("b".to_owned());
                step.referral_ref = Some("c".to_owned());
            })
        };
        assert!(funnel((0..20).map(three).collect()).check().is_ok());
        let one_more =
            WrittenFunnel { exclude: vec![with("a")], ..funnel((0..20).map(three).collect()) };
        assert_eq!(wrong_key(one_more), "exclude[0].payload");
    }
}
