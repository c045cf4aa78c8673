//! What statements about tables become on a cluster. Text alone: nothing is asked here.
//!
//! On each node there are two databases. The one that the configuration names has a Distributed table for each table,
//! and the views; all questions and inserts go there. Its tables read and write those of the other,
//! `…_local`, each of which holds a shard's rows.

/// What a statement does to a schema, and the table that it does it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    /// Makes a table that holds rows, or alters one.
    Table(&'a str),
    /// Makes a view that is read, or alters one.
    View(&'a str),
    /// Takes rows away, or makes a view that fills another table: each shard for itself.
    OfRows(&'a str),
    /// Takes a table away.
    Dropped(&'a str),
    /// Gives a table another name.
    Renamed(&'a str, &'a str),
    /// Fills a table from others, which may lie on all shards.
    Filling(&'a str),
}

/// Words between a statement's verb and the name that it is about.
const BEFORE_NAMES: [&str; 17] = [
    "CREATE",
    "OR",
    "REPLACE",
    "TABLE",
    "TABLES",
    "VIEW",
    "MATERIALIZED",
    "DATABASE",
    "USER",
    "IF",
    "NOT",
    "EXISTS",
    "ALTER",
    "DROP",
    "RENAME",
    "TRUNCATE",
    "EXCHANGE",
];

/// A statement without the comment before it.
#[must_use]
pub fn without_comment(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    while rest.starts_with("--") {
        rest = rest.split_once('\n').map_or("", |(_, behind)| behind).trim_start();
    }
    rest
}

/// What a migration does.
#[must_use]
pub fn change(statement: &str) -> Change<'_> {
    let statement = without_comment(statement);
    let (verb, what) = (word(statement, 0), word(statement, 1));
    if verb == "INSERT" {
        return Change::Filling(word(statement, 2));
    }
    let name = &statement[names_begin(statement)..];
    let name = name.split(|letter: char| letter.is_whitespace() || letter == '(').next();
    let name = name.unwrap_or_default();
    match (verb, what) {
        ("DROP", "TABLE") => Change::Dropped(name),
        ("RENAME", _) => Change::Renamed(name, statement.split_whitespace().last().unwrap_or(name)),
        ("TRUNCATE", _) | (_, "MATERIALIZED") => Change::OfRows(name),
        // A view has no rows of its own to be altered.
        ("ALTER", _) if name.starts_with("v_") => Change::View(name),
        _ if statement[..names_begin(statement)].contains("VIEW") => Change::View(name),
        _ => Change::Table(name),
    }
}

/// The statement for all nodes of a cluster at once, as servers carry it out that have a Keeper.
#[must_use]
pub fn on_cluster(statement: &str, cluster: &str) -> String {
    let statement = without_comment(statement);
    let clause = format!(" ON CLUSTER '{cluster}'");
    if let Some(rest) = statement.strip_prefix("GRANT") {
        return format!("GRANT{clause}{rest}");
    }
    let begin = names_begin(statement);
    let is_end = |letter: char| letter.is_whitespace() || letter == '(';
    let end_of = |from: usize| {
        let rest = &statement[from..];
        from + rest.find(is_end).unwrap_or(rest.len())
    };
    let mut end = end_of(begin);
    // EXCHANGE TABLES a AND b, RENAME TABLE a TO b
    for between in [" AND ", " TO "] {
        if statement[end..].starts_with(between) && !statement.starts_with("CREATE") {
            end = end_of(end + between.len());
        }
    }
    format!("{}{clause}{}", &statement[..end], &statement[end..])
}

/// The statement with engines that keep a shard's replicas alike. Paths in Keeper are ClickHouse's own
/// (`default_replica_path`), in which a table has a number of its own.
#[must_use]
pub fn replicated(statement: &str) -> String {
    let engines = ["ReplacingMergeTree", "SummingMergeTree", "MergeTree"];
    let mut text = statement.replace("non_replicated_deduplication", "replicated_deduplication");
    for engine in engines {
        text = text.replace(&format!("ENGINE = {engine}"), &format!("ENGINE = Replicated{engine}"));
    }
    text
}

/// By what rows are dealt out among shards: everything of a person lies on one. Of other tables what makes rows the
/// same row decides, so that a shard can take one of them.
#[must_use]
pub fn sharding_key(sorting_key: &str) -> String {
    let columns: Vec<&str> = sorting_key.split(", ").filter(|column| !column.is_empty()).collect();
    let has_ids = ["page_id", "person_id"].iter().all(|column| columns.contains(column));
    // `person` is a hash of both.
    let is_of_people = has_ids || columns.contains(&"person");
    match columns.first() {
        _ if is_of_people => "cityHash64(page_id, person_id)".to_owned(),
        Some(first) => format!("cityHash64({first})"),
        // In memory, and the same on each node.
        None => "0".to_owned(),
    }
}

fn word(statement: &str, number: usize) -> &str {
    statement.split_whitespace().nth(number).unwrap_or_default()
}

/// Where the name begins that a statement is about.
fn names_begin(statement: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &statement[at..];
        let blank = rest.len() - rest.trim_start().len();
        let word = rest[blank..].split_whitespace().next().unwrap_or_default();
        if !BEFORE_NAMES.contains(&word) {
            return at + blank;
        }
        at += blank + word.len();
    }
}
