//! What statements become on a cluster. Replication and `ON CLUSTER` need a Keeper, which the engine of the tests has not:
//! they are looked at as text, and by ClickHouse's parser.

use messenger_funnel::store::cluster::ddl::{Change, change, on_cluster, replicated, sharding_key};

use crate::support::files::files;
use crate::support::{World, client, start_engine};

#[test]
fn statements_are_told_apart() {
    assert_eq!(change("-- One.\nCREATE TABLE IF NOT EXISTS people\n(\n"), Change::Table("people"));
    assert_eq!(change("ALTER TABLE users ADD COLUMN IF NOT EXISTS a Int8"), Change::Table("users"));
    assert_eq!(change("CREATE OR REPLACE VIEW v_events\n(a"), Change::View("v_events"));
    let comment = "ALTER TABLE v_events MODIFY COMMENT 'events'";
    assert_eq!(change(comment), Change::View("v_events"));
    assert_eq!(
        on_cluster(comment, "c"),
        "ALTER TABLE v_events ON CLUSTER 'c' MODIFY COMMENT 'events'"
    );
    assert_eq!(change("CREATE VIEW IF NOT EXISTS links_now AS"), Change::View("links_now"));
    let filling = "CREATE MATERIALIZED VIEW IF NOT EXISTS c TO d AS SELECT 1";
    assert_eq!(change(filling), Change::OfRows("c"));
    assert_eq!(change("TRUNCATE TABLE IF EXISTS spend"), Change::OfRows("spend"));
    assert_eq!(change("INSERT INTO ads (a) SELECT 1"), Change::Filling("ads"));
}

#[test]
fn rows_of_a_person_lie_together() {
    let of_people = "cityHash64(page_id, person_id)";
    assert_eq!(sharding_key("page_id, person_id, time, event_id"), of_people);
    assert_eq!(sharding_key("opened_at, page_id, person_id"), of_people);
    assert_eq!(sharding_key("person, month"), of_people);
    assert_eq!(sharding_key("work, turn, until"), "cityHash64(work)");
    assert_eq!(sharding_key("slug"), "cityHash64(slug)");
    assert_eq!(sharding_key(""), "0");
}

#[test]
fn statements_for_all_nodes_name_the_cluster() {
    for (statement, expected) in [
        (
            "CREATE TABLE IF NOT EXISTS a\n(b Int8)",
            "CREATE TABLE IF NOT EXISTS a ON CLUSTER 'c'\n(b Int8)",
        ),
        ("EXCHANGE TABLES a AND b", "EXCHANGE TABLES a AND b ON CLUSTER 'c'"),
        ("DROP TABLE IF EXISTS a SYNC", "DROP TABLE IF EXISTS a ON CLUSTER 'c' SYNC"),
        ("GRANT SELECT ON `d`.t TO u", "GRANT ON CLUSTER 'c' SELECT ON `d`.t TO u"),
        ("RENAME TABLE IF EXISTS a TO b", "RENAME TABLE IF EXISTS a TO b ON CLUSTER 'c'"),
        ("-- It.\nTRUNCATE TABLE erasing", "TRUNCATE TABLE erasing ON CLUSTER 'c'"),
    ] {
        assert_eq!(on_cluster(statement, "c"), expected);
    }
    let table =
        "ENGINE = ReplacingMergeTree(version)\nSETTINGS non_replicated_deduplication_window = 10";
    assert_eq!(
        replicated(table),
        "ENGINE = ReplicatedReplacingMergeTree(version)\nSETTINGS replicated_deduplication_window = 10"
    );
}

/// Every migration, and every other statement about tables.
#[tokio::test]
async fn clickhouse_understands_them_all() {
    let world = World::new();
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let client = client(&engine.endpoint("default"));
    let mut replicated_tables = 0;
    let statements = files("queries", "");
    assert!(statements.len() > 100);
    let each =
        statements.iter().flat_map(|(path, text)| text.split("\n;\n").map(move |one| (path, one)));
    for (path, text) in each.filter(|(_, text)| !text.trim().is_empty()) {
        // Any name will do where pieces are put in.
        let mut parts = text.split("<<");
        let first = parts.next().unwrap_or_default().to_owned();
        let piece = |text, part: &str| format!("{text}piece{}", part.split_once(">>").unwrap().1);
        let text = parts.fold(first, piece);
        let verbs = ["CREATE", "ALTER", "DROP", "TRUNCATE", "EXCHANGE", "RENAME", "GRANT"];
        let statement = messenger_funnel::store::cluster::ddl::without_comment(&text);
        if !verbs.iter().any(|verb| statement.starts_with(verb)) || text.contains("BY 'piece'") {
            continue;
        }
        let statement = replicated(&on_cluster(&text, "nodes"));
        let parsed = client.query("SELECT formatQuery(?)").bind(&statement);
        let parsed = parsed.fetch_one::<String>().await;
        let parsed = parsed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(parsed.contains("ON CLUSTER nodes"), "{parsed}");
        let is_table = parsed.starts_with("CREATE TABLE") && parsed.contains("MergeTree");
        if is_table && !path.ends_with("create_migrations_table.sql") {
            assert!(parsed.contains("ENGINE = Replicated"), "{parsed}");
            replicated_tables += 1;
        }
    }
    assert!(replicated_tables > 30, "{replicated_tables}");
    engine.stop().await;
}
