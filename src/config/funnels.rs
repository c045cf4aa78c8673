//! Funnels of one's own: in the settings, and one a file of a folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::keys::{Section, key, section};
use crate::analysis::{DEFAULT_FUNNEL, Funnels, WrittenFunnel};

pub(super) const SECTION: Section = section(
    "[[funnels]]",
    "Custom funnels, also one a file in the folder `funnels_dir` or in a form on the page Funnels: see [custom funnels](../guides/custom-funnels.md).",
    &[
        key(
            "name",
            "",
            "its name in addresses: small letters, digits, `-` and `_`; without it the file's name",
        ),
        key("title", "", "its name on pages"),
        key("unit", "\"conversation\"", "what is counted: `conversation` or `person`"),
        key("order", "\"ordered\"", "`ordered`, `strict` (no other step's event between) or `any`"),
        key(
            "window",
            "\"28d\"",
            "how long after its first step an attempt may go on: `28d`, `36h`, `90m`, `none`",
        ),
        key(
            "step_window",
            "",
            "how long after a step the next one may come; without it as long as the window lasts",
        ),
        key(
            "reentry",
            "\"first\"",
            "which attempts of one unit count: `first`, `best` (the one that gets furthest) or `every` (one after the other)",
        ),
        key(
            "filters",
            "{}",
            "what the conversation in which an attempt begins must be, by the dimensions of a breakdown: `{ source = \"ad\" }`",
        ),
        key("exclude_people", "[]", "people who do not count, such as testers: `page/person`"),
    ],
);

pub(super) const STEPS: Section = section(
    "[[funnels.steps]]",
    "The steps, 2 to 20; in a file of its own `[[steps]]`. Each is a matcher of events: all that is said must hold.",
    &[
        key("name", "", "a step's name"),
        key(
            "kind",
            "",
            "kinds: `message`, `echo`, `postback`, `referral`, `opt_in`, `delivery`, `read`, `conversion` and so on, one or a list",
        ),
        key("event", "", "name of an event of kind `other`"),
        key("payload", "", "regular expression over the payload of a postback or quick reply"),
        key("text", "", "regular expression over the text, if texts are stored"),
        key("ref", "", "regular expression over the ref"),
        key("source", "", "entry points, one or a list"),
        key("ad", "", "ads, one or a list of ids"),
        key("conversion", "", "names of conversions, one or a list"),
        key("min_value", "", "a conversion's least value"),
        key("max_value", "", "a conversion's largest value"),
    ],
);

pub(super) const EXCLUDE: Section = section(
    "[[funnels.exclude]]",
    "Events that end an attempt between two steps; in a file of its own `[[exclude]]`. The keys of a step, and:",
    &[
        key("after", "1", "number of the step behind which it counts, from 1"),
        key("before", "", "number of the step before which it counts; without it the last"),
    ],
);

/// The funnels of the settings, and one a file of the folder, named like the file if it says no name.
pub(super) fn load(written: Vec<WrittenFunnel>, folder: &Path) -> anyhow::Result<Funnels> {
    let mut all: Vec<(String, WrittenFunnel)> = Vec::new();
    all.extend(
        written.into_iter().enumerate().map(|(index, one)| (format!("funnels[{index}]"), one)),
    );
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries.collect::<Result<Vec<_>, _>>(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let entries = entries.with_context(|| format!("funnels_dir: {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    for path in paths {
        let place = path.display().to_string();
        let bytes = std::fs::read(&path).with_context(|| place.clone())?;
        let source = super::toml_source(&bytes).with_context(|| place.clone())?;
        let mut funnel: WrittenFunnel = config::Config::builder()
            .add_source(source)
            .build()
            .and_then(config::Config::try_deserialize)
            .with_context(|| place.clone())?;
        if funnel.name.is_empty() {
            funnel.name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        }
        all.push((place, funnel));
    }
    let mut funnels = Funnels::new();
    for (place, written) in all {
        let mut funnel = written.check().with_context(|| place.clone())?;
        if funnel.name == DEFAULT_FUNNEL || funnels.contains_key(&funnel.name) {
            bail!("{place}: there is a funnel {:?} already", funnel.name);
        }
        funnel.place = place;
        funnels.insert(funnel.name.clone(), funnel);
    }
    Ok(funnels)
}
