//! Where reports go: a folder, a bucket, mail, or a webhook.

mod bucket;
mod folder;
mod hook;
mod mail;
mod parcel;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;

pub use mail::{Mailer, WrittenSmtp};
pub(super) use parcel::{Parcel, Undelivered};

use bucket::Bucket;
use hook::Hook;

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
        let webhook = match self.webhook_file {
            Some(path) => Some(
                std::fs::read_to_string(&path)
                    .map(|text| SecretString::from(text.trim_end()))
                    .map_err(|error| format!("webhook_file: {}: {error}", path.display()))?,
            ),
            None => self.webhook,
        };
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
            let hook = Hook::new(url, None).map_err(|reason| format!("webhook: {reason}"))?;
            found.push(Destination::Webhook(hook));
        }
        match (found.pop(), found.is_empty()) {
            (Some(destination), true) => Ok(destination),
            _ => Err("it is exactly one of folder, bucket, mail and webhook".to_owned()),
        }
    }
}

impl Destination {
    /// A chat's incoming webhook, reached by a way of its own.
    ///
    /// # Errors
    /// If the address is none.
    pub fn webhook(url: SecretString, sender: Arc<dyn Sender>) -> Result<Self, String> {
        Hook::new(url, Some(sender)).map(Self::Webhook)
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
