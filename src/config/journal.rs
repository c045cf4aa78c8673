//! `[journal]`: how much disk it takes, and how long.

use std::time::Duration;

use anyhow::bail;
use serde::Deserialize;

use super::keys::{Section, key, section};
use crate::journal::Limits;

pub(super) const SECTION: Section = section(
    "[journal]",
    "",
    &[
        key(
            "max_bytes",
            "17179869184",
            "disk for the journal, 16 GiB; behind that webhooks are answered 503 until something has been shipped",
        ),
        key("keep_shipped_hours", "72", "how long raw bodies stay on disk after shipping"),
        key(
            "ship_again_hours",
            "2",
            "after an end that was not in order, what came in within these hours before it is shipped again",
        ),
    ],
);

/// The section as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct JournalKeys {
    keep_shipped_hours: u64,
    ship_again_hours: u64,
    max_bytes: u64,
}

impl Default for JournalKeys {
    fn default() -> Self {
        Self { keep_shipped_hours: 72, ship_again_hours: 2, max_bytes: Limits::default().max_bytes }
    }
}

impl JournalKeys {
    pub(super) fn limits(&self) -> anyhow::Result<Limits> {
        const LEAST: u64 = 1 << 20;
        let max_bytes = self.max_bytes;
        if max_bytes < LEAST {
            bail!("journal.max_bytes: {max_bytes} is less than {LEAST}, which holds no webhook");
        }
        Ok(Limits { max_bytes, ..Limits::default() })
    }

    pub(super) fn keep_shipped(&self) -> Duration {
        Duration::from_secs(self.keep_shipped_hours.saturating_mul(3600))
    }

    pub(super) fn ship_again(&self) -> Duration {
        Duration::from_secs(self.ship_again_hours.saturating_mul(3600))
    }
}
