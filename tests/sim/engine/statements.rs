//! Takes the statements of this way apart: which file of `queries/` it is, its parameters, its rows.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::questions;
use super::schema::statements;
use super::table::{Manner, Row, Tables};
use super::value::{Type, Value, read_length, read_list, read_text, write_length};
use super::{arrow, frames};

/// A statement as it came over HTTP.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Which one it is: the name of its file, or what it does.
    pub name: String,
    pub text: String,
    /// Settings, and parameters as `param_…`.
    pub settings: HashMap<String, String>,
    /// Rows of an insert.
    pub body: Vec<u8>,
}

/// Its parameters.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'a>(&'a HashMap<String, String>);

impl<'a> Parameters<'a> {
    fn raw(self, name: &str) -> &'a str {
        let found = self.0.get(&format!("param_{name}"));
        found.unwrap_or_else(|| panic!("no parameter {name}: {:?}", self.0))
    }

    pub fn text(self, name: &str) -> String {
        read_text(self.raw(name))
    }

    pub fn number(self, name: &str) -> i64 {
        self.raw(name).parse().unwrap_or(i64::MAX)
    }

    pub fn is(self, name: &str) -> bool {
        matches!(self.raw(name), "true" | "1")
    }

    pub fn list(self, name: &str) -> Vec<Value> {
        read_list(self.raw(name))
    }
}

/// A table that answers.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub columns: Vec<(&'static str, &'static str)>,
    pub rows: Vec<Row>,
}

impl Answer {
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write_length(self.columns.len(), &mut out);
        for (name, _) in &self.columns {
            Type::Text.write(&Value::from(*name), &mut out);
        }
        for (_, kind) in &self.columns {
            Type::Text.write(&Value::from(*kind), &mut out);
        }
        let kinds: Vec<Type> = self.columns.iter().map(|(_, kind)| Type::parse(kind)).collect();
        for row in &self.rows {
            assert_eq!(row.len(), kinds.len());
            row.iter().zip(&kinds).for_each(|(value, kind)| kind.write(value, &mut out));
        }
        out
    }
}

impl Statement {
    pub fn new(text: String, settings: HashMap<String, String>, body: Vec<u8>) -> Self {
        static FILES: OnceLock<HashMap<String, String>> = OnceLock::new();
        let files = FILES.get_or_init(|| {
            let named = statements("queries").into_iter();
            named.map(|(name, text)| (text.trim().to_owned(), name)).collect()
        });
        // What is put together of pieces still begins as its file does.
        let begin = |text: &str| text.lines().next().map(str::to_owned);
        let assembled = || files.iter().find(|(file, _)| begin(file) == begin(&text));
        let name = if let Some(name) = files.get(text.trim()) {
            name.clone()
        } else if let Some((_, name)) = assembled().filter(|(file, _)| file.contains("<<")) {
            name.clone()
        } else if let Some(rest) = text.strip_prefix("INSERT INTO ") {
            format!("insert {}", rest.split('(').next().unwrap().trim_matches('`'))
        } else if let Some(table) = text.strip_prefix("DESCRIBE TABLE ") {
            format!("describe {}", table.trim_matches('`'))
        } else {
            panic!("the model does not know this statement: {text}")
        };
        Self { name, text, settings, body }
    }

    /// What it does, and to which table, in a word for the trace.
    pub fn told(&self) -> String {
        let name = self.name.clone();
        match self.settings.get("param_table").or(self.settings.get("param_batches_table")) {
            Some(table) => format!("{name} {table}"),
            None => name,
        }
    }

    /// Whether it is about a lease: it tells the name of a holder.
    pub fn is_claim(&self) -> bool {
        ["lease_now", "insert claims"].contains(&self.name.as_str())
    }

    /// Whether it writes.
    pub fn writes(&self) -> bool {
        self.name.starts_with("insert")
    }

    /// Carries it out at an instant (ms); the bytes that answer.
    pub fn carry_out(&self, tables: &mut Tables, now: i64, manner: Manner) -> Vec<u8> {
        let name = self.name.clone();
        let parameters = Parameters(&self.settings);
        let token = self.settings.get("insert_deduplication_token").map_or("", String::as_str);
        if let Some(table) = name.strip_prefix("insert ") {
            let rows = self.rows(tables, table);
            tables.insert(table, rows, token, manner);
            return Vec::new();
        }
        if let Some(table) = name.strip_prefix("describe ") {
            return describe(tables, table).bytes();
        }
        match name.as_str() {
            // Sequences are compared with events elsewhere (tests/it/sequences.rs, tests/it/upkeep.rs).
            "classes_made" | "sequences_made" => Vec::new(),
            // There is nothing of earlier versions: all of it is done.
            "done_parts" => {
                let columns = vec![("part", "String")];
                Answer { columns, rows: vec![vec![Value::from("")]] }.bytes()
            }
            "insert_frame" => {
                let table = self.settings["param_table"].clone();
                let rows = arrow::rows(&self.body, tables.get(&table).definition);
                tables.insert(&table, rows, token, manner);
                Vec::new()
            }
            "thread_events" => frames::thread_events(tables, parameters),
            "subscriptions" => frames::no_subscriptions(),
            _ => questions::answer(&name, tables, parameters, now).bytes(),
        }
    }

    /// The rows of an insert, in the order of the table's columns.
    fn rows(&self, tables: &Tables, table: &str) -> Vec<Row> {
        let definition = tables.get(table).definition;
        let mut rest = &self.body[..];
        let count = read_length(&mut rest);
        let mut texts = || -> Vec<String> {
            (0..count).map(|_| Type::Text.read(&mut rest).text().to_owned()).collect()
        };
        let (names, kinds) = (texts(), texts());
        let kinds: Vec<Type> = kinds.iter().map(|kind| Type::parse(kind)).collect();
        let places: Vec<usize> = names.iter().map(|name| definition.place(name)).collect();
        let nothing: Row = definition.columns.iter().map(|column| column.kind.nothing()).collect();
        let mut rows = Vec::new();
        while !rest.is_empty() {
            let mut row = nothing.clone();
            for (kind, place) in kinds.iter().zip(&places) {
                row[*place] = kind.read(&mut rest);
            }
            rows.push(row);
        }
        rows
    }
}

fn describe(tables: &Tables, table: &str) -> Answer {
    const COLUMNS: [&str; 7] = [
        "name",
        "type",
        "default_type",
        "default_expression",
        "comment",
        "codec_expression",
        "ttl_expression",
    ];
    let columns = &tables.get(table).definition.columns;
    let rows = columns.iter().map(|column| {
        let default = if column.has_default { "DEFAULT" } else { "" };
        let mut row = vec![Value::from(&*column.name), Value::from(&*column.written)];
        row.extend([default, "", "", "", ""].map(Value::from));
        row
    });
    Answer { columns: COLUMNS.map(|name| (name, "String")).to_vec(), rows: rows.collect() }
}
