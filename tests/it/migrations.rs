//! The schema: applied once, by one process or two.

use messenger_funnel::store::engine::Engine;
use messenger_funnel::store::{Endpoint, Store, StoreError, migrate};
use messenger_funnel::upkeep::Upkeep;
use sha2::Digest;
use tempfile::TempDir;

use crate::support::{client, start_engine};

/// An engine of this test, and a way to ask it anything.
struct Database {
    engine: Engine,
    folder: TempDir,
}

impl Database {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let engine = start_engine(folder.path()).await.unwrap();
        Self { engine, folder }
    }

    fn endpoint(&self) -> Endpoint {
        self.engine.endpoint("a_database")
    }

    fn client(&self) -> clickhouse::Client {
        client(&self.endpoint())
    }
}

#[tokio::test]
async fn two_processes_that_start_together_make_one_schema() {
    let database = Database::start().await;
    let store = Store::new(database.endpoint());
    let (one, two) = tokio::join!(migrate(&store), migrate(&store));
    let version = one.unwrap().version;
    assert_eq!(two.unwrap().version, version);
    let again = migrate(&store).await.unwrap();
    assert_eq!((again.now, again.version), (0, version));
    let tables: Vec<String> = database
        .client()
        .query("SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name")
        .fetch_all()
        .await
        .unwrap();
    assert_eq!(
        tables,
        [
            "ad_accounts",
            "ad_campaigns",
            "ad_days",
            "ads",
            "ads_now",
            "aliases",
            "api_tokens",
            "arrivals",
            "audience_members",
            "audit_log",
            "changed_batches",
            "changed_people",
            "claims",
            "clicks",
            "clicks_of_visits",
            "contacts",
            "conversations",
            "conversions",
            "costs",
            "deliveries",
            "erasing",
            "erasing_keys",
            "events",
            "events_by_person",
            "feedback",
            "link_visits",
            "links",
            "links_by_ref",
            "links_now",
            "matched_conversions",
            "people",
            "person_consents",
            "program_settings",
            "quarantine",
            "report_consents",
            "report_definitions",
            "report_deliveries",
            "report_events",
            "report_runs",
            "report_schedules",
            "reported_conversions",
            "reports",
            "schema_migrations",
            "settings_now",
            "spend",
            "token_uses",
            "touchpoints",
            "users",
            "v_ads_daily",
            "v_attribution",
            "v_conversations",
            "v_conversions",
            "v_events",
            "v_funnel_daily",
            "v_touchpoints",
            "waiting_conversions",
            "webhook_counts"
        ]
    );
    database.engine.stop().await;
    assert!(database.folder.path().join("clickhouse/data").exists());
}

#[tokio::test]
async fn a_changed_or_newer_schema_is_refused() {
    let database = Database::start().await;
    let store = Store::new(database.endpoint());
    let version = migrate(&store).await.unwrap().version;
    let client = database.client();
    let insert = "INSERT INTO schema_migrations (version, name, checksum) SELECT ?, 'future', 'x'";
    client.query(insert).bind(version + 1).execute().await.unwrap();
    let refused = migrate(&store).await;
    assert!(matches!(refused, Err(StoreError::SchemaTooNew { .. })), "{refused:?}");

    let change = "ALTER TABLE schema_migrations UPDATE checksum = 'y' WHERE version = 1 \
                  SETTINGS mutations_sync = 1";
    client.query("ALTER TABLE schema_migrations DELETE WHERE name = 'future' SETTINGS mutations_sync = 1")
        .execute().await.unwrap();
    client.query(change).execute().await.unwrap();
    let refused = migrate(&store).await;
    assert!(matches!(refused, Err(StoreError::MigrationChanged { version: 1, .. })), "{refused:?}");
    database.engine.stop().await;
}

/// What a database of an older version holds is there after the upgrade, and has conversations.
#[tokio::test]
async fn a_database_of_the_first_schema_keeps_its_events() {
    let database = Database::start().await;
    let store = Store::new(database.endpoint());
    let client = database.client();
    let maintenance = client.clone().with_database("default");
    maintenance.query("CREATE DATABASE IF NOT EXISTS a_database").execute().await.unwrap();
    for name in ["0001_events", "0002_quarantine"] {
        let path = format!("{}/queries/schema/migrations/{name}.sql", env!("CARGO_MANIFEST_DIR"));
        client.query(&std::fs::read_to_string(path).unwrap()).execute().await.unwrap();
    }
    // Ann's message of old, delivered twice, and a delivery receipt, which opens nothing.
    client
        .query(
            "INSERT INTO events (event_id, channel, page_id, person_id, time, received_at, kind, version) \
             SELECT generateUUIDv4(number), 'messenger', '1', 'ann', toDateTime64('2025-01-31 12:00:00', 3), \
             now64(3), 'message', number FROM numbers(1) \
             UNION ALL SELECT toUUID('00000000-0000-0000-0000-000000000007'), 'messenger', '1', 'bob', \
             toDateTime64('2025-02-01 12:00:00', 3), now64(3), if(number = 2, 'message', 'delivery'), \
             number FROM numbers(3)",
        )
        .execute()
        .await
        .unwrap();
    migrate(&store).await.unwrap();
    let lock = database.folder.path().join("conversations.lock");
    let made = Upkeep::new(store.clone(), lock, || 1_790_000_000_000).catch_up().await.unwrap();
    assert_eq!(made, 2);
    let found: Vec<(String, u32)> = client
        .query("SELECT person_id, acts FROM conversations FINAL ORDER BY person_id")
        .fetch_all()
        .await
        .unwrap();
    assert_eq!(found, [("ann".to_owned(), 1), ("bob".to_owned(), 1)]);
    let left: u64 = client.query("SELECT count() FROM events").fetch_one().await.unwrap();
    assert_eq!(left, 0);
    database.engine.stop().await;
}

/// Every column has a comment: BI users see them.
#[tokio::test]
async fn every_column_is_explained() {
    let database = Database::start().await;
    migrate(&Store::new(database.endpoint())).await.unwrap();
    let unexplained: Vec<String> = database
        .client()
        .query("SELECT concat(table, '.', name) FROM system.columns WHERE database = currentDatabase() AND comment = '' AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine NOT LIKE '%View')")
        .fetch_all()
        .await
        .unwrap();
    assert_eq!(unexplained, Vec::<String>::new());
    database.engine.stop().await;
}

/// Runs the migrations up to a number, as the version that had no more of them did.
async fn migrate_until(database: &Database, last: u32) {
    let client = database.client();
    let folder = std::path::Path::new("queries/schema/migrations");
    let run = async |statement: &str| client.query(statement).execute().await.unwrap();
    let create = std::fs::read_to_string("queries/schema/create_migrations_table.sql").unwrap();
    client
        .clone()
        .with_database("default")
        .query("CREATE DATABASE IF NOT EXISTS a_database")
        .execute()
        .await
        .unwrap();
    run(&create).await;
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let version: u32 = name[..4].parse().unwrap();
        if version > last {
            break;
        }
        let statement = std::fs::read_to_string(&path).unwrap();
        run(&statement).await;
        let checksum = hex::encode(sha2::Sha256::digest(&statement));
        run(&format!(
            "INSERT INTO schema_migrations (version, name, checksum) \
             SELECT {version}, '{name}', '{checksum}'"
        ))
        .await;
    }
}

/// What was reported under the schema before reports had events of their own is kept: what stands, what was
/// given back, and what people said.
#[tokio::test]
async fn reports_of_an_older_schema_are_kept() {
    let database = Database::start().await;
    migrate_until(&database, 44).await;
    let client = database.client();
    let run = async |statement: &str| client.query(statement).execute().await.unwrap();
    let event = "11111111-2222-3333-4444-555555555555";
    let time = "toDateTime64('2026-11-20 10:00:00', 3, 'UTC')";
    // 2026-11-20T11:00:00Z, in microseconds.
    let version = 1_795_172_400_000_000_u64;
    run(&format!(
        "INSERT INTO reported_conversions (report_id, name, time, value, currency, is_retracted, page_id, \
         person_id, consent, received_at, version) VALUES \
         ('R1', 'purchase', {time}, 5, 'EUR', 0, '7', 'ann', 1, {time}, {version}), \
         ('R2', 'purchase', {time}, 6, 'EUR', 1, '7', 'bob', 0, {time}, {version})"
    ))
    .await;
    run(&format!(
        "INSERT INTO matched_conversions (report_id, matched_by, page_id, person_id, channel, time, event_id, \
         version) VALUES ('R1', 'person', '7', 'ann', 'messenger', {time}, '{event}', {})",
        version * 4 + 2
    ))
    .await;
    run(&format!(
        "INSERT INTO events_by_person (event_id, channel, page_id, person_id, time, time_origin, kind, name, \
         value, currency, received_at, version) VALUES \
         ('{event}', 'messenger', '7', 'ann', {time}, 'event', 'conversion', 'purchase', 5, 'EUR', {time}, 1)"
    ))
    .await;
    let store = Store::new(database.endpoint());
    migrate(&store).await.unwrap();
    let ask = async |statement: &str| client.query(statement).fetch_all::<String>().await.unwrap();
    assert_eq!(
        ask("SELECT concat(report_id, ' ', toString(is_retracted)) FROM reports FINAL ORDER BY report_id").await,
        ["R1 0", "R2 1"]
    );
    assert_eq!(
        ask("SELECT concat(report_id, ' ', toString(event_id)) FROM report_events").await,
        [format!("R1 {event}")]
    );
    assert_eq!(
        ask("SELECT concat(person_id, ' ', toString(consent)) FROM person_consents FINAL ORDER BY person_id").await,
        ["ann 1", "bob 0"]
    );
    // Versions of the change are compared with those of this schema.
    assert_eq!(
        ask(
            "SELECT toString(bitShiftRight(version, 86)) FROM reports FINAL WHERE report_id = 'R1'"
        )
        .await,
        ["1795172400000"]
    );
    let lock = database.folder.path().join("upkeep.lock");
    let upkeep = Upkeep::new(store, lock, || 1_795_200_000_000);
    upkeep.catch_up().await.unwrap();
    assert_eq!(
        ask("SELECT concat(person_id, ' ', toString(event_id)) FROM conversions FINAL").await,
        [format!("ann {event}")]
    );
    database.engine.stop().await;
}
