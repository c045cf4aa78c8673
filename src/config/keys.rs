//! Every key of the settings, with its default and what it means: `docs/reference/settings.md` and errors tell this.
//!
//! Each section's keys stand beside the type that reads them; a test compares the two.

/// A key of the settings.
#[derive(Debug)]
pub struct Key {
    /// Its name within its section.
    pub name: &'static str,
    /// Its default as TOML; empty: none.
    pub default: &'static str,
    /// What it means, in Markdown. Links begin at `docs/reference`.
    pub text: &'static str,
}

/// A section of the settings.
#[derive(Debug)]
pub struct Section {
    /// Its head, as in `[server]` or `[[reports]]`; empty: keys that stand before all sections.
    pub head: &'static str,
    /// What it is for, in Markdown; may be empty.
    pub text: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A key.
pub(super) const fn key(name: &'static str, default: &'static str, text: &'static str) -> Key {
    Key { name, default, text }
}

/// A section.
pub(super) const fn section(
    head: &'static str,
    text: &'static str,
    keys: &'static [Key],
) -> Section {
    Section { head, text, keys }
}

impl Section {
    /// Its name as in `server.tokens`; empty for the first.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.head.trim_matches(['[', ']'])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::{SECTIONS, Settings, Written};

    /// What sections need besides their defaults.
    const NEEDED: [(&str, &str); 9] = [
        ("server.tokens", "name = \"bi\"\ntoken = \"0123456789abcdef\"\nscopes = [\"read\"]"),
        ("server.oidc", "issuer = \"https://id.example.com\"\nclient_id = \"funnel\""),
        ("clickhouse.reader", "password = \"12345678\""),
        ("conversions.rules", "name = \"lead\"\nkind = \"postback\"\npayload = \"^LEAD\""),
        ("refs.rules", "pattern = \"^x\""),
        (
            "funnels",
            "name = \"own\"\nsteps = [{ name = \"a\", kind = \"message\" }, { name = \"b\", kind = \"echo\" }]",
        ),
        ("funnels.exclude", "payload = \"^NO\""),
        ("reports", "name = \"weekly\""),
        ("destinations.NAME", "folder = \"reports\""),
    ];

    /// A place for `keys` of a section, within sections that are complete.
    fn written(section: &Section, keys: &str) -> String {
        let own = NEEDED.iter().find(|(path, _)| *path == section.path()).map_or("", |pair| pair.1);
        let above = match section.path() {
            "server.oidc" => "[server]\npublic_url = \"https://funnel.example.com\"".to_owned(),
            "funnels.exclude" => format!("[[funnels]]\n{}", NEEDED[5].1),
            _ => String::new(),
        };
        let head = section.head.replace("CHANNEL", "whatsapp");
        format!("{above}\n{head}\n{own}\n{keys}\n")
    }

    /// The keys that are known in a place, as serde tells of one that is not.
    fn known(text: &str) -> Option<BTreeSet<String>> {
        let told = toml::from_str::<Written>(text).unwrap_err().to_string();
        let (_, known) = told.split_once("unknown field `zzz`, expected ")?;
        Some(known.split('`').skip(1).step_by(2).map(str::to_owned).collect())
    }

    #[test]
    fn every_key_is_told_of_and_no_other() {
        let mut places: BTreeSet<&str> = BTreeSet::from([""]);
        for path in SECTIONS.iter().map(Section::path) {
            places.extend(path.match_indices('.').map(|(end, _)| &path[..end]));
            places.insert(path);
        }
        let mut compared = 0;
        for place in places {
            let section = SECTIONS.iter().find(|section| section.path() == place);
            let below = SECTIONS.iter().filter_map(|section| match place {
                "" => section.path().split('.').next(),
                _ => section.path().strip_prefix(place)?.strip_prefix('.')?.split('.').next(),
            });
            let own = section.iter().flat_map(|section| section.keys).map(|key| key.name);
            let told: BTreeSet<String> =
                own.chain(below).filter(|name| !name.is_empty()).map(str::to_owned).collect();
            let text = match section {
                Some(section) => format!("{}\nzzz = 1", section.head),
                None => format!("[{place}]\nzzz = 1"),
            };
            // Tables whose keys are names of your own know all.
            if let Some(mut known) = known(&text) {
                // An exclusion is told of as what it has besides a step.
                if place == "funnels.exclude" {
                    let steps = SECTIONS.iter().find(|other| other.path() == "funnels.steps");
                    known.retain(|name| !steps.unwrap().keys.iter().any(|key| key.name == name));
                }
                if place == "funnels.steps" {
                    known.retain(|name| name != "after" && name != "before");
                }
                assert_eq!(told, known, "[{place}]");
                compared += 1;
            }
        }
        assert!(compared > 20, "{compared}");
    }

    #[test]
    fn defaults_are_what_holds_without_the_key() {
        let read = |text: &str| {
            let written = toml::from_str::<Written>(text).unwrap();
            format!("{:?}", Settings::check(written).unwrap())
        };
        let mut compared = 0;
        for section in SECTIONS.iter().filter(|section| section.path() != "funnels.steps") {
            let without = read(&written(section, ""));
            for key in section.keys.iter().filter(|key| !key.default.is_empty()) {
                let with = format!("{} = {}", key.name, key.default);
                assert!(read(&written(section, &with)) == without, "[{}] {with}", section.path());
                compared += 1;
            }
        }
        assert!(compared > 60, "{compared}");
    }
}
