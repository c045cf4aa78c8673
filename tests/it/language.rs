//! Messages: every language has the same ones, none is missing, none is left over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use messenger_funnel::language::{Language, count, decimal, percent, say};
use regex::Regex;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

/// What stands in place of a value, in a message or what hangs on it.
fn variables(pattern: &Pattern<String>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        let (inline, variants) = match expression {
            Expression::Inline(inline) => (inline, &[][..]),
            Expression::Select { selector, variants } => (selector, &variants[..]),
        };
        if let InlineExpression::VariableReference { id } = inline {
            found.insert(id.name.clone());
        }
        for variant in variants {
            variables(&variant.value, found);
        }
    }
}

/// Every message of a language, and everything that hangs on one, with its values.
fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = Vec::new();
    files(&root().join("dashboards/messages").join(language), "ftl", &mut found);
    let mut messages = BTreeMap::new();
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        let parsed = fluent_syntax::parser::parse(text)
            .unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", path.display()));
        for entry in parsed.body {
            let Entry::Message(message) = entry else { continue };
            let mut tell = |name: String, pattern: &Pattern<String>| {
                let mut values = BTreeSet::new();
                variables(pattern, &mut values);
                let before = messages.insert(name.clone(), values);
                assert!(before.is_none(), "{}: {name} is there twice", path.display());
            };
            let name = &message.id.name;
            if let Some(pattern) = &message.value {
                tell(name.clone(), pattern);
            }
            for attribute in &message.attributes {
                tell(format!("{name}.{}", attribute.id.name), &attribute.value);
            }
        }
    }
    messages
}

fn code() -> String {
    let mut found = Vec::new();
    files(&root().join("src"), "rs", &mut found);
    files(&root().join("dashboards"), "html", &mut found);
    let texts = found.iter().map(|path| fs::read_to_string(path).unwrap());
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let texts = texts.map(|text| text.lines().filter(is_code).collect::<Vec<_>>().join("\n"));
    texts.collect()
}

#[test]
fn every_language_has_the_same_messages_with_the_same_values() {
    let english = messages("en");
    assert!(english.len() > 300, "{}", english.len());
    for language in Language::all() {
        let own = messages(language.tag());
        for (name, values) in &english {
            let there = own.get(name);
            assert_eq!(there, Some(values), "{name} in {}", language.tag());
        }
        assert_eq!(own.len(), english.len(), "{}", language.tag());
    }
    assert_eq!(Language::all().map(Language::tag).collect::<Vec<_>>(), ["en", "fr"]);
}

#[test]
fn every_message_that_is_said_is_there_and_none_is_left_over() {
    let (english, code) = (messages("en"), code());
    let literal =
        Regex::new(r#"say\(\s*"([a-z][a-z0-9._-]*)"|"([a-z][a-z0-9._-]*)"\|(?:say|markup)"#);
    let said = literal.unwrap();
    for found in said.captures_iter(&code) {
        let name = found.get(1).or(found.get(2)).unwrap().as_str();
        assert!(english.contains_key(name), "{name} is said, and not there");
    }
    // Names that are put together: say(format!("stage-{name}")).
    let families = Regex::new(r#""([a-z][a-z_-]*-)\{"#).unwrap();
    let families: BTreeSet<&str> =
        families.captures_iter(&code).map(|found| found.get(1).unwrap().as_str()).collect();
    for name in english.keys() {
        let is_family = families.iter().any(|family| name.starts_with(family));
        let whole = name.split('.').next().unwrap();
        let is_said =
            code.contains(&format!("\"{name}\"")) || code.contains(&format!("\"{whole}\""));
        assert!(is_family || is_said, "nobody says {name}");
    }
}

#[tokio::test]
async fn numbers_are_written_as_the_language_does() {
    let told = || {
        let leads = |count: u64| say("chart-row-leads").with("count", count).to_string();
        [
            count(1_234_567),
            decimal(-1234.5, 2),
            percent(0.1234, 1),
            leads(1),
            leads(12_345),
            leads(0),
        ]
    };
    let english = ["1,234,567", "-1,234.50", "12.3 %", "1 lead", "12,345 leads", "0 leads"];
    assert_eq!(told(), english);
    let french = Language::wanted("fr").within(async { told() }).await;
    let of_french = [
        "1\u{202f}234\u{202f}567",
        "-1\u{202f}234,50",
        "12,3\u{a0}%",
        "1 prospect",
        "12\u{202f}345 prospects",
        // In French, none is one.
        "0 prospect",
    ];
    assert_eq!(french, of_french);
    // As JSON it is English, whoever asks.
    let message = say("chart-row-leads").with("count", 2_u64);
    let json = Language::wanted("fr").within(async { serde_json::to_string(&message) }).await;
    assert_eq!(json.unwrap(), "\"2 leads\"");
}

#[test]
fn what_comes_from_outside_is_escaped_in_marked_up_messages() {
    let message = say("funnels-keep.how").with("file", "<b>&\"x\"");
    let text = message.markup().0;
    assert!(text.contains("<code>&#60;b&#62;&#38;&#34;x&#34;</code>"), "{text}");
}
