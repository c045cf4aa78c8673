//! The schema of a cluster: the same migrations, for the tables of each shard and for those that read them all.

use clickhouse::Client;
use clickhouse::query::Query;

use super::ddl::{self, Change};
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;
use crate::store::schema::migrations::{
    Applied, CREATE_DATABASE, MIGRATIONS, Pending, newest, pending, record, take_over,
};

const DROP: &str = include_str!("../../../../queries/schema/drop_table.sql");
const NODES: &str = include_str!("../../../../queries/schema/cluster_nodes.sql");

/// A node that answers, and what it lacks.
struct Node {
    client: Client,
    pending: Pending,
}

/// Brings the tables of all nodes to this program's schema. A node that is away is left out as long as the others lack
/// nothing.
///
/// # Errors
/// If the cluster is not as it should be, or a node refuses.
pub(in crate::store) async fn migrate(store: &Store, cluster: &str) -> Result<Applied, StoreError> {
    check(store, cluster).await?;
    let (nodes, away) = nodes(store).await?;
    let mut now = 0;
    let is_taken_over = nodes.iter().any(|node| node.pending.is_taken_over);
    for migration in MIGRATIONS {
        let lacks = |node: &&Node| {
            node.pending.migrations.iter().any(|one| one.version == migration.version)
        };
        let lacking: Vec<&Node> = nodes.iter().filter(lacks).collect();
        if lacking.is_empty() {
            continue;
        }
        if let Some(error) = away {
            return Err(error);
        }
        // A node that is new among others has nothing to be filled from.
        let is_new = lacking.len() == nodes.len() && !is_taken_over;
        let before = take_over().filter(|_| now == 0 && is_taken_over);
        for statement in before.chain(migration.statements()) {
            apply(store, statement, is_new).await?;
        }
        for node in lacking {
            record(&node.client, migration).await.map_err(|error| store.failed(error))?;
        }
        tracing::info!(migration = migration.name, cluster, "applied");
        now += 1;
    }
    if let Some(error) = away {
        tracing::warn!(%error, "a node of the cluster is away");
    }
    Ok(Applied { now, version: newest() })
}

/// Whether the servers know the cluster, and all its nodes are known here.
async fn check(store: &Store, cluster: &str) -> Result<(), StoreError> {
    let asked = store.client().clone().with_database("default");
    let counts = asked.query(NODES).param("cluster", cluster);
    let (nodes, shards) = store.fetch_one::<(u64, u64)>(counts).await?;
    let listed = store.endpoint.nodes().count() as u64;
    let reason = if nodes == 0 {
        "no server knows it: name it in remote_servers, on each node".to_owned()
    } else if store.has_keeper().await? {
        return Ok(());
    } else if nodes > shards {
        "its shards have replicas, which need a ClickHouse Keeper, and there is none".to_owned()
    } else if listed < nodes {
        format!("it has {nodes} nodes and clickhouse.url names {listed}: name all of them")
    } else {
        return Ok(());
    };
    Err(StoreError::Cluster { name: cluster.to_owned(), reason })
}

/// Those that answer, and what one said that does not.
async fn nodes(store: &Store) -> Result<(Vec<Node>, Option<StoreError>), StoreError> {
    let (mut nodes, mut away) = (Vec::new(), None);
    for client in store.nodes.each() {
        let client = client.clone().with_database(store.home());
        match node(store, client).await {
            Ok(node) => nodes.push(node),
            Err(error @ StoreError::ClickHouse { .. }) => away = Some(error),
            Err(error) => return Err(error),
        }
    }
    match away {
        Some(error) if nodes.is_empty() => Err(error),
        away => Ok((nodes, away)),
    }
}

async fn node(store: &Store, client: Client) -> Result<Node, StoreError> {
    for database in [&store.home(), &store.endpoint.database] {
        let create = client.clone().with_database("default");
        let create = create.query(CREATE_DATABASE).param("database", database);
        store.execute(create).await?;
    }
    Ok(Node { pending: pending(store, &client).await?, client })
}

/// Carries out a migration on all nodes.
async fn apply(store: &Store, statement: &str, is_new: bool) -> Result<(), StoreError> {
    let plainly = |query: Query| query;
    match ddl::change(statement) {
        Change::Table(table) => {
            let statement = if store.has_keeper().await? {
                ddl::replicated(statement)
            } else {
                statement.to_owned()
            };
            store.everywhere(&statement, plainly).await?;
            store.distribute(table).await
        }
        Change::OfRows(_) => store.everywhere(statement, plainly).await,
        Change::View(_) => store.everywhere_read(statement, plainly).await,
        Change::Dropped(_) => {
            store.everywhere_read(statement, plainly).await?;
            store.everywhere(statement, plainly).await
        }
        Change::Renamed(old, new) => {
            store.everywhere(statement, plainly).await?;
            store.everywhere_read(&assemble(DROP, &[("table", old)]), plainly).await?;
            store.distribute(new).await
        }
        Change::Filling(_) if is_new => store.execute(store.client().query(statement)).await,
        Change::Filling(_) => Ok(()),
    }
}
