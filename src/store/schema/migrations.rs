//! The schema: `queries/schema/migrations/`, one statement a file, applied in order.
//!
//! ClickHouse has no lock to take, so every statement is harmless when it runs twice
//! (`IF NOT EXISTS`): two processes that start together both run what is missing, with one result.

use clickhouse::{Client, Row};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::store::client::Store;
use crate::store::client::error::StoreError;

pub(in crate::store) struct Migration {
    pub(in crate::store) version: u32,
    pub(in crate::store) name: &'static str,
    pub(in crate::store) statement: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            version: $version,
            name: $name,
            statement: include_str!(concat!("../../../queries/schema/migrations/", $name, ".sql")),
        }),*]
    };
}

pub(in crate::store) const MIGRATIONS: &[Migration] = migrations![
    1 "0001_events",
    2 "0002_quarantine",
    3 "0003_links",
    4 "0004_visits",
    5 "0005_spend",
    6 "0006_events_by_person",
    7 "0007_fill_events_by_person",
    8 "0008_empty_events",
    9 "0009_changed_people",
    10 "0010_people",
    11 "0011_conversations",
    12 "0012_touchpoints",
    13 "0013_conversions",
    14 "0014_clicks",
    15 "0015_clicks_of_visits",
    16 "0016_fill_clicks",
    17 "0017_links_now",
    18 "0018_links_by_ref",
    19 "0019_ad_campaigns",
    20 "0020_everyone_changed",
    21 "0021_v_conversations",
    22 "0022_v_touchpoints",
    23 "0023_aliases",
    24 "0024_contacts",
    25 "0025_audience_members",
    26 "0026_changed_batches",
    27 "0027_everyone_pending",
    28 "0028_ad_days",
    29 "0029_fill_ad_days",
    30 "0030_ads",
    31 "0031_fill_ads",
    32 "0032_ads_now",
    33 "0033_ad_campaigns_of_ads",
    34 "0034_empty_spend",
    35 "0035_ad_accounts",
    36 "0036_costs",
    37 "0037_v_conversations_with_ad_sets",
    38 "0038_v_touchpoints_with_ad_sets",
    39 "0039_reported_conversions",
    40 "0040_waiting_conversions",
    41 "0041_matched_conversions",
    42 "0042_arrivals",
    43 "0043_fill_arrivals",
    44 "0044_feedback",
    45 "0045_reports",
    46 "0046_fill_reports",
    47 "0047_report_events",
    48 "0048_fill_report_events",
    49 "0049_report_consents",
    50 "0050_fill_report_consents",
    51 "0051_person_consents",
    52 "0052_fill_person_consents",
    53 "0053_empty_reported_conversions",
    54 "0054_empty_matched_conversions",
    55 "0055_event_of_conversions",
    56 "0056_converted_changed",
    57 "0057_converted_pending",
    58 "0058_unknown_impressions",
    59 "0059_unknown_clicks",
    60 "0060_program_settings",
    61 "0061_settings_now",
    62 "0062_v_conversations_described",
    63 "0063_v_touchpoints_described",
    64 "0064_v_events",
    65 "0065_v_conversions",
    66 "0066_v_funnel_daily",
    67 "0067_v_ads_daily",
    68 "0068_v_attribution",
    69 "0069_claims",
    70 "0070_report_definitions",
    71 "0071_report_runs",
    72 "0072_report_deliveries",
    73 "0073_report_schedules",
    74 "0074_erasing",
    75 "0075_users",
    76 "0076_api_tokens",
    77 "0077_token_uses",
    78 "0078_audit_log",
    79 "0079_pages_of_users",
    80 "0080_deliveries",
    81 "0081_fill_deliveries",
    82 "0082_codecs_of_conversations",
    83 "0083_codecs_of_touchpoints",
    84 "0084_codecs_of_conversions",
    85 "0085_codecs_of_people",
    86 "0086_codecs_of_events",
    87 "0087_turns",
    88 "0088_webhook_counts",
    89 "0089_fill_webhook_counts",
    90 "0090_empty_deliveries",
    91 "0091_erasing_keys",
    92 "0092_made_at_of_people",
    93 "0093_version_of_schedules",
    94 "0094_versions_of_people",
    95 "0095_versions_of_conversations",
    96 "0096_versions_of_touchpoints",
    97 "0097_versions_of_conversions",
    98 "0098_v_conversations_under_settings",
    99 "0099_v_touchpoints_under_settings",
    100 "0100_v_funnel_daily_under_settings",
    101 "0101_v_ads_daily_under_settings",
    102 "0102_v_attribution_under_settings",
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

/// What [`migrate`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// Migrations applied now.
    pub now: usize,
    /// The schema's version after that.
    pub version: u32,
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
) -> Result<Vec<&'static Migration>, StoreError> {
    let failed = |error| store.failed(error);
    client.query(CREATE_TABLE).execute().await.map_err(failed)?;
    let applied: Vec<AppliedRow> = client.query(APPLIED).fetch_all().await.map_err(failed)?;
    let known = newest();
    if let Some(newest) = applied.last().filter(|row| row.version > known) {
        return Err(StoreError::SchemaTooNew { found: newest.version, known });
    }
    let mut pending = Vec::new();
    for migration in MIGRATIONS {
        let checksum = migration.checksum();
        match applied.iter().find(|row| row.version == migration.version) {
            Some(row) if row.checksum == checksum => {}
            Some(_) => {
                let Migration { version, name, .. } = *migration;
                return Err(StoreError::MigrationChanged { version, name });
            }
            None => pending.push(migration),
        }
    }
    Ok(pending)
}

/// Notes that migrations have been applied.
pub(in crate::store) async fn record(
    client: &Client,
    migrations: &[&Migration],
) -> Result<(), clickhouse::error::Error> {
    let versions: Vec<u32> = migrations.iter().map(|migration| migration.version).collect();
    let names: Vec<&str> = migrations.iter().map(|migration| migration.name).collect();
    let checksums: Vec<String> = migrations.iter().map(|migration| migration.checksum()).collect();
    let noted = client.query(RECORD).param("versions", versions);
    noted.param("names", names).param("checksums", checksums).execute().await
}

impl Migration {
    fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.statement))
    }
}
