//! The settings: `messenger-funnel.toml`, then the environment, then files that hold secrets.
//!
//! Every key of the file is also an environment variable: `server.listen` is
//! `MESSENGER_FUNNEL__SERVER__LISTEN`. A secret can lie in a file of its own instead: the key with
//! `_file` behind it (`MESSENGER_FUNNEL__META__VERIFY_TOKEN_FILE`) names it. Unknown keys are
//! errors.

mod address;
mod alerts;
mod attribution;
mod clickhouse;
mod feedback;
mod funnels;
mod journal;
mod keys;
mod list;
mod meta;
mod nearest;
mod oidc;
mod reports;
mod retention;
mod rules;
mod secrets;
mod server;
mod window;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ipnet::IpNet;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::Deserialize;

use clickhouse::ClickHouse;
use journal::JournalKeys;
pub use keys::{Key, Section};
use keys::{key, section};
pub use meta::{GraphSettings, SpendSettings};
use meta::{Meta, Spend};
use secrets::secrets;
use server::Server;
use window::Window;

use crate::accounts::{ProviderSettings, Token};
use crate::alerting::AlertSettings;
use crate::analysis::{Funnels, Model, Parameters, WrittenFunnel};
use crate::domain::RefRules;
use crate::feedback::FeedbackSettings;
use crate::insights::query::Defaults;
use crate::journal::Limits;
use crate::normalize::ConversionRules;
use crate::operations::TlsFiles;
use crate::reports::{ReportSettings, WrittenDestination, WrittenReport, WrittenSmtp};
use crate::store::{Bounds, MessagingWindow, Reader, Retention};

/// Name of the file that is read if none is named.
pub const DEFAULT_FILE: &str = "messenger-funnel.toml";
const PREFIX: &str = "MESSENGER_FUNNEL";

/// Keys before all sections.
const KEYS: &[Key] = &[
    key("data_dir", "\"data\"", "journal and embedded engine"),
    key("time_zone", "\"UTC\"", "IANA name; a day is a day there"),
    key(
        "libchdb",
        "",
        "the engine's library; without it `libchdb.so` beside the program, then in `node_modules`",
    ),
    key("store_message_text", "false", "keep what people write"),
    key("funnels_dir", "\"funnels\"", "folder of custom funnels, one a file"),
    key("reports_keep_days", "90", "how long files of reports stay in `data_dir/reports`"),
    key("reports_lease_seconds", "60", "after which others take the runs of a server that died"),
];

/// All sections, in the order of `docs/reference/settings.md`.
pub const SECTIONS: &[Section] = &[
    section("", "", KEYS),
    server::SECTION,
    server::TOKENS,
    oidc::SECTION,
    clickhouse::SECTION,
    clickhouse::READER,
    meta::SECTION,
    meta::SPEND,
    feedback::SECTION,
    journal::SECTION,
    retention::SECTION,
    attribution::SECTION,
    window::SECTION,
    window::OF_CHANNEL,
    rules::CONVERSIONS,
    rules::REFS,
    funnels::SECTION,
    funnels::STEPS,
    funnels::EXCLUDE,
    reports::SECTION,
    reports::DESTINATION,
    reports::SMTP,
    alerts::SECTION,
];

/// Settings that have been checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where journal and embedded engine keep their data.
    pub data_dir: PathBuf,
    /// The zone in which a day is a day.
    pub time_zone: TimeZone,
    /// The engine's library, if it lies in an unusual place.
    pub libchdb: Option<PathBuf>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Address under which people and Meta reach us.
    pub public_url: Option<String>,
    /// Tokens that open dashboard and API.
    pub access_tokens: Vec<Token>,
    /// Proxies of ours, whose word on where a request comes from is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// The key by which sessions are signed; `None`: one of this data folder.
    pub session_key_file: Option<PathBuf>,
    /// How long an end is told by `/readyz` before it begins.
    pub notice: Duration,
    /// Certificate and key, if TLS is ours to do.
    pub tls: Option<TlsFiles>,
    /// Who tells us who somebody is, besides our own users.
    pub oidc: Option<ProviderSettings>,
    /// Questions that one token may ask the API in a minute.
    pub rate_limit: NonZeroU32,
    /// Reports, and where they go.
    pub reports: Arc<ReportSettings>,
    /// Alerts, and where they go.
    pub alerts: Arc<AlertSettings>,
    /// The ClickHouse server, of a cluster its nodes with commas; `None` means the embedded engine.
    pub clickhouse_url: Option<String>,
    /// Name of the cluster that it is.
    pub clickhouse_cluster: Option<String>,
    /// User at ClickHouse.
    pub clickhouse_user: String,
    /// Password at ClickHouse.
    pub clickhouse_password: SecretString,
    /// Database at ClickHouse.
    pub clickhouse_database: String,
    /// Port of the embedded engine; `None`: any that is free.
    pub clickhouse_port: Option<u16>,
    /// Whether ClickHouse's tables sync what is written into them.
    pub sync_writes: bool,
    /// The user by whom BI tools read.
    pub clickhouse_reader: Option<Reader>,
    /// What a question of dashboard or API may take.
    pub question_bounds: Bounds,
    /// Secrets of the Meta apps whose webhooks are taken.
    pub app_secrets: Vec<SecretString>,
    /// Tokens one of which Meta's handshake must show.
    pub verify_tokens: Vec<SecretString>,
    /// How Meta's Graph API is reached.
    pub graph: GraphSettings,
    /// What is read from it of what ads cost, and when.
    pub spend: SpendSettings,
    /// What Meta is told of conversions.
    pub feedback: FeedbackSettings,
    /// Whether `serve` tells it.
    pub send_feedback: bool,
    /// How much disk the journal may take.
    pub journal_limits: Limits,
    /// Shipped journal segments are removed after this time.
    pub keep_shipped: Duration,
    /// What came in so shortly before an end that was not clean is shipped again.
    pub ship_again: Duration,
    /// How long rows are kept.
    pub retention: Retention,
    /// Whether the text of messages is stored.
    pub store_message_text: bool,
    /// Rules that make conversions of events.
    pub conversions: ConversionRules,
    /// Funnels of one's own, by name.
    pub funnels: Arc<Funnels>,
    /// What refs stand for.
    pub refs: Arc<RefRules>,
    /// How long a business may answer freely.
    pub messaging_window: MessagingWindow,
    /// What Pages, accounts and numbers are called.
    pub page_names: BTreeMap<String, String>,
    /// The attribution model where a question names none.
    pub model: Model,
    /// The numbers that attribution models take where a question names none.
    pub parameters: Parameters,
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    data_dir: PathBuf,
    time_zone: String,
    libchdb: Option<PathBuf>,
    store_message_text: bool,
    server: Server,
    clickhouse: ClickHouse,
    meta: Meta,
    spend: Spend,
    feedback: feedback::Feedback,
    journal: JournalKeys,
    retention: retention::RetentionKeys,
    conversions: rules::Conversions,
    funnels: Vec<WrittenFunnel>,
    funnels_dir: PathBuf,
    refs: rules::Refs,
    messaging_window: Window,
    attribution: attribution::Attribution,
    reports: Vec<WrittenReport>,
    reports_keep_days: u32,
    reports_lease_seconds: u32,
    destinations: BTreeMap<String, WrittenDestination>,
    smtp: WrittenSmtp,
    alerts: alerts::Alerts,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            time_zone: "UTC".to_owned(),
            libchdb: None,
            store_message_text: false,
            server: Server::default(),
            clickhouse: ClickHouse::default(),
            meta: Meta::default(),
            spend: Spend::default(),
            feedback: feedback::Feedback::default(),
            journal: JournalKeys::default(),
            retention: retention::RetentionKeys::default(),
            conversions: rules::Conversions::default(),
            funnels: Vec::new(),
            funnels_dir: PathBuf::from("funnels"),
            refs: rules::Refs::default(),
            messaging_window: Window::default(),
            attribution: attribution::Attribution::default(),
            reports: Vec::new(),
            reports_keep_days: 90,
            reports_lease_seconds: 60,
            destinations: BTreeMap::new(),
            smtp: WrittenSmtp::default(),
            alerts: alerts::Alerts::default(),
        }
    }
}

/// A file's text, whatever editor wrote it.
fn toml_source(
    bytes: &[u8],
) -> anyhow::Result<config::File<config::FileSourceString, config::FileFormat>> {
    let text = crate::domain::decoded(bytes).map_err(anyhow::Error::msg)?;
    Ok(config::File::from_str(&text, config::FileFormat::Toml))
}

impl Settings {
    /// Reads `file`, or [`DEFAULT_FILE`] if it is there, and the environment.
    ///
    /// # Errors
    /// With the key and what is wrong with it.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let (path, required) = match file {
            Some(file) => (file, true),
            None => (Path::new(DEFAULT_FILE), false),
        };
        let text = match std::fs::read(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => Vec::new(),
            read => read.with_context(|| format!("settings of {}", path.display()))?,
        };
        let source =
            toml_source(&text).with_context(|| format!("settings of {}", path.display()))?;
        let environment =
            config::Environment::with_prefix(PREFIX).prefix_separator("__").separator("__");
        let written = config::Config::builder()
            .add_source(source)
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize::<Written>)
            .map_err(|error| nearest::explained(&error, SECTIONS))
            .with_context(|| {
                format!("settings of {} and {PREFIX}__… in the environment", path.display())
            })?;
        Self::check(written)
    }

    /// Takes the secrets of settings that were read later.
    pub fn take_secrets(&mut self, later: Self) {
        self.app_secrets = later.app_secrets;
        self.verify_tokens = later.verify_tokens;
        self.access_tokens = later.access_tokens;
        self.graph.token = later.graph.token;
    }

    /// Whether browsers reach us by https.
    pub fn is_secure(&self) -> bool {
        self.tls.is_some() || self.public_url.as_ref().is_some_and(|url| url.starts_with("https:"))
    }

    fn check(written: Written) -> anyhow::Result<Self> {
        let Written { server, clickhouse, mut meta, .. } = written;
        let time_zone = TimeZone::get(&written.time_zone).with_context(|| {
            format!("time_zone: {:?} is no IANA time zone such as Europe/Paris", written.time_zone)
        })?;
        let server = server.check()?;
        let clickhouse = clickhouse.check()?;
        let graph = meta.graph()?;
        let (feedback, send_feedback) = written.feedback.check(meta.datasets, &written.data_dir)?;
        let rules = written.conversions.rules;
        let (model, parameters) = written.attribution.check()?;
        let funnels = Arc::new(funnels::load(written.funnels, &written.funnels_dir)?);
        let refs = Arc::new(RefRules::new(&written.refs.rules).map_err(anyhow::Error::msg)?);
        let zone = time_zone.clone();
        let defaults = Defaults { zone, model, parameters, refs: Arc::clone(&refs) };
        let reports = reports::Written {
            reports: written.reports,
            destinations: written.destinations,
            smtp: written.smtp,
            keep_days: written.reports_keep_days,
            lease_seconds: written.reports_lease_seconds,
        };
        let reports = reports.check(&defaults, &funnels, &written.data_dir)?;
        Ok(Self {
            data_dir: written.data_dir,
            time_zone,
            libchdb: written.libchdb,
            listen: server.listen,
            public_url: server.public_url,
            access_tokens: server.tokens,
            rate_limit: server.rate_limit,
            trusted_proxies: server.proxies,
            session_key_file: server.session_key_file,
            notice: server.notice,
            tls: server.tls,
            oidc: server.oidc,
            clickhouse_url: clickhouse.url,
            clickhouse_cluster: clickhouse.cluster,
            clickhouse_user: clickhouse.user,
            clickhouse_password: clickhouse.password,
            clickhouse_database: clickhouse.database,
            clickhouse_port: clickhouse.port,
            sync_writes: clickhouse.sync_writes,
            clickhouse_reader: clickhouse.reader,
            question_bounds: clickhouse.bounds,
            app_secrets: secrets("meta.app_secrets", meta.app_secrets, meta.app_secrets_file)?,
            verify_tokens: secrets("meta.verify_token", meta.verify_token, meta.verify_token_file)?,
            graph,
            feedback,
            send_feedback,
            spend: written.spend.check(&written.time_zone)?,
            journal_limits: written.journal.limits()?,
            keep_shipped: written.journal.keep_shipped(),
            ship_again: written.journal.ship_again(),
            retention: written.retention.check()?,
            store_message_text: written.store_message_text,
            conversions: match rules {
                Some(rules) => ConversionRules::new(&rules)?,
                None => ConversionRules::default(),
            },
            messaging_window: written.messaging_window.check()?,
            page_names: std::mem::take(&mut meta.page_names),
            funnels,
            refs,
            alerts: Arc::new(written.alerts.check(&reports)?),
            reports: Arc::new(reports),
            model,
            parameters,
        })
    }
}
