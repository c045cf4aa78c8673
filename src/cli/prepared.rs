//! What comes before anything is read or written: the schema, and how bodies are read.

use std::path::PathBuf;

use super::{clock, edition};
use crate::analysis::Parameters;
use crate::config::Settings;
use crate::normalize;
use crate::store::{self, Applied, Store, StoreError, ViewSettings};

/// The journal of a data folder.
pub(super) fn journal_folder(settings: &Settings) -> PathBuf {
    settings.data_dir.join("journal")
}

/// Brings the database to this program's schema, and its views to these settings.
pub(super) async fn prepare(store: &Store, settings: &Settings) -> Result<Applied, StoreError> {
    let applied = store::migrate(store).await?;
    let Parameters { lookback_days, half_life_days, first_share, last_share, .. } =
        settings.parameters;
    let time_zone = settings.time_zone.iana_name().unwrap_or("UTC").to_owned();
    let known = ViewSettings { time_zone, lookback_days, half_life_days, first_share, last_share };
    store.tell_views(&known, clock::now_timestamp().micros()).await?;
    store.keep(&settings.retention).await?;
    if settings.clickhouse_url.is_some() && settings.sync_writes {
        store.sync_writes().await?;
    }
    if settings.clickhouse_url.is_some()
        && let Some(reader) = &settings.clickhouse_reader
        && let Err(error) = store.make_reader(reader).await
    {
        // Nothing else depends on it.
        tracing::warn!(%error, user = reader.user, "the user for BI tools could not be made");
    }
    Ok(applied)
}

/// How bodies are read; by which edition of parser and rules the data folder knows.
pub(super) fn normalize_settings(settings: &Settings) -> anyhow::Result<normalize::Settings> {
    let conversions = settings.conversions.clone();
    let refs = settings.refs.as_ref().clone();
    let store_message_text = settings.store_message_text;
    let mark_key = settings.app_secrets.first().map(normalize::MarkKey::new);
    let read = normalize::Settings { conversions, refs, store_message_text, mark_key, edition: 0 };
    let edition = edition::current(&settings.data_dir, read.fingerprint())?;
    Ok(normalize::Settings { edition, ..read })
}
