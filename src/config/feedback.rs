//! What the settings say of telling Meta about conversions.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;
use serde::Deserialize;

use super::keys::{Section, key, section};
use crate::domain::DAY_MS;
use crate::feedback::FeedbackSettings;

pub(super) const SECTION: Section = section(
    "[feedback]",
    "What Meta is told of conversions: see [conversions](../guides/conversions.md).",
    &[
        key(
            "send",
            "false",
            "whether `serve` tells it; `export-conversions` shows what it would be",
        ),
        key(
            "test_event_code",
            "",
            "code of the page Test events: what is sent then shows there and counts for nothing",
        ),
        key("require_consent", "false", "whether only conversions with consent are told"),
        key(
            "max_age_days",
            "7",
            "older conversions are not told; Meta takes those of the last 7 days",
        ),
        key(
            "events",
            "{ lead = \"LeadSubmitted\", purchase = \"Purchase\" }",
            "which conversions are told, by name, and what Meta calls them",
        ),
    ],
);

/// `[feedback]` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Feedback {
    send: bool,
    test_event_code: Option<String>,
    require_consent: bool,
    max_age_days: u32,
    events: Option<BTreeMap<String, String>>,
}

impl Default for Feedback {
    fn default() -> Self {
        Self {
            send: false,
            test_event_code: None,
            require_consent: false,
            max_age_days: 7,
            events: None,
        }
    }
}

impl Feedback {
    /// The settings, and whether `serve` sends.
    pub(super) fn check(
        self,
        datasets: BTreeMap<String, String>,
        data_dir: &Path,
    ) -> anyhow::Result<(FeedbackSettings, bool)> {
        if !(1..=7).contains(&self.max_age_days) {
            bail!("feedback.max_age_days: Meta takes events of the last 7 days");
        }
        for (page, dataset) in &datasets {
            if dataset.is_empty() || !dataset.bytes().all(|byte| byte.is_ascii_digit()) {
                bail!("meta.datasets.{page}: {dataset:?} is no dataset, which is digits alone");
            }
        }
        let usual = || {
            let pair = |goal: &str, name: &str| (goal.to_owned(), name.to_owned());
            BTreeMap::from([pair("lead", "LeadSubmitted"), pair("purchase", "Purchase")])
        };
        let settings = FeedbackSettings {
            events: self.events.unwrap_or_else(usual),
            datasets,
            max_age_ms: i64::from(self.max_age_days) * DAY_MS,
            require_consent: self.require_consent,
            test_event_code: self.test_event_code.filter(|code| !code.is_empty()),
            lock: data_dir.join("feedback.lock"),
            ..FeedbackSettings::default()
        };
        Ok((settings, self.send))
    }
}
