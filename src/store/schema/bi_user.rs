//! The user by whom BI tools read the views: read-only, within limits.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::store::client::Store;
use crate::store::client::assemble::{assemble, without_comments};
use crate::store::client::error::StoreError;

const CREATE: &str = include_str!("../../../queries/schema/create_reader.sql");
const GRANT: &str = include_str!("../../../queries/schema/grant_reader.sql");

/// What the user may read: the views, and what they are made of. What `v_events` is made of is read in the name of
/// who made it: that table holds texts and contacts.
const READABLE: [&str; 21] = [
    "v_events",
    "v_touchpoints",
    "v_conversations",
    "v_conversions",
    "v_ads_daily",
    "v_funnel_daily",
    "v_funnel_steps",
    "v_attribution",
    "v_message_costs",
    "conversations",
    "touchpoints",
    "conversions",
    "ad_days",
    "ads",
    "ads_now",
    "ad_campaigns",
    "links",
    "links_now",
    "links_by_ref",
    "program_settings",
    "settings_now",
];

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
    pub(in crate::store) fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.password.expose_secret()))
    }

    /// The tables that it may read, with their database.
    pub(in crate::store) fn tables(database: &str) -> impl Iterator<Item = String> {
        READABLE.into_iter().map(move |table| format!("`{database}`.{table}"))
    }

    /// The statements that make it in a ClickHouse of one's own.
    #[must_use]
    pub fn statements(&self, database: &str) -> Vec<String> {
        let create = assemble(
            &without_comments(CREATE),
            &[
                ("user", &self.user),
                ("hash", &self.hash()),
                ("memory", &self.max_memory_bytes.to_string()),
                ("seconds", &self.max_seconds.to_string()),
                ("rows", &self.max_result_rows.to_string()),
            ],
        );
        let grants = Self::tables(database).map(|table| self.grant(&table));
        std::iter::once(create.trim_end().to_owned()).chain(grants).collect()
    }

    fn grant(&self, table: &str) -> String {
        assemble(GRANT, &[("table", table), ("user", &self.user)])
    }
}

impl Store {
    /// Makes the user in a ClickHouse of one's own, with this password and these limits and nothing else.
    ///
    /// # Errors
    /// If ClickHouse refuses: the program's own user needs `ACCESS MANAGEMENT`.
    pub async fn make_reader(&self, reader: &Reader) -> Result<(), StoreError> {
        let mut statements = reader.statements(&self.endpoint.database);
        if self.endpoint.cluster.is_some() {
            // Whoever asks a node asks all of them, and may read what it has itself.
            statements[0].push_str(",\n    distributed_product_mode = 'global'");
            statements.extend(Reader::tables(&self.home()).map(|table| reader.grant(&table)));
        }
        for statement in statements {
            self.everywhere(&statement, |query| query).await?;
        }
        Ok(())
    }
}
