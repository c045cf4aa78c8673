//! A ClickHouse of many nodes: where tables lie there, and statements that each node has to hear.

pub mod ddl;
mod migrating;

use clickhouse::query::Query;

pub(in crate::store) use migrating::migrate;

use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;

const HAS_KEEPER: &str = include_str!("../../../../queries/schema/has_keeper.sql");
const SORTING_KEY: &str = include_str!("../../../../queries/schema/sorting_key.sql");
const DISTRIBUTE: &str = include_str!("../../../../queries/schema/distribute.sql");

impl Store {
    /// The database in which tables hold rows: on a cluster not the one that is asked.
    pub(in crate::store) fn home(&self) -> String {
        match &self.endpoint.cluster {
            Some(_) => format!("{}_local", self.endpoint.database),
            None => self.endpoint.database.clone(),
        }
    }

    /// Carries out a statement about tables where they lie: on a cluster, on all nodes.
    pub(in crate::store) async fn everywhere(
        &self,
        statement: &str,
        ask: impl Fn(Query) -> Query,
    ) -> Result<(), StoreError> {
        self.everywhere_in(&self.home(), statement, ask).await
    }

    /// The same where tables are read; nothing, if that is where they lie.
    pub(in crate::store) async fn everywhere_read(
        &self,
        statement: &str,
        ask: impl Fn(Query) -> Query,
    ) -> Result<(), StoreError> {
        match &self.endpoint.cluster {
            Some(_) => self.everywhere_in(&self.endpoint.database, statement, ask).await,
            None => Ok(()),
        }
    }

    /// The same in one of the two databases.
    async fn everywhere_in(
        &self,
        database: &str,
        statement: &str,
        ask: impl Fn(Query) -> Query,
    ) -> Result<(), StoreError> {
        match &self.endpoint.cluster {
            Some(cluster) if self.has_keeper().await? => {
                let statement = ddl::on_cluster(statement, cluster);
                let client = self.client().clone().with_database(database);
                self.execute(ask(client.query(&statement))).await
            }
            _ => self.on_each(database, statement, ask).await,
        }
    }

    /// Carries out a statement on each node, one after the other.
    async fn on_each(
        &self,
        database: &str,
        statement: &str,
        ask: impl Fn(Query) -> Query,
    ) -> Result<(), StoreError> {
        for node in self.nodes.each() {
            self.execute(ask(node.clone().with_database(database).query(statement))).await?;
        }
        Ok(())
    }

    /// Writes the same rows on every node.
    pub(in crate::store) async fn insert_everywhere(
        &self,
        statement: &str,
        ask: impl Fn(Query) -> Query,
    ) -> Result<(), StoreError> {
        self.on_each(&self.home(), statement, ask).await
    }

    /// Carries out a statement about tables where they lie, on each node by itself: however long it takes.
    pub(in crate::store) async fn on_each_node(&self, statement: &str) -> Result<(), StoreError> {
        self.on_each(&self.home(), statement, |query| query).await
    }

    /// The statement, asking the system tables of one replica of each shard, or of every node.
    pub(in crate::store) fn about_nodes(&self, statement: &str, every: bool) -> String {
        let Some(cluster) = &self.endpoint.cluster else { return statement.to_owned() };
        let function = if every { "clusterAllReplicas" } else { "cluster" };
        ["detached_parts", "parts", "tables"].iter().fold(statement.to_owned(), |text, table| {
            let all = format!("FROM {function}('{cluster}', system.{table})");
            text.replace(&format!("FROM system.{table}"), &all)
        })
    }

    async fn has_keeper(&self) -> Result<bool, StoreError> {
        let ask = || async {
            let asked = self.client().clone().with_database("default");
            self.fetch_one(asked.query(HAS_KEEPER)).await
        };
        self.cluster.has_keeper.get_or_try_init(ask).await.copied()
    }

    /// Has the tables of this name on all shards read and written as one.
    pub(in crate::store) async fn distribute(&self, table: &str) -> Result<(), StoreError> {
        let Some(cluster) = &self.endpoint.cluster else { return Ok(()) };
        let (home, whole) = (self.home(), self.endpoint.database.clone());
        let asked = self.client().clone().with_database("default").query(SORTING_KEY);
        let asked = asked.param("database", &home).param("table", table);
        let sorting_key: String = self.fetch_one(asked).await?;
        let key = ddl::sharding_key(&sorting_key);
        let pieces = [("cluster", &**cluster), ("home", &home), ("table", table), ("key", &key)];
        let statement = assemble(DISTRIBUTE, &pieces);
        let ask = |query: Query| query.param("whole", &whole).param("table", table);
        self.everywhere(&statement, ask).await
    }
}
