//! The user by whom BI tools read the views: read-only, within limits.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{Store, StoreError};

const CREATE: &str = include_str!("../../queries/create_reader.sql");
const GRANT: &str = include_str!("../../queries/grant_reader.sql");

/// What the user may read: the views, and what they are made of. Of events neither text nor raw JSON.
const READABLE: [(&str, &str); 20] = [
    ("v_events", ""),
    ("v_touchpoints", ""),
    ("v_conversations", ""),
    ("v_conversions", ""),
    ("v_ads_daily", ""),
    ("v_funnel_daily", ""),
    ("v_attribution", ""),
    ("conversations", ""),
    ("touchpoints", ""),
    ("conversions", ""),
    ("ad_days", ""),
    ("ads", ""),
    ("ads_now", ""),
    ("ad_campaigns", ""),
    ("links", ""),
    ("links_now", ""),
    ("links_by_ref", ""),
    ("program_settings", ""),
    ("settings_now", ""),
    ("events_by_person", EVENT_COLUMNS),
];
const EVENT_COLUMNS: &str = "\
    time, event_id, channel, page_id, person_id, time_origin, place, received_at, kind, name, mid, payload, app_id, persona_id, tag, source, source_name, ref, ad_id, ad_title, post_id, referer_uri, value, currency, version";

/// A user who may read the views.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Name: letters, digits and `_`.
    pub user: String,
    /// Password.
    pub password: SecretString,
    /// Memory that a query may take, bytes.
    pub max_memory_bytes: u64,
    /// Time that a query may take, seconds.
    pub max_seconds: u64,
    /// Rows that a result may have; one that has more is refused.
    pub max_result_rows: u64,
}

impl Reader {
    pub(super) fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.password.expose_secret()))
    }

    /// What it may do: `SELECT`, or that of some columns; and the table.
    pub(super) fn grants(database: &str) -> impl Iterator<Item = (String, String)> {
        READABLE.into_iter().map(move |(table, columns)| {
            let selected =
                if columns.is_empty() { "SELECT".to_owned() } else { format!("SELECT({columns})") };
            (selected, format!("`{database}`.{table}"))
        })
    }

    /// The statements that make it in a ClickHouse of one's own.
    #[must_use]
    pub fn statements(&self, database: &str) -> Vec<String> {
        let create = CREATE
            .replace("REPLACE USER", &format!("REPLACE {}", self.user))
            .replace("HASH'", &format!("{}'", self.hash()))
            .replace("= MEMORY", &format!("= {}", self.max_memory_bytes))
            .replace("= SECONDS", &format!("= {}", self.max_seconds))
            .replace("= ROWS", &format!("= {}", self.max_result_rows));
        let grant = |(selected, table): (String, String)| {
            GRANT
                .replace("GRANT SELECTED", &format!("GRANT {selected}"))
                .replace("`DATABASE`.TABLE", &table)
                .replace("TO USER", &format!("TO {}", self.user))
        };
        std::iter::once(create).chain(Self::grants(database).map(grant)).collect()
    }
}

impl Store {
    /// Makes the user in a ClickHouse of one's own, with this password and these limits and nothing else.
    ///
    /// # Errors
    /// If ClickHouse refuses: the program's own user needs `ACCESS MANAGEMENT`.
    pub async fn make_reader(&self, reader: &Reader) -> Result<(), StoreError> {
        for statement in reader.statements(&self.endpoint.database) {
            let made = self.client.query(&statement).execute().await;
            made.map_err(|error| self.failed(error))?;
        }
        Ok(())
    }
}
