//! `[clickhouse]`: which ClickHouse, and who reads it besides.

use std::path::PathBuf;

use anyhow::bail;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::address::check_url;
use super::keys::{Section, key, section};
use super::list::List;
use super::secrets::secret;
use crate::store::{Bounds, Reader};

pub(super) const SECTION: Section = section(
    "[clickhouse]",
    "",
    &[
        key(
            "url",
            "",
            "a ClickHouse server, 25.3 or newer, or the nodes of a cluster (a list; with commas in the environment). Without it the embedded engine",
        ),
        key("user", "\"\"", "user at the server"),
        key("password", "\"\"", "password at the server"),
        key("password_file", "", "a file that holds it"),
        key("database", "\"messenger_funnel\"", "database at the server or in the engine"),
        key(
            "cluster",
            "",
            "name of the cluster that `clickhouse.url` lists the nodes of: see [cluster](../operating/cluster.md)",
        ),
        key(
            "port",
            "",
            "HTTP port of the embedded engine, for BI tools; without it nobody gets in. With `clickhouse.url` it is an error: your server has its own",
        ),
        key(
            "sync_writes",
            "true",
            "whether tables sync what is written into them: see [running](../operating/running.md#after-a-power-cut)",
        ),
        key(
            "question_seconds",
            "55",
            "time that a question of dashboard or API may take of ClickHouse; one that takes more is answered with advice (422). A report has ten times as long. Lists that are streamed take the time they need",
        ),
        key("question_memory_mb", "4096", "memory that such a question may take"),
    ],
);

pub(super) const READER: Section = section(
    "[clickhouse.reader]",
    "A user by whom BI tools read: see [bi](../guides/bi.md). Without the section there is none.",
    &[
        key("user", "\"bi\"", "letters, digits and `_`; not `default` or `funnel`"),
        key("password", "", "at least 8 letters"),
        key("password_file", "", "a file that holds it"),
        key("max_memory_mb", "2048", "memory that a query may take"),
        key("max_seconds", "60", "time that a query may take"),
        key(
            "max_result_rows",
            "1000000",
            "a result with more rows is refused. Below 5000 clickhouse-connect, and so Superset, does not even connect: it first reads all settings of the server",
        ),
    ],
);

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ClickHouse {
    url: Option<List>,
    user: String,
    password: SecretString,
    password_file: Option<PathBuf>,
    database: Option<String>,
    cluster: Option<String>,
    port: Option<u16>,
    sync_writes: Option<bool>,
    reader: Option<WrittenReader>,
    question_seconds: Option<u32>,
    question_memory_mb: Option<u32>,
}

/// `[clickhouse.reader]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenReader {
    user: String,
    password: SecretString,
    password_file: Option<PathBuf>,
    max_memory_mb: u64,
    max_seconds: u64,
    max_result_rows: u64,
}

impl Default for WrittenReader {
    fn default() -> Self {
        Self {
            user: "bi".to_owned(),
            password: SecretString::default(),
            password_file: None,
            max_memory_mb: 2048,
            max_seconds: 60,
            max_result_rows: 1_000_000,
        }
    }
}

/// The section, checked.
pub(super) struct Checked {
    /// With commas, if there are several.
    pub url: Option<String>,
    pub cluster: Option<String>,
    pub user: String,
    pub password: SecretString,
    pub database: String,
    pub port: Option<u16>,
    pub sync_writes: bool,
    pub reader: Option<Reader>,
    pub bounds: Bounds,
}

impl ClickHouse {
    pub(super) fn check(self) -> anyhow::Result<Checked> {
        let urls = self.url.map(check_urls).transpose()?.unwrap_or_default();
        let cluster = self.cluster.filter(|cluster| !cluster.is_empty());
        match &cluster {
            Some(_) if urls.is_empty() => {
                bail!("clickhouse.cluster: clickhouse.url has to name its nodes")
            }
            Some(cluster) if !is_name(cluster) => {
                bail!("clickhouse.cluster: {cluster:?} is made of letters, digits and _")
            }
            None if urls.len() > 1 => bail!(
                "clickhouse.url: it names {} nodes; clickhouse.cluster has to say of which cluster",
                urls.len()
            ),
            _ => {}
        }
        if !urls.is_empty() && self.port.is_some() {
            bail!("clickhouse.port: it is the embedded engine's; clickhouse.url names a server");
        }
        let database = self.database.unwrap_or_else(|| "messenger_funnel".to_owned());
        if cluster.is_some() && !is_name(&database) {
            bail!("clickhouse.database: on a cluster it is made of letters, digits and _");
        }
        let reader = self.reader.map(WrittenReader::check).transpose()?;
        if reader.is_some() && !is_name(&database) {
            bail!("clickhouse.database: with a reader it is made of letters, digits and _");
        }
        let usual = Bounds::default();
        let bounds = Bounds {
            seconds: self.question_seconds.unwrap_or(usual.seconds),
            memory_mb: self.question_memory_mb.unwrap_or(usual.memory_mb),
        };
        if bounds.seconds == 0 || bounds.memory_mb == 0 {
            bail!("clickhouse.question_seconds, question_memory_mb: 0 would be no bound at all");
        }
        Ok(Checked {
            url: (!urls.is_empty()).then(|| urls.join(",")),
            cluster,
            user: self.user,
            password: secret("clickhouse.password", self.password, self.password_file)?,
            database,
            port: self.port,
            sync_writes: self.sync_writes.unwrap_or(true),
            reader,
            bounds,
        })
    }
}

/// One address, or those of a cluster's nodes.
fn check_urls(written: List) -> anyhow::Result<Vec<String>> {
    let urls: Vec<String> = written
        .into_list()
        .iter()
        .map(|url| url.trim().trim_end_matches('/').to_owned())
        .filter(|url| !url.is_empty())
        .collect();
    for url in &urls {
        check_url("clickhouse.url", Some(url))?;
    }
    if urls.is_empty() {
        bail!("clickhouse.url: it names no address");
    }
    Ok(urls)
}

impl WrittenReader {
    fn check(self) -> anyhow::Result<Reader> {
        let Self { user, max_memory_mb, max_seconds, max_result_rows, .. } = self;
        if !is_name(&user) || matches!(user.as_str(), "default" | "funnel") {
            bail!(
                "clickhouse.reader.user: {user:?} is no name of letters, digits and _ that is still \
                 free (default and funnel are taken)"
            );
        }
        let password = secret("clickhouse.reader.password", self.password, self.password_file)?;
        if password.expose_secret().len() < 8 {
            bail!("clickhouse.reader.password: it has less than 8 letters");
        }
        for (key, value) in [
            ("max_memory_mb", max_memory_mb),
            ("max_seconds", max_seconds),
            ("max_result_rows", max_result_rows),
        ] {
            if value == 0 {
                bail!("clickhouse.reader.{key}: 0 would be no limit at all");
            }
        }
        // Clients read the server's settings, some 1,700 rows, before anything else.
        if max_result_rows < 5000 {
            bail!("clickhouse.reader.max_result_rows: with less than 5000 clients cannot connect");
        }
        let max_memory_bytes = max_memory_mb.saturating_mul(1 << 20);
        Ok(Reader { user, password, max_memory_bytes, max_seconds, max_result_rows })
    }
}

fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.chars().all(is_letter)
}
