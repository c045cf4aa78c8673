//! The schema: applied once, by one process or two.

use messenger_funnel::materializer::Materializer;
use messenger_funnel::store::engine::Engine;
use messenger_funnel::store::{Endpoint, Store, StoreError, migrate};
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
            "alert_mutes",
            "alert_rules",
            "aliases",
            "annotations",
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
            "conversion_report_consents",
            "conversion_report_events",
            "conversion_reports",
            "conversions",
            "costs",
            "erasing",
            "erasing_keys",
            "event_classes",
            "event_sequences",
            "events_by_person",
            "feedback",
            "funnel_edits",
            "goals",
            "incident_marks",
            "incidents",
            "link_visits",
            "links",
            "links_by_ref",
            "links_now",
            "message_costs",
            "one_time_work",
            "page_names",
            "people",
            "person_consents",
            "program_settings",
            "quarantine",
            "report_definitions",
            "report_deliveries",
            "report_runs",
            "report_schedules",
            "saved_views",
            "schema_migrations",
            "settings_now",
            "start_pages",
            "token_uses",
            "told_names",
            "touchpoints",
            "users",
            "v_ads_daily",
            "v_attribution",
            "v_conversations",
            "v_conversions",
            "v_events",
            "v_funnel_daily",
            "v_funnel_steps",
            "v_message_costs",
            "v_touchpoints",
            "waiting_conversions",
            "webhook_counts",
            "workspaces"
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

    let change = "ALTER TABLE schema_migrations UPDATE checksum = 'y' WHERE version = 103 \
                  SETTINGS mutations_sync = 1";
    client.query("ALTER TABLE schema_migrations DELETE WHERE name = 'future' SETTINGS mutations_sync = 1")
        .execute().await.unwrap();
    client.query(change).execute().await.unwrap();
    let refused = migrate(&store).await;
    assert!(
        matches!(refused, Err(StoreError::MigrationChanged { version: 103, .. })),
        "{refused:?}"
    );
    database.engine.stop().await;
}

/// The click on an ad is taken from the JSON of events of before, and whoever is on WhatsApp has their conversations made
/// again.
#[tokio::test]
async fn clicks_of_before_are_taken_from_the_json_of_their_events() {
    let database = Database::start().await;
    let store = Store::new(database.endpoint());
    migrate(&store).await.unwrap();
    let client = database.client();
    // As before the migration.
    for statement in [
        "DROP VIEW v_events",
        "ALTER TABLE events_by_person DROP COLUMN ctwa_clid SETTINGS mutations_sync = 1",
        "ALTER TABLE schema_migrations DELETE WHERE version = 104 SETTINGS mutations_sync = 1",
        "INSERT INTO events_by_person (event_id, channel, page_id, person_id, time, kind, raw) SELECT \
         generateUUIDv4(), 'whatsapp', '1', '33612345678', now64(3), 'message', \
         '{\"referral\":{\"body\":\"Sale\",\"ctwa_clid\":\"AR1\"}}'",
        "INSERT INTO events_by_person (event_id, channel, page_id, person_id, time, kind, raw) SELECT \
         generateUUIDv4(), 'messenger', '1', 'ann', now64(3), 'message', '{}'",
    ] {
        client.query(statement).execute().await.unwrap();
    }
    assert_eq!(migrate(&store).await.unwrap().now, 1);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let unfinished =
        "SELECT count() FROM system.mutations WHERE NOT is_done AND database = currentDatabase()";
    while client.query(unfinished).fetch_one::<u64>().await.unwrap() > 0 {
        assert!(std::time::Instant::now() < until);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    // Also without the JSON: it stands in the column.
    let wipe = "ALTER TABLE events_by_person UPDATE raw = '' WHERE 1 SETTINGS mutations_sync = 1";
    client.query(wipe).execute().await.unwrap();
    let clicks = "SELECT ctwa_clid FROM events_by_person ORDER BY channel";
    let clicks: Vec<String> = client.query(clicks).fetch_all().await.unwrap();
    assert_eq!(clicks, ["", "AR1"]);
    let changed = "SELECT DISTINCT person_id FROM changed_people";
    let changed: Vec<String> = client.query(changed).fetch_all().await.unwrap();
    assert_eq!(changed, ["33612345678"]);
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

/// What `SHOW CREATE TABLE` says of every table and view but the list of migrations.
async fn objects(endpoint: &Endpoint) -> Vec<(String, String)> {
    let client = client(endpoint);
    let names = "SELECT name FROM system.tables WHERE database = currentDatabase() \
                 AND name != 'schema_migrations' ORDER BY name";
    let mut objects = Vec::new();
    for name in client.query(names).fetch_all::<String>().await.unwrap() {
        let shown = client.query(&format!("SHOW CREATE TABLE {name}")).fetch_one::<String>();
        let shown = shown.await.unwrap().replace(&format!("{}.", endpoint.database), "");
        objects.push((name, shown));
    }
    objects
}

/// The schema of before the first release, as its 102 migrations made it, with some rows in it.
async fn make_before(endpoint: &Endpoint) {
    let client = client(endpoint);
    let create = format!("CREATE DATABASE {}", endpoint.database);
    client.clone().with_database("default").query(&create).execute().await.unwrap();
    let schema = include_str!("../schema/before_the_baseline.sql");
    for statement in schema.split("\n;\n").filter(|text| !text.trim().is_empty()) {
        client.query(statement).execute().await.unwrap();
    }
    let time = "toDateTime64('2026-11-20 10:00:00', 3, 'UTC')";
    for statement in [
        format!(
            "INSERT INTO events_by_person (event_id, channel, page_id, person_id, time, time_origin, kind, \
             received_at, version) VALUES (generateUUIDv4(), 'messenger', '7', 'ann', {time}, 'event', 'message', \
             {time}, 1)"
        ),
        format!(
            "INSERT INTO reports (report_id, name, time, is_retracted, page_id, person_id, received_at, version) \
             VALUES ('R1', 'purchase', {time}, 0, '7', 'ann', {time}, 5)"
        ),
        format!(
            "INSERT INTO report_events (report_id, event_id, matched_by, page_id, person_id, time, version) \
             VALUES ('R1', '11111111-2222-3333-4444-555555555555', 'person', '7', 'ann', {time}, 5)"
        ),
        "INSERT INTO report_consents (report_id, consent, version) VALUES ('R1', 1, 5)".to_owned(),
    ] {
        client.query(&statement).execute().await.unwrap();
    }
}

/// A database of before the first release becomes what a new one is, to the last column, and loses nothing.
#[tokio::test]
async fn a_database_of_before_the_first_release_is_taken_over() {
    let database = Database::start().await;
    let fresh = database.engine.endpoint("fresh");
    let newest = migrate(&Store::new(fresh.clone())).await.unwrap().version;
    let before = database.endpoint();
    make_before(&before).await;
    let store = Store::new(before.clone());
    let (one, two) = tokio::join!(migrate(&store), migrate(&store));
    assert_eq!((one.unwrap().version, two.unwrap().version), (newest, newest));
    assert_eq!(migrate(&store).await.unwrap().now, 0);
    let (expected, found) = (objects(&fresh).await, objects(&before).await);
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected, found);
    }
    assert_eq!(expected.len(), found.len());
    let ask = async |statement: &str| {
        database.client().query(statement).fetch_all::<String>().await.unwrap()
    };
    assert_eq!(ask("SELECT person_id FROM conversion_reports FINAL").await, ["ann"]);
    assert_eq!(ask("SELECT matched_by FROM conversion_report_events").await, ["person"]);
    assert_eq!(ask("SELECT report_id FROM conversion_report_consents FINAL").await, ["R1"]);
    store.make_everyone_anew().await.unwrap();
    let lock = database.folder.path().join("conversations.lock");
    Materializer::new(store, lock, || 1_795_200_000_000).catch_up().await.unwrap();
    assert_eq!(ask("SELECT person_id FROM conversations FINAL").await, ["ann"]);
    database.engine.stop().await;
}

#[tokio::test]
async fn a_database_of_an_older_schema_is_refused_and_left_as_it_is() {
    let database = Database::start().await;
    let before = database.endpoint();
    make_before(&before).await;
    let less =
        "ALTER TABLE schema_migrations DELETE WHERE version > 97 SETTINGS mutations_sync = 1";
    database.client().query(less).execute().await.unwrap();
    let objects_before = objects(&before).await;
    let refused = migrate(&Store::new(before.clone())).await;
    assert!(
        matches!(refused, Err(StoreError::SchemaTooOld { found: 97, last: 102 })),
        "{refused:?}"
    );
    assert_eq!(objects(&before).await, objects_before);
    database.engine.stop().await;
}
