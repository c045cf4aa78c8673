//! `[server.oidc]`: an OpenID Connect provider by whom people may log in.

use std::path::PathBuf;

use anyhow::bail;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::address::check_url;
use super::keys::{Section, key, section};
use super::list::List;
use super::secrets::secret;
use crate::accounts::{Claim, ProviderSettings, Role};

pub(super) const SECTION: Section = section(
    "[server.oidc]",
    "Logging in by OpenID Connect: see [running](../operating/running.md#by-openid-connect).",
    &[
        key("name", "", "what the login page calls the provider; without it the issuer's host"),
        key("issuer", "", "the provider's address"),
        key("client_id", "", "what the provider calls this program"),
        key("client_secret", "", "the secret that the provider gives to it"),
        key("client_secret_file", "", "a file that holds it"),
        key(
            "claim",
            "\"email\"",
            "which claim is the user's name here: `email`, `preferred_username` or `sub`",
        ),
        key(
            "domains",
            "[]",
            "domains of e-mail addresses that are let in; without any all are. With commas in the environment",
        ),
        key(
            "role",
            "",
            "role of who is new: `viewer`, `analyst` or `admin`; without it only users made on the page Settings get in",
        ),
        key(
            "workspace",
            "",
            "workspace of who is new; without it they see all. While there is none of that name nobody new gets in",
        ),
    ],
);

/// The section as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Written {
    name: Option<String>,
    issuer: String,
    client_id: String,
    client_secret: SecretString,
    client_secret_file: Option<PathBuf>,
    claim: Option<String>,
    domains: List,
    role: Option<String>,
    workspace: Option<String>,
}

impl Written {
    pub(super) fn check(self, public_url: Option<&str>) -> anyhow::Result<ProviderSettings> {
        if self.issuer.is_empty() {
            bail!(
                "server.oidc.issuer: which provider? An address such as https://accounts.example.com"
            );
        }
        check_url("server.oidc.issuer", Some(&self.issuer))?;
        if self.client_id.is_empty() {
            bail!("server.oidc.client_id: it is empty; the provider gives it to you");
        }
        let Some(public_url) = public_url else {
            bail!(
                "server.oidc: server.public_url must be set; the provider sends people back to \
                 public_url/login/oidc/callback"
            );
        };
        let secret =
            secret("server.oidc.client_secret", self.client_secret, self.client_secret_file)?;
        let claim = match self.claim.as_deref() {
            None | Some("email") => Claim::Email,
            Some("preferred_username") => Claim::PreferredUsername,
            Some("sub") => Claim::Subject,
            Some(other) => {
                bail!("server.oidc.claim: {other:?} is none of email, preferred_username, sub")
            }
        };
        let domains = self.domains.into_list().into_iter().map(|domain| domain.to_lowercase());
        let domains: Vec<String> = domains.filter(|domain| !domain.is_empty()).collect();
        if claim != Claim::Email && !domains.is_empty() {
            bail!("server.oidc.domains: only e-mail addresses have domains; claim is another");
        }
        let role =
            self.role.as_deref().filter(|role| !role.is_empty()).map(Role::parse).transpose();
        let role = role.map_err(|reason| anyhow::anyhow!("server.oidc.role: {reason}"))?;
        let workspace = self.workspace.filter(|name| !name.is_empty());
        if workspace.is_some() && matches!(role, None | Some(Role::Admin)) {
            bail!("server.oidc.workspace: it is of who is new, by `role`, and no admin is of one");
        }
        Ok(ProviderSettings {
            name: self.name.unwrap_or_else(|| host(&self.issuer)),
            back: format!("{}/login/oidc/callback", public_url.trim_end_matches('/')),
            issuer: self.issuer,
            client_id: self.client_id,
            client_secret: Some(secret).filter(|secret| !secret.expose_secret().is_empty()),
            claim,
            domains,
            role,
            workspace,
        })
    }
}

fn host(url: &str) -> String {
    let host = url.split("//").nth(1).unwrap_or(url);
    host.split('/').next().unwrap_or(host).to_owned()
}
