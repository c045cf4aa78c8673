//! What the settings say of alerts.

use anyhow::bail;
use serde::Deserialize;

use super::keys::{Section, key, section};
use crate::alerting::{AlertSettings, QuietHours};
use crate::language::Language;
use crate::reports::ReportSettings;

pub(super) const SECTION: Section = section(
    "[alerts]",
    "Alerts of what is out of the ordinary; rules are also written on the page Alerts: see [teams](../guides/teams.md#alerts).",
    &[
        key(
            "to",
            "[]",
            "names of destinations (mail or webhook) of rules that name none; without any incidents stand on the page alone",
        ),
        key(
            "quiet_hours",
            "\"\"",
            "when only grave incidents are told, in `time_zone`: `22:00-07:00`; the others are told when they are over",
        ),
        key("defaults", "true", "whether the default rules are looked at"),
        key("language", "\"en\"", "of notices: `en` or `fr`"),
    ],
);

/// `[alerts]` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Alerts {
    to: Vec<String>,
    quiet_hours: String,
    defaults: bool,
    language: String,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            to: Vec::new(),
            quiet_hours: String::new(),
            defaults: true,
            language: "en".to_owned(),
        }
    }
}

impl Alerts {
    pub(super) fn check(self, reports: &ReportSettings) -> anyhow::Result<AlertSettings> {
        for name in &self.to {
            match reports.destinations.get(name) {
                Some(place) if place.takes_notices() => {}
                Some(_) => bail!("alerts.to: {name:?} takes files; notices go by mail or webhook"),
                None => bail!("alerts.to: there is no destination {name:?}"),
            }
        }
        let quiet = QuietHours::parse(&self.quiet_hours);
        let quiet = quiet.map_err(|reason| anyhow::anyhow!("alerts.quiet_hours: {reason}"))?;
        let Some(language) = Language::tagged(&self.language) else {
            bail!("alerts.language: {:?} is none of en, fr", self.language);
        };
        Ok(AlertSettings { to: self.to, quiet, has_defaults: self.defaults, language })
    }
}
