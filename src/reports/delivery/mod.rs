//! Where reports go: a folder, a bucket, mail, or a webhook.

mod bucket;
mod folder;
mod hook;
mod mail;
mod parcel;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

pub use mail::{Mailer, WrittenSmtp};
pub use parcel::Parcel;
pub(super) use parcel::Undelivered;

use bucket::Bucket;
use hook::{Form, Hook};

use crate::outgoing::Sender;

/// `[destinations.NAME]` as it is written: one of `folder`, `bucket`, `mail` and `webhook`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenDestination {
    folder: Option<PathBuf>,
    bucket: Option<String>,
    /// As the store calls them: `aws_region`, `aws_access_key_id`, …; with `_file` behind it a key names a
    /// file that holds the value.
    options: BTreeMap<String, SecretString>,
    mail: Option<Addresses>,
    webhook: Option<SecretString>,
    webhook_file: Option<PathBuf>,
    /// In which form the webhook is told: `slack`, `teams` or `json`.
    form: Option<String>,
    /// By what a webhook of the form `json` is signed.
    secret: Option<SecretString>,
    secret_file: Option<PathBuf>,
    /// The workspace whose members may send things there.
    pub workspace: Option<String>,
}

/// A list: in the environment one text with commas.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Addresses {
    List(Vec<String>),
    Joined(String),
}

/// A place that reports go to.
#[derive(Debug, Clone)]
pub enum Destination {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket of S3, GCS, Azure or what speaks like them.
    Bucket(Bucket),
    /// These people.
    Mail(Vec<String>),
    /// A chat's incoming webhook.
    Webhook(Hook),
}

impl WrittenDestination {
    /// Checks it.
    ///
    /// # Errors
    /// With the key that is wrong.
    pub fn check(self, has_mailer: bool) -> Result<Destination, String> {
        let webhook = secret("webhook_file", self.webhook_file, self.webhook)?;
        let signed_by = secret("secret_file", self.secret_file, self.secret)?;
        let form = match (self.form.as_deref().unwrap_or("slack"), signed_by) {
            ("slack", None) => Form::Slack,
            ("teams", None) => Form::Teams,
            ("json", Some(secret)) if !secret.expose_secret().is_empty() => Form::Json(secret),
            ("json", _) => return Err("secret: a webhook of the form json is signed by one".into()),
            ("slack" | "teams", Some(_)) => {
                return Err("secret: only a webhook of the form json is signed".into());
            }
            (other, _) => return Err(format!("form: {other:?} is none of slack, teams, json")),
        };
        if webhook.is_none() && !matches!(form, Form::Slack) {
            return Err("form: it is of a webhook".into());
        }
        let mut found = Vec::new();
        if let Some(folder) = self.folder {
            found.push(Destination::Folder(folder));
        }
        if let Some(url) = self.bucket {
            let bucket = Bucket::new(&url, &self.options);
            found.push(Destination::Bucket(bucket.map_err(|reason| format!("bucket: {reason}"))?));
        }
        if let Some(addresses) = self.mail {
            if !has_mailer {
                return Err("mail: smtp.host and smtp.from say by whom mail is sent".to_owned());
            }
            let addresses = match addresses {
                Addresses::List(list) => list,
                Addresses::Joined(text) => {
                    text.split(',').map(|one| one.trim().to_owned()).collect()
                }
            };
            mail::check(&addresses).map_err(|reason| format!("mail: {reason}"))?;
            found.push(Destination::Mail(addresses));
        }
        if let Some(url) = webhook {
            let hook = Hook::new(url, form, None).map_err(|reason| format!("webhook: {reason}"))?;
            found.push(Destination::Webhook(hook));
        }
        match (found.pop(), found.is_empty()) {
            (Some(destination), true) => Ok(destination),
            _ => Err("it is exactly one of folder, bucket, mail and webhook".to_owned()),
        }
    }
}

/// A secret, or what the file holds that is named instead.
fn secret(
    key: &str,
    file: Option<PathBuf>,
    own: Option<SecretString>,
) -> Result<Option<SecretString>, String> {
    let Some(path) = file else { return Ok(own) };
    let read = std::fs::read_to_string(&path);
    let read = read.map_err(|error| format!("{key}: {}: {error}", path.display()))?;
    Ok(Some(SecretString::from(read.trim_end())))
}

impl Destination {
    /// A chat's incoming webhook, reached by a way of its own.
    ///
    /// # Errors
    /// If the address is none.
    pub fn webhook(url: SecretString, sender: Arc<dyn Sender>) -> Result<Self, String> {
        Hook::new(url, Form::Slack, Some(sender)).map(Self::Webhook)
    }

    /// Brings a parcel there.
    ///
    /// # Errors
    /// If it did not arrive, or may not have.
    pub async fn deliver(
        &self,
        parcel: &Parcel,
        mailer: Option<&Mailer>,
    ) -> Result<(), Undelivered> {
        match self {
            Self::Folder(folder) => folder::deliver(folder, parcel).await,
            Self::Bucket(bucket) => bucket.deliver(parcel).await,
            Self::Mail(to) => match mailer {
                Some(mailer) => mailer.deliver(to, parcel).await,
                None => Err(Undelivered::surely("smtp.host is not set")),
            },
            Self::Webhook(hook) => hook.deliver(parcel).await,
        }
    }

    /// Whether the same parcel may be brought a second time without anybody getting it twice.
    #[must_use]
    pub fn replaces(&self) -> bool {
        matches!(self, Self::Folder(_) | Self::Bucket(_))
    }

    /// Whether it can be told something without files.
    #[must_use]
    pub fn takes_notices(&self) -> bool {
        matches!(self, Self::Mail(_) | Self::Webhook(_))
    }

    /// What kind of place it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Folder(_) => "folder",
            Self::Bucket(_) => "bucket",
            Self::Mail(_) => "mail",
            Self::Webhook(_) => "webhook",
        }
    }
}
