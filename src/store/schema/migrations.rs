//! The schema: a baseline, a file a subject, and what has changed since. A file holds statements, each of which ends
//! with a line of `;`.
//!
//! ClickHouse has no lock to take, so every statement is harmless when it runs twice
//! (`IF NOT EXISTS`): two processes that start together both run what is missing, with one result.

use clickhouse::{Client, Row};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::store::client::Store;
use crate::store::client::error::StoreError;

/// A change of the schema.
#[derive(Debug)]
pub(in crate::store) struct Migration {
    pub version: u32,
    pub name: &'static str,
    files: &'static [&'static str],
}

/// All changes. Their texts never change: a change is a new one, behind the others, in `queries/schema/migrations/`.
pub(in crate::store) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 103,
        name: "baseline",
        files: &[
            include_str!("../../../queries/schema/baseline/events.sql"),
            include_str!("../../../queries/schema/baseline/conversations.sql"),
            include_str!("../../../queries/schema/baseline/links.sql"),
            include_str!("../../../queries/schema/baseline/spend.sql"),
            include_str!("../../../queries/schema/baseline/reported_conversions.sql"),
            include_str!("../../../queries/schema/baseline/feedback.sql"),
            include_str!("../../../queries/schema/baseline/audience.sql"),
            include_str!("../../../queries/schema/baseline/scheduled_reports.sql"),
            include_str!("../../../queries/schema/baseline/accounts.sql"),
            include_str!("../../../queries/schema/baseline/erasure.sql"),
            include_str!("../../../queries/schema/baseline/jobs.sql"),
            include_str!("../../../queries/schema/baseline/settings.sql"),
            include_str!("../../../queries/schema/baseline/views/v_events.sql"),
            include_str!("../../../queries/schema/baseline/views/v_conversations.sql"),
            include_str!("../../../queries/schema/baseline/views/v_touchpoints.sql"),
            include_str!("../../../queries/schema/baseline/views/v_conversions.sql"),
            include_str!("../../../queries/schema/baseline/views/v_funnel_daily.sql"),
            include_str!("../../../queries/schema/baseline/views/v_ads_daily.sql"),
            include_str!("../../../queries/schema/baseline/views/v_attribution.sql"),
        ],
    },
    Migration {
        version: 104,
        name: "whatsapp",
        files: &[
            include_str!("../../../queries/schema/migrations/0104_whatsapp.sql"),
            include_str!("../../../queries/schema/migrations/0104_v_events.sql"),
            include_str!("../../../queries/schema/migrations/0104_v_conversations.sql"),
            include_str!("../../../queries/schema/migrations/0104_v_touchpoints.sql"),
        ],
    },
    Migration {
        version: 105,
        name: "message_costs",
        files: &[
            include_str!("../../../queries/schema/migrations/0105_message_costs.sql"),
            include_str!("../../../queries/schema/migrations/0105_v_message_costs.sql"),
        ],
    },
    Migration {
        version: 106,
        name: "one_time_work",
        files: &[include_str!("../../../queries/schema/migrations/0106_one_time_work.sql")],
    },
    Migration {
        version: 107,
        name: "told_names",
        files: &[
            include_str!("../../../queries/schema/migrations/0107_told_names.sql"),
            include_str!("../../../queries/schema/migrations/0107_v_events.sql"),
        ],
    },
    Migration {
        version: 108,
        name: "sequences",
        files: &[include_str!("../../../queries/schema/migrations/0108_sequences.sql")],
    },
    Migration {
        version: 109,
        name: "events_told_twice",
        files: &[include_str!("../../../queries/schema/migrations/0109_v_events.sql")],
    },
    Migration {
        version: 112,
        name: "event_sequences",
        files: &[include_str!("../../../queries/schema/migrations/0112_event_sequences.sql")],
    },
    Migration {
        version: 113,
        name: "read_upto",
        files: &[include_str!("../../../queries/schema/migrations/0113_read_upto.sql")],
    },
    Migration {
        version: 114,
        name: "clocks",
        files: &[include_str!("../../../queries/schema/migrations/0114_clocks.sql")],
    },
    Migration {
        version: 116,
        name: "messages_without_id",
        files: &[include_str!("../../../queries/schema/migrations/0116_messages_without_id.sql")],
    },
    Migration {
        version: 120,
        name: "annotations",
        files: &[include_str!("../../../queries/schema/migrations/0120_annotations.sql")],
    },
    Migration {
        version: 121,
        name: "alerts",
        files: &[include_str!("../../../queries/schema/migrations/0121_alerts.sql")],
    },
    Migration {
        version: 130,
        name: "tokens_of_one_question",
        files: &[include_str!(
            "../../../queries/schema/migrations/0130_tokens_of_one_question.sql"
        )],
    },
    Migration {
        version: 131,
        name: "v_funnel_steps",
        files: &[include_str!("../../../queries/schema/migrations/0131_v_funnel_steps.sql")],
    },
    Migration {
        version: 140,
        name: "stored_funnels",
        files: &[include_str!("../../../queries/schema/migrations/0140_stored_funnels.sql")],
    },
    Migration {
        version: 141,
        name: "saved_views",
        files: &[include_str!("../../../queries/schema/migrations/0141_saved_views.sql")],
    },
    Migration {
        version: 142,
        name: "goals",
        files: &[include_str!("../../../queries/schema/migrations/0142_goals.sql")],
    },
    Migration {
        version: 160,
        name: "workspaces",
        files: &[include_str!("../../../queries/schema/migrations/0160_workspaces.sql")],
    },
    Migration {
        version: 161,
        name: "own_things",
        files: &[include_str!("../../../queries/schema/migrations/0161_own_things.sql")],
    },
];

/// What comes before the baseline where there is a schema of before the first release.
const TAKE_OVER: &str = include_str!("../../../queries/schema/take_over.sql");
/// The last of the migrations of before the first release, and the SHA-256 of all their numbers and checksums.
const BEFORE: (u32, &str) =
    (102, "c83b3a3fe3806b43e78f77e57359cb7dd66da94be6daa22966fa915cf08464c1");

/// Tables of older schemas that have another name now; without one they are no more.
const NAMES_NOW: [(&str, Option<&str>); 9] = [
    ("deliveries", None),
    ("events", None),
    ("matched_conversions", None),
    ("report_consents", Some("conversion_report_consents")),
    ("report_events", Some("conversion_report_events")),
    ("reported_conversions", None),
    ("reports", Some("conversion_reports")),
    ("sequences", None),
    ("spend", None),
];

pub(in crate::store) const CREATE_DATABASE: &str =
    include_str!("../../../queries/schema/create_database.sql");
const CREATE_TABLE: &str = include_str!("../../../queries/schema/create_migrations_table.sql");
const APPLIED: &str = include_str!("../../../queries/schema/applied_migrations.sql");
const RECORD: &str = include_str!("../../../queries/schema/record_migration.sql");

#[derive(Debug, Row, Deserialize)]
struct AppliedRow {
    version: u32,
    checksum: String,
}

/// What [`migrate`](super::migrate::migrate) did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Migrations applied now.
    pub now: usize,
    /// The schema's version after that.
    pub version: u32,
}

/// What a database lacks.
#[derive(Debug)]
pub(in crate::store) struct Pending {
    pub migrations: Vec<&'static Migration>,
    /// Whether it is of before the first release.
    pub is_taken_over: bool,
}

/// What a table of an older schema is called now; `None` if it is no more.
#[must_use]
pub fn table_now(name: &str) -> Option<&str> {
    NAMES_NOW.iter().find(|(before, _)| *before == name).map_or(Some(name), |(_, now)| *now)
}

/// The version that this program knows.
pub(in crate::store) fn newest() -> u32 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

/// What a database lacks.
///
/// # Errors
/// If it belongs to another version of the program.
pub(in crate::store) async fn pending(
    store: &Store,
    client: &Client,
) -> Result<Pending, StoreError> {
    store.execute(client.query(CREATE_TABLE)).await?;
    let applied: Vec<AppliedRow> = store.fetch_all(client.query(APPLIED)).await?;
    let known = newest();
    if let Some(newest) = applied.last().filter(|row| row.version > known) {
        return Err(StoreError::SchemaTooNew { found: newest.version, known });
    }
    let mut migrations = Vec::new();
    for migration in MIGRATIONS {
        let checksum = migration.checksum();
        match applied.iter().find(|row| row.version == migration.version) {
            Some(row) if row.checksum == checksum => {}
            Some(_) => {
                let Migration { version, name, .. } = *migration;
                return Err(StoreError::MigrationChanged { version, name });
            }
            None => migrations.push(migration),
        }
    }
    let is_begun = migrations.len() < MIGRATIONS.len();
    let is_taken_over = !is_begun && !applied.is_empty();
    if is_taken_over {
        check_before(&applied)?;
    }
    Ok(Pending { migrations, is_taken_over })
}

/// Whether all migrations of before the first release were applied, and no others.
fn check_before(applied: &[AppliedRow]) -> Result<(), StoreError> {
    let mut digest = Sha256::new();
    for AppliedRow { version, checksum } in applied {
        digest.update(format!("{version} {checksum}\n"));
    }
    let (last, expected) = BEFORE;
    if hex::encode(digest.finalize()) == expected {
        return Ok(());
    }
    let found = applied.last().map_or(0, |row| row.version);
    Err(StoreError::SchemaTooOld { found, last })
}

/// Notes that a migration has been applied.
pub(in crate::store) async fn record(
    client: &Client,
    migration: &Migration,
) -> Result<(), clickhouse::error::Error> {
    let noted = client.query(RECORD).param("version", migration.version);
    noted.param("name", migration.name).param("checksum", migration.checksum()).execute().await
}

/// What takes over a database of before the first release.
pub(in crate::store) fn take_over() -> impl Iterator<Item = &'static str> {
    statements(TAKE_OVER)
}

impl Migration {
    /// Its statements, in order.
    pub(in crate::store) fn statements(&self) -> impl Iterator<Item = &'static str> {
        self.files.iter().flat_map(|file| statements(file))
    }

    fn checksum(&self) -> String {
        let mut digest = Sha256::new();
        self.files.iter().for_each(|file| digest.update(file));
        hex::encode(digest.finalize())
    }
}

fn statements(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.split("\n;\n").map(str::trim).filter(|statement| !statement.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_migration_has_the_highest_version() {
        let versions: Vec<u32> = MIGRATIONS.iter().map(|migration| migration.version).collect();
        // Otherwise a database that has all of them would be taken for one of a later program.
        assert!(versions.windows(2).all(|pair| pair[0] < pair[1]), "{versions:?}");
    }
}
