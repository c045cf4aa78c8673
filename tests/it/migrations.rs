//! The schema: applied once, by one process or two.

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
        ["events", "link_visits", "links", "quarantine", "schema_migrations", "spend"]
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

/// Every column has a comment: BI users see them.
#[tokio::test]
async fn every_column_is_explained() {
    let database = Database::start().await;
    migrate(&Store::new(database.endpoint())).await.unwrap();
    let unexplained: Vec<String> = database
        .client()
        .query("SELECT concat(table, '.', name) FROM system.columns WHERE database = currentDatabase() AND comment = ''")
        .fetch_all()
        .await
        .unwrap();
    assert_eq!(unexplained, Vec::<String>::new());
    database.engine.stop().await;
}
