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
    let failed = |error| store.failed(error);
    // The database itself cannot be the current one while it is being made.
    let create = store.client().clone().with_database("default");
    let create = create.query(CREATE_DATABASE).param("database", &store.endpoint.database);
    create.execute().await.map_err(failed)?;
    let client = store.client();
    let pending = pending(store, client).await?;
    let before = take_over().filter(|_| pending.is_taken_over);
    for statement in before {
        client.query(statement).execute().await.map_err(failed)?;
    }
    for migration in &pending.migrations {
        for statement in migration.statements() {
            client.query(statement).execute().await.map_err(failed)?;
        }
        record(client, migration).await.map_err(failed)?;
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
