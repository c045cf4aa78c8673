//! The schema: applied once, by one process or two.

use messenger_funnel::store::engine::Engine;
use messenger_funnel::store::{Endpoint, Store, StoreError, migrate};
use messenger_funnel::upkeep::Upkeep;
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
            "arrivals",
            "audience_members",
            "changed_batches",
            "changed_people",
            "clicks",
            "clicks_of_visits",
            "contacts",
            "conversations",
            "conversions",
            "costs",
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
            "quarantine",
            "report_consents",
            "report_events",
            "reported_conversions",
            "reports",
            "schema_migrations",
            "spend",
            "touchpoints",
            "v_conversations",
            "v_touchpoints",
            "waiting_conversions"
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
        let path = format!("{}/queries/migrations/{name}.sql", env!("CARGO_MANIFEST_DIR"));
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
