//! How long a business may answer freely.

use std::collections::BTreeMap;

use anyhow::bail;
use serde::Deserialize;

use crate::domain::Source;
use crate::store::MessagingWindow;

/// A day; after the first message of who entered through an ad up to a week (Meta, messenger-platform/policy,
/// September 2026).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Window {
    hours: u32,
    by_source: BTreeMap<String, u32>,
}

impl Default for Window {
    fn default() -> Self {
        Self { hours: 24, by_source: [("ad".to_owned(), 7 * 24)].into() }
    }
}

impl Window {
    pub(super) fn check(self) -> anyhow::Result<MessagingWindow> {
        const MOST: u32 = 30 * 24;
        for (source, hours) in &self.by_source {
            if Source::from_name(source).is_none() {
                let known = Source::ALL.map(Source::as_str).join(", ");
                bail!("messaging_window.by_source: {source:?} is none of {known}");
            }
            if *hours > MOST {
                bail!("messaging_window.by_source.{source}: {hours} is more than {MOST} hours");
            }
        }
        if !(1..=MOST).contains(&self.hours) {
            bail!("messaging_window.hours: {} is not between 1 and {MOST}", self.hours);
        }
        let by_source = self.by_source.into_iter();
        Ok(MessagingWindow {
            hours: i64::from(self.hours),
            by_source: by_source.map(|(source, hours)| (source, i64::from(hours))).collect(),
        })
    }
}
