//! What the settings say of Meta: the app's secrets, the Graph API, and what is read from it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::bail;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::keys::{Section, key, section};
use super::list::List;
use super::secrets::{Texts, secret};
use crate::domain::Schedule;

/// How Meta's Graph API is reached.
#[derive(Debug, Clone)]
pub struct GraphSettings {
    /// Its address.
    pub url: String,
    /// Its version, such as `v25.0`.
    pub version: String,
    /// A token of a system user; `None`: Meta is not asked.
    pub token: Option<SecretString>,
    /// Tokens of Pages, by their ids.
    pub page_tokens: BTreeMap<String, SecretString>,
    /// Digits of ad accounts.
    pub ad_accounts: Vec<String>,
    /// WhatsApp business accounts beside those whose webhooks come in: what their messages cost is asked for.
    pub whatsapp_business_accounts: Vec<String>,
}

/// What is read of what ads cost, and when.
#[derive(Debug, Clone)]
pub struct SpendSettings {
    /// When `serve` syncs.
    pub schedule: Schedule,
    /// How far back, in months.
    pub months: u32,
}

pub(super) const SECTION: Section = section(
    "[meta]",
    "The app whose webhooks come in, and the Graph API.",
    &[
        key(
            "app_secrets",
            "[]",
            "secrets of the apps, from App settings > Basic; every one of them is good. With commas in the environment",
        ),
        key("app_secrets_file", "", "a file that holds them, one a line or with commas"),
        key(
            "verify_token",
            "[]",
            "a text of your choice that Meta shows when it verifies the webhook; one, or a list",
        ),
        key("verify_token_file", "", "a file that holds it"),
        key("access_token", "\"\"", "a system user's token: spend, feedback, `doctor`"),
        key("access_token_file", "", "a file that holds it"),
        key(
            "ad_accounts",
            "[]",
            "ad accounts whose costs are read, such as `act_123456789`; with commas in the environment",
        ),
        key(
            "whatsapp_business_accounts",
            "[]",
            "WhatsApp business accounts whose messages' costs are read beside those whose webhooks come in; with \
             commas in the environment",
        ),
        key(
            "page_tokens",
            "{}",
            "table by Page id: tokens by which `doctor` looks at Pages, and names are asked",
        ),
        key("datasets", "{}", "table by Page id: the dataset that conversions go to"),
        key(
            "page_names",
            "{}",
            "table by id: what Pages, Instagram accounts and WhatsApp numbers are called on pages; without it as the Graph API says (asked once a week with `meta.page_tokens` or `meta.access_token`), else as webhooks do (a number)",
        ),
        key("graph_url", "\"https://graph.facebook.com\"", "address of the Graph API"),
        key("graph_version", "\"v25.0\"", "its version"),
    ],
);

pub(super) const SPEND: Section = section(
    "[spend]",
    "What ads cost, read from Meta: see [costs](../guides/costs.md).",
    &[
        key(
            "schedule",
            "\"15 4 * * *\"",
            "when `serve` reads it (cron: minute, hour, day of month, month, day of week, in `time_zone`)",
        ),
        key("months", "3", "how far back, 1 to 37"),
    ],
);

/// `[meta]` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Meta {
    pub app_secrets: Texts,
    pub app_secrets_file: Option<PathBuf>,
    pub verify_token: Texts,
    pub verify_token_file: Option<PathBuf>,
    graph_url: Option<String>,
    graph_version: Option<String>,
    access_token: SecretString,
    access_token_file: Option<PathBuf>,
    page_tokens: BTreeMap<String, SecretString>,
    ad_accounts: List,
    whatsapp_business_accounts: List,
    /// Dataset of each Page.
    pub datasets: BTreeMap<String, String>,
    /// What each Page, account or number is called.
    pub page_names: BTreeMap<String, String>,
}

/// `[spend]` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Spend {
    schedule: String,
    months: u32,
}

impl Default for Spend {
    fn default() -> Self {
        Self { schedule: "15 4 * * *".to_owned(), months: 3 }
    }
}

impl Meta {
    pub(super) fn graph(&mut self) -> anyhow::Result<GraphSettings> {
        let url = self.graph_url.take().unwrap_or_else(|| "https://graph.facebook.com".to_owned());
        if !url.starts_with("https://") && !url.starts_with("http://") || url.contains('@') {
            bail!("meta.graph_url: it is no address such as https://graph.facebook.com");
        }
        let version = self.graph_version.take().unwrap_or_else(|| "v25.0".to_owned());
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let parts = version.strip_prefix('v').and_then(|number| number.split_once('.'));
        if !parts.is_some_and(|(major, minor)| is_number(major) && is_number(minor)) {
            bail!("meta.graph_version: {version:?} is no version such as v25.0");
        }
        let token = secret(
            "meta.access_token",
            std::mem::take(&mut self.access_token),
            self.access_token_file.take(),
        )?;
        let ids = |list: &mut List, prefix: &str, what: &str| {
            let mut ids: Vec<String> = Vec::new();
            for id in std::mem::take(list).into_list() {
                let digits = id.strip_prefix(prefix).unwrap_or(&id);
                if digits.is_empty() {
                    continue;
                }
                if !is_number(digits) {
                    bail!("{what}: {id:?} is no account such as {prefix}123456789");
                }
                if !ids.iter().any(|known| known == digits) {
                    ids.push(digits.to_owned());
                }
            }
            Ok(ids)
        };
        let ad_accounts = ids(&mut self.ad_accounts, "act_", "meta.ad_accounts")?;
        let whatsapp_business_accounts =
            ids(&mut self.whatsapp_business_accounts, "", "meta.whatsapp_business_accounts")?;
        Ok(GraphSettings {
            url,
            version,
            token: Some(token).filter(|token| !token.expose_secret().is_empty()),
            page_tokens: std::mem::take(&mut self.page_tokens),
            ad_accounts,
            whatsapp_business_accounts,
        })
    }
}

impl Spend {
    pub(super) fn check(self, time_zone: &str) -> anyhow::Result<SpendSettings> {
        let schedule = Schedule::new(&self.schedule, time_zone)
            .map_err(|reason| anyhow::anyhow!("spend.schedule: {reason}"))?;
        if !(1..=37).contains(&self.months) {
            bail!("spend.months: {} is not between 1 and 37, as far as Meta tells", self.months);
        }
        Ok(SpendSettings { schedule, months: self.months })
    }
}
