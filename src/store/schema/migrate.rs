//! Brings a database to this program's schema.

use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::schema::cluster;
use crate::store::schema::migrations::{
    Applied, CREATE_DATABASE, newest, pending, record, take_over,
};

/// Brings the database to this program's schema.
///
/// # Errors
/// If ClickHouse refuses, or the database is of another (newer, older or changed) schema.
pub async fn migrate(store: &Store) -> Result<Applied, StoreError> {
    if let Some(cluster) = &store.endpoint.cluster {
        return cluster::migrate(store, cluster).await;
    }
    // The database itself cannot be the current one while it is being made.
    let create = store.client().clone().with_database("default");
    let create = create.query(CREATE_DATABASE).param("database", &store.endpoint.database);
    store.execute(create).await?;
    let client = store.client();
    let pending = pending(store, client).await?;
    let before = take_over().filter(|_| pending.is_taken_over);
    for statement in before {
        store.execute(client.query(statement)).await?;
    }
    for migration in &pending.migrations {
        for statement in migration.statements() {
            store.execute(client.query(statement)).await?;
        }
        record(client, migration).await.map_err(|error| store.failed(error))?;
    }
    let now = pending.migrations.len();
    if now > 0 {
        let is_taken_over = pending.is_taken_over;
        tracing::info!(
            migrations = now,
            version = newest(),
            is_taken_over,
            "the schema is up to date"
        );
    }
    Ok(Applied { now, version: newest() })
}
