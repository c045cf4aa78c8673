//! `[server]`: where it listens, and who may ask.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::address::check_url;
use super::keys::{Section, key, section};
use super::list::List;
use super::oidc;
use super::secrets::{Texts, secret, secrets};
use crate::accounts::{ProviderSettings, Scope, Token};
use crate::operations::TlsFiles;

/// Questions a minute, unless the settings say another number.
const USUAL_LIMIT: u32 = 3000;

pub(super) const SECTION: Section = section(
    "[server]",
    "Where it listens, and who may ask.",
    &[
        key("listen", "\"127.0.0.1:8080\"", "address and port"),
        key("public_url", "", "address under which others reach it"),
        key(
            "access_tokens",
            "[]",
            "tokens that are good for everything; with commas in the environment",
        ),
        key("access_tokens_file", "", "a file that holds them, one a line or with commas"),
        key(
            "rate_limit",
            "3000",
            "questions that one token may ask the API in a minute; the headers `RateLimit` and `Retry-After` tell",
        ),
        key(
            "trusted_proxies",
            "[]",
            "addresses or networks whose `X-Forwarded-For` is believed; with commas in the environment",
        ),
        key(
            "session_key_file",
            "",
            "64 random bytes that sign sessions; without it `data_dir/session.key`, which is made",
        ),
        key("drain_seconds", "0", "how long `/readyz` tells of an end before it begins"),
        key(
            "tls_certificate_file",
            "",
            "TLS of our own: the certificate with those of who signed it behind it, PEM",
        ),
        key("tls_key_file", "", "its key, PEM"),
    ],
);

pub(super) const TOKENS: Section = section(
    "[[server.tokens]]",
    "Tokens of programs, beside those that are made on the page Settings.",
    &[
        key("name", "", "what the log and the audit log call it"),
        key("token", "", "the token, at least 16 letters"),
        key("token_file", "", "a file that holds it"),
        key(
            "scopes",
            "",
            "list of `read` (figures), `people` (lists of people's rows, journeys), `write` (links and reports), `conversions` (reporting them), `admin`",
        ),
        key(
            "workspace",
            "",
            "name of the workspace that it sees; all without it. Of a workspace that is none it sees nothing",
        ),
    ],
);

/// The section as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Server {
    listen: String,
    public_url: Option<String>,
    access_tokens: Texts,
    access_tokens_file: Option<PathBuf>,
    tokens: Vec<WrittenToken>,
    rate_limit: u32,
    trusted_proxies: List,
    session_key_file: Option<PathBuf>,
    drain_seconds: u32,
    tls_certificate_file: Option<PathBuf>,
    tls_key_file: Option<PathBuf>,
    oidc: Option<oidc::Written>,
}

/// `[[server.tokens]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenToken {
    name: String,
    token: SecretString,
    token_file: Option<PathBuf>,
    scopes: Vec<String>,
    workspace: Option<String>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            public_url: None,
            access_tokens: Texts::default(),
            access_tokens_file: None,
            tokens: Vec::new(),
            rate_limit: USUAL_LIMIT,
            trusted_proxies: List::default(),
            session_key_file: None,
            drain_seconds: 0,
            tls_certificate_file: None,
            tls_key_file: None,
            oidc: None,
        }
    }
}

/// The section, checked.
pub(super) struct Checked {
    pub listen: SocketAddr,
    pub public_url: Option<String>,
    pub tokens: Vec<Token>,
    pub rate_limit: NonZeroU32,
    pub proxies: Vec<IpNet>,
    pub session_key_file: Option<PathBuf>,
    pub notice: Duration,
    pub tls: Option<TlsFiles>,
    pub oidc: Option<ProviderSettings>,
}

impl Server {
    pub(super) fn check(self) -> anyhow::Result<Checked> {
        let listen = self.listen.parse().with_context(|| {
            format!("server.listen: {:?} is no address such as 127.0.0.1:8080", self.listen)
        })?;
        check_url("server.public_url", self.public_url.as_deref())?;
        let whole = secrets("server.access_tokens", self.access_tokens, self.access_tokens_file)?;
        let whole = whole.into_iter().zip(1..).map(|(secret, number)| Token {
            name: format!("access token {number}"),
            secret,
            scopes: Scope::ALL.to_vec(),
            workspace: None,
        });
        let mut tokens: Vec<Token> = whole.collect();
        for (place, written) in self.tokens.into_iter().enumerate() {
            let token = written.check().with_context(|| format!("server.tokens[{place}]"))?;
            if tokens.iter().any(|other| other.name == token.name) {
                bail!("server.tokens[{place}]: there is a token {:?} already", token.name);
            }
            let is_same =
                |other: &Token| other.secret.expose_secret() == token.secret.expose_secret();
            if tokens.iter().any(is_same) {
                bail!("server.tokens[{place}].token: another token is the same");
            }
            tokens.push(token);
        }
        let Some(rate_limit) = NonZeroU32::new(self.rate_limit) else {
            bail!("server.rate_limit: with 0 nobody could ask anything");
        };
        let session_key_file = self.session_key_file;
        let notice = Duration::from_secs(self.drain_seconds.into());
        let proxies = networks(self.trusted_proxies)?;
        let tls = match (self.tls_certificate_file, self.tls_key_file) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            (Some(_), None) => {
                bail!("server.tls_key_file: a certificate is good for nothing without its key")
            }
            (None, Some(_)) => bail!(
                "server.tls_certificate_file: a key is good for nothing without its certificate"
            ),
        };
        let public_url = self.public_url;
        let oidc = self.oidc.map(|written| written.check(public_url.as_deref())).transpose()?;
        Ok(Checked {
            listen,
            public_url,
            tokens,
            rate_limit,
            proxies,
            session_key_file,
            notice,
            tls,
            oidc,
        })
    }
}

/// The networks of `server.trusted_proxies`; an address is a network of one.
fn networks(written: List) -> anyhow::Result<Vec<IpNet>> {
    let network = |text: String| {
        let text = text.trim();
        let one = text.parse::<IpAddr>().map(IpNet::from);
        text.parse::<IpNet>().or(one).with_context(|| {
            format!("server.trusted_proxies: {text:?} is no address or network such as 10.0.0.0/8")
        })
    };
    written.into_list().into_iter().filter(|text| !text.trim().is_empty()).map(network).collect()
}

impl WrittenToken {
    fn check(self) -> anyhow::Result<Token> {
        if self.name.is_empty() {
            bail!("name: it has none");
        }
        let secret = secret("token", self.token, self.token_file)?;
        if secret.expose_secret().len() < 16 {
            bail!("token: it has less than 16 letters and could be guessed");
        }
        let scopes = self.scopes.iter().map(|scope| Scope::parse(scope));
        let scopes = scopes.collect::<Result<Vec<_>, _>>();
        let scopes = scopes.map_err(|reason| anyhow::anyhow!("scopes: {reason}"))?;
        if scopes.is_empty() {
            bail!("scopes: without any it is good for nothing");
        }
        let is_of_all = |scope: &&Scope| matches!(scope, Scope::Admin | Scope::Conversions);
        if let Some(scope) = scopes.iter().find(is_of_all).filter(|_| self.workspace.is_some()) {
            bail!(
                "scopes: {:?} is about all Pages; a token of a workspace cannot have it",
                scope.as_str()
            );
        }
        Ok(Token { name: self.name, secret, scopes, workspace: self.workspace })
    }
}
