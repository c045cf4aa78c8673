//! The tables, as the baseline and the migrations make them.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::value::Type;

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub kind: Type,
    /// As `DESCRIBE` tells its type.
    pub written: String,
    /// Whether it has a default of its own.
    pub has_default: bool,
}

/// What becomes of rows of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merging {
    /// Nothing.
    None,
    /// The one of the highest version stays, of equals the latest. Places of the columns.
    Replacing { version: Option<usize>, is_deleted: Option<usize> },
    /// These columns are added up; a row without any sum goes.
    Summing(Vec<usize>),
}

/// What a table is.
#[derive(Debug, Clone)]
pub struct Definition {
    pub name: String,
    pub columns: Vec<Column>,
    pub merging: Merging,
    /// Places of the columns of its sorting key.
    pub key: Vec<usize>,
    /// Place of the column whose month decides the partition.
    pub month_of: Option<usize>,
    /// So many blocks are known again.
    pub window: usize,
}

impl Definition {
    pub fn place(&self, column: &str) -> usize {
        let found = self.columns.iter().position(|known| known.name == column);
        found.unwrap_or_else(|| panic!("{} has no column {column}", self.name))
    }
}

/// A folder of statements.
pub fn statements(folder: &str) -> Vec<(String, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), text(path))).collect()
}

/// Every table of the schema.
pub fn definitions() -> &'static [Definition] {
    static KNOWN: OnceLock<Vec<Definition>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut tables: Vec<Definition> = Vec::new();
        let files = ["baseline", "migrations"]
            .into_iter()
            .flat_map(|folder| statements(&format!("queries/schema/{folder}")));
        let files: Vec<(String, String)> = files.collect();
        for text in files.iter().flat_map(|(_, text)| text.split("\n;\n")) {
            let text = without_comments(text);
            let text = text.trim();
            if let Some(rest) = text.strip_prefix("CREATE TABLE IF NOT EXISTS ") {
                let (name, rest) = rest.split_once('(').unwrap();
                tables.push(definition(name.trim(), rest));
            } else if let Some(name) = text.strip_prefix("DROP TABLE IF EXISTS ") {
                let name =
                    name.trim_end_matches(|letter: char| letter == ';' || letter.is_whitespace());
                tables.retain(|table| table.name != name);
            } else if let Some(rest) = text.strip_prefix("ALTER TABLE ") {
                let (name, changes) = rest.split_once(char::is_whitespace).unwrap();
                // Views have no rows to be read.
                if name.starts_with("v_") {
                    continue;
                }
                let table = tables.iter_mut().find(|table| table.name == name).unwrap();
                let (changes, _) = parts(&format!("{changes})"));
                let added = |change: &String| {
                    change.trim().strip_prefix("ADD COLUMN IF NOT EXISTS ").and_then(column)
                };
                table.columns.extend(changes.iter().filter_map(added));
            }
        }
        tables
    })
}

fn without_comments(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("--"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The parts between commas that stand in no brackets and no quotes, up to the bracket that ends all.
fn parts(text: &str) -> (Vec<String>, &str) {
    let (mut parts, mut part, mut depth, mut is_quoted) = (Vec::new(), String::new(), 0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted && depth == 0 => {
                parts.push(part);
                return (parts, &text[at + 1..]);
            }
            ')' if !is_quoted => depth -= 1,
            ',' if !is_quoted && depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(letter);
    }
    panic!("no end: {text}");
}

fn column(text: &str) -> Option<Column> {
    let (name, rest) = text.trim().split_once(' ')?;
    if name == "INDEX" || name == "PROJECTION" {
        return None;
    }
    let rest = rest.trim_start();
    let ends = [" COMMENT ", " CODEC(", " DEFAULT ", " TTL "];
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    let written = rest[..end].trim().to_owned();
    let has_default = rest.contains(" DEFAULT ");
    Some(Column { name: name.to_owned(), kind: Type::parse(&written), written, has_default })
}

fn definition(name: &str, rest: &str) -> Definition {
    let (columns, rest) = parts(rest);
    let columns: Vec<Column> = columns.iter().filter_map(|text| column(text)).collect();
    let place = |name: &str| columns.iter().position(|known| known.name == name.trim());
    let engine = rest.split("ENGINE = ").nth(1).unwrap();
    let (engine, clauses) = engine.split_once('\n').unwrap_or((engine, ""));
    let of_engine = engine.split_once('(').map_or("", |(_, inside)| inside.trim_end_matches(')'));
    let mut of_engine = of_engine.split(',').map(place);
    let clause = |word: &str| {
        let found = clauses.lines().find_map(|line| line.trim().strip_prefix(word));
        found.map(|rest| rest.trim().trim_start_matches('(').trim_end_matches(')').to_owned())
    };
    let key: Vec<usize> =
        clause("ORDER BY ").unwrap_or_default().split(',').filter_map(place).collect();
    let merging = match engine.split('(').next().unwrap().trim() {
        "MergeTree" | "Memory" => Merging::None,
        "ReplacingMergeTree" => Merging::Replacing {
            version: of_engine.next().flatten(),
            is_deleted: of_engine.next().flatten(),
        },
        "SummingMergeTree" => {
            let named: Vec<usize> = of_engine.flatten().collect();
            let others = (0..columns.len()).filter(|at| !key.contains(at)).collect();
            Merging::Summing(if named.is_empty() { others } else { named })
        }
        other => panic!("the model knows no engine {other}"),
    };
    let month = clause("PARTITION BY ").and_then(|by| {
        by.strip_prefix("toYYYYMM(").or_else(|| by.strip_prefix("toYear(")).map(str::to_owned)
    });
    let window = clauses.split("non_replicated_deduplication_window = ").nth(1);
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    Definition {
        name: name.to_owned(),
        merging,
        key,
        month_of: month.and_then(|column| place(&column)),
        window: window.map_or(0, |text| digits(text).parse().unwrap()),
        columns,
    }
}
