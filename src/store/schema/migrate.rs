//! Brings a database to this program's schema.

use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::schema::cluster;
use crate::store::schema::migrations::{
    Applied, CREATE_DATABASE, MIGRATIONS, newest, pending, record,
};

/// Brings the database to this program's schema.
///
/// # Errors
/// If ClickHouse refuses, or the database is of another (newer or changed) schema.
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
    // A database that has nothing yet has nothing to lose: what is applied is noted at once, not file by file.
    let is_fresh = pending.len() == MIGRATIONS.len();
    for migration in &pending {
        client.query(migration.statement).execute().await.map_err(failed)?;
        if !is_fresh {
            record(client, &[migration]).await.map_err(failed)?;
        }
        tracing::debug!(migration = migration.name, "applied");
    }
    if is_fresh {
        record(client, &pending).await.map_err(failed)?;
    }
    if !pending.is_empty() {
        tracing::info!(migrations = pending.len(), version = newest(), "the schema is up to date");
    }
    Ok(Applied { now: pending.len(), version: newest() })
}
