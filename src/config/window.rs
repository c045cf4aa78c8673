//! How long a business may answer freely.

use std::collections::BTreeMap;

use anyhow::bail;
use serde::Deserialize;

use super::keys::{Section, key, section};
use crate::domain::{Channel, Source};
use crate::store::{MessagingWindow, SourceWindow};

/// The longest window that can be set.
const MOST: u32 = 30 * 24;

pub(super) const SECTION: Section = section(
    "[messaging_window]",
    "How long a business may answer freely.",
    &[
        key("hours", "24", "hours after the person's last act"),
        key(
            "by_source",
            "{ ad = 168 }",
            "table by [entry point](entry-points.md): hours after the first message of who entered through it, if that is later",
        ),
        key(
            "free_entry_hours",
            "72",
            "on WhatsApp after an answer within a day to who came by an ad: messages of any kind are free, which makes the window no longer",
        ),
    ],
);

pub(super) const OF_CHANNEL: Section = section(
    "[messaging_window.by_channel.CHANNEL]",
    "The same for `messenger`, `instagram` or `whatsapp` alone. Without a key the one above holds, but on WhatsApp no source has a longer window.",
    &[
        key("hours", "", "hours after the person's last act"),
        key("by_source", "", "table by entry point"),
    ],
);

/// A day; after the first message of who entered through an ad up to a week (Meta, messenger-platform/policy,
/// September 2026). WhatsApp's customer service window is a day whatever led there; after an ad a day's answer makes
/// messages of any kind free for 72 hours (Meta, WhatsApp pricing, "Free entry point windows", 2026).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Window {
    hours: u32,
    by_source: BTreeMap<String, u32>,
    by_channel: BTreeMap<String, OfChannel>,
    free_entry_hours: u32,
}

/// What is another on one channel.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OfChannel {
    hours: Option<u32>,
    by_source: Option<BTreeMap<String, u32>>,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            hours: 24,
            by_source: [("ad".to_owned(), 7 * 24)].into(),
            by_channel: BTreeMap::new(),
            free_entry_hours: 72,
        }
    }
}

impl Window {
    pub(super) fn check(mut self) -> anyhow::Result<MessagingWindow> {
        check_hours("messaging_window.hours", 1, self.hours)?;
        check_hours("messaging_window.free_entry_hours", 0, self.free_entry_hours)?;
        check_sources("messaging_window", &self.by_source)?;
        let whatsapp = self.by_channel.entry(Channel::WhatsApp.as_str().to_owned()).or_default();
        whatsapp.by_source.get_or_insert_default();
        let mut by_channel = Vec::new();
        let mut by_source = Vec::new();
        for channel in Channel::ALL.map(Channel::as_str) {
            let own = self.by_channel.remove(channel);
            let place = format!("messaging_window.by_channel.{channel}");
            let hours = own.as_ref().and_then(|own| own.hours).unwrap_or(self.hours);
            check_hours(&format!("{place}.hours"), 1, hours)?;
            let sources = own.and_then(|own| own.by_source);
            let sources = sources.unwrap_or_else(|| self.by_source.clone());
            check_sources(&place, &sources)?;
            by_channel.push((channel.to_owned(), i64::from(hours)));
            by_source.extend(sources.into_iter().map(|(source, hours)| SourceWindow {
                channel: channel.to_owned(),
                source,
                hours: i64::from(hours),
            }));
        }
        if let Some(unknown) = self.by_channel.keys().next() {
            let known = Channel::ALL.map(Channel::as_str).join(", ");
            bail!("messaging_window.by_channel: {unknown:?} is none of {known}");
        }
        Ok(MessagingWindow {
            hours: i64::from(self.hours),
            by_channel,
            by_source,
            free_entry_hours: i64::from(self.free_entry_hours),
        })
    }
}

fn check_sources(place: &str, by_source: &BTreeMap<String, u32>) -> anyhow::Result<()> {
    for (source, hours) in by_source {
        if Source::from_name(source).is_none() {
            let known = Source::ALL.map(Source::as_str).join(", ");
            bail!("{place}.by_source: {source:?} is none of {known}");
        }
        check_hours(&format!("{place}.by_source.{source}"), 0, *hours)?;
    }
    Ok(())
}

fn check_hours(place: &str, least: u32, hours: u32) -> anyhow::Result<()> {
    if !(least..=MOST).contains(&hours) {
        bail!("{place}: {hours} is not between {least} and {MOST}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<MessagingWindow> {
        toml::from_str::<Window>(text)?.check()
    }

    #[test]
    fn whatsapp_has_no_longer_window_after_an_ad_unless_the_settings_say_so() {
        let usual = read("").unwrap();
        let of = |window: &MessagingWindow, channel: &str| -> Vec<(String, i64)> {
            let own = window.by_source.iter().filter(|one| one.channel == channel);
            own.map(|one| (one.source.clone(), one.hours)).collect()
        };
        assert_eq!(of(&usual, "messenger"), [("ad".to_owned(), 168)]);
        assert_eq!(of(&usual, "instagram"), [("ad".to_owned(), 168)]);
        assert_eq!(of(&usual, "whatsapp"), []);
        let own = read(
            "by_source.ad = 48\nby_channel.whatsapp.hours = 23\nby_channel.whatsapp.by_source.link = 30",
        );
        let own = own.unwrap();
        assert_eq!(of(&own, "messenger"), [("ad".to_owned(), 48)]);
        assert_eq!(of(&own, "whatsapp"), [("link".to_owned(), 30)]);
        assert_eq!(own.by_channel[2], ("whatsapp".to_owned(), 23));
        // Fewer hours alone leave the longer window after an ad.
        let fewer = read("by_channel.messenger.hours = 20").unwrap();
        assert_eq!(of(&fewer, "messenger"), [("ad".to_owned(), 168)]);
        for (wrong, place) in [
            ("by_channel.telegram.hours = 1", "\"telegram\" is none of"),
            (
                "by_channel.whatsapp.by_source.tv = 1",
                "messaging_window.by_channel.whatsapp.by_source",
            ),
            ("by_channel.instagram.hours = 0", "messaging_window.by_channel.instagram.hours"),
            ("free_entry_hours = 10000", "messaging_window.free_entry_hours"),
        ] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.contains(place), "{error}");
        }
    }
}
