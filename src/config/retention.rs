//! `[retention]`: how many days rows are kept.

use anyhow::bail;
use serde::Deserialize;

use super::keys::{Section, key, section};
use crate::store::Retention;

/// Conversations are made anew with events from before them: that much longer must events stay.
const MARGIN_DAYS: u32 = 30;

pub(super) const SECTION: Section = section(
    "[retention]",
    "Days that rows are kept; 0 is for good: see [running](../operating/running.md#how-long-rows-are-kept).",
    &[
        key("raw_days", "0", "the events' own JSON"),
        key(
            "events_days",
            "0",
            "events: at least 30 days longer than conversations, which are made of them",
        ),
        key(
            "conversations_days",
            "0",
            "conversations, touchpoints, conversions, and by whole months sequences",
        ),
        key("visits_days", "0", "visits to tracked links"),
        key("quarantine_days", "0", "what could not be understood"),
    ],
);

/// The section as it is written; 0: for good.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "a key names its unit")]
pub(super) struct RetentionKeys {
    raw_days: u32,
    events_days: u32,
    conversations_days: u32,
    visits_days: u32,
    quarantine_days: u32,
}

impl RetentionKeys {
    pub(super) fn check(self) -> anyhow::Result<Retention> {
        let Self { raw_days, events_days, conversations_days, visits_days, quarantine_days } = self;
        if events_days > 0
            && (conversations_days == 0 || events_days < conversations_days + MARGIN_DAYS)
        {
            bail!(
                "retention.events_days: conversations are made of events, so that these must stay \
                 {MARGIN_DAYS} days longer; set conversations_days to at most {}",
                events_days.saturating_sub(MARGIN_DAYS)
            );
        }
        Ok(Retention {
            raw: raw_days,
            events: events_days,
            conversations: conversations_days,
            visits: visits_days,
            quarantine: quarantine_days,
        })
    }
}
