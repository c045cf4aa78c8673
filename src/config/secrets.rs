//! Secrets, which stand in the settings or in files of their own.

use std::path::PathBuf;

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domain::decoded;

/// A list of secrets: in the file a list, in the environment one text with commas.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Texts {
    List(Vec<SecretString>),
    Joined(SecretString),
}

impl Default for Texts {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// The secret itself, or what its file holds without the line's end.
pub(super) fn secret(
    key: &str,
    own: SecretString,
    file: Option<PathBuf>,
) -> anyhow::Result<SecretString> {
    let Some(file) = file else { return Ok(own) };
    let place = || format!("{key}_file: {}", file.display());
    let bytes = std::fs::read(&file).with_context(place)?;
    // An editor's mark is no part of the secret.
    let text = decoded(&bytes).map_err(anyhow::Error::msg).with_context(place)?;
    Ok(text.trim_end().into())
}

pub(super) fn secrets(
    key: &str,
    own: Texts,
    file: Option<PathBuf>,
) -> anyhow::Result<Vec<SecretString>> {
    let own = if file.is_some() {
        Texts::Joined(secret(key, SecretString::default(), file)?)
    } else {
        own
    };
    Ok(match own {
        Texts::List(list) => {
            list.into_iter().filter(|text| !text.expose_secret().is_empty()).collect()
        }
        Texts::Joined(joined) => joined
            .expose_secret()
            .split([',', '\n'])
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(SecretString::from)
            .collect(),
    })
}
