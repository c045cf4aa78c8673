//! A table: blocks of rows, what of them can be seen, what of them is on disk.

use std::collections::{BTreeMap, VecDeque};

use super::schema::{Definition, Merging, definitions};
use super::value::Value;
use crate::chance::Chance;

/// Values in the order of the table's columns.
pub type Row = Vec<Value>;

/// What one insert put into one partition, or what became of several by merging.
#[derive(Debug, Clone)]
struct Block {
    month: i64,
    rows: Vec<Row>,
    is_synced: bool,
    /// By what the table knows it again.
    tokens: Vec<String>,
}

/// One table.
#[derive(Debug)]
pub struct Table {
    pub definition: &'static Definition,
    blocks: Vec<Block>,
    /// Of blocks that came in: the latest at the end.
    known: VecDeque<String>,
}

/// How an insert is carried out.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    pub is_synced: bool,
    /// Only so many of its partitions, then the server failed.
    pub partitions: usize,
}

impl Table {
    /// Inserts rows, of which each partition is a block. Whether all was known already.
    pub fn insert(&mut self, rows: Vec<Row>, token: &str, manner: Manner) -> bool {
        let mut months: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
        for row in rows {
            let month = self.definition.month_of.map_or(0, |at| month(row[at].number()));
            months.entry(month).or_default().push(row);
        }
        let mut is_known = true;
        for (month, rows) in months.into_iter().take(manner.partitions) {
            let token = if token.is_empty() { String::new() } else { format!("{month}_{token}") };
            if !token.is_empty() && self.definition.window > 0 {
                if self.known.contains(&token) {
                    continue;
                }
                self.known.push_back(token.clone());
                if self.known.len() > self.definition.window {
                    self.known.pop_front();
                }
            }
            is_known = false;
            let tokens = vec![token];
            self.blocks.push(Block { month, rows, is_synced: manner.is_synced, tokens });
        }
        is_known
    }

    /// Every row, as often as it stands there.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.blocks.iter().flat_map(|block| &block.rows)
    }

    /// The rows as `FINAL` has them.
    pub fn settled(&self) -> Vec<Row> {
        let rows = merged(self.definition, self.rows().cloned());
        let Merging::Replacing { is_deleted: Some(at), .. } = self.definition.merging else {
            return rows;
        };
        rows.into_iter().filter(|row| row[at] == Value::Number(0)).collect()
    }

    /// The server merges what lies in a month.
    pub fn merge(&mut self, is_synced: bool) {
        let mut months: BTreeMap<i64, Vec<Block>> = BTreeMap::new();
        for block in self.blocks.drain(..) {
            months.entry(block.month).or_default().push(block);
        }
        for (month, blocks) in months {
            let is_synced = is_synced || (blocks.len() == 1 && blocks[0].is_synced);
            let tokens = blocks.iter().flat_map(|block| block.tokens.clone()).collect();
            let rows = blocks.into_iter().flat_map(|block| block.rows);
            let rows = merged(self.definition, rows);
            self.blocks.push(Block { month, rows, is_synced, tokens });
        }
    }

    /// What the server's machine has written to its disk by itself meanwhile.
    pub fn sync(&mut self) {
        self.blocks.iter_mut().for_each(|block| block.is_synced = true);
    }

    /// The server's power is cut: of what was not synced some is lost. Of blocks that are lost the table may
    /// remember the tokens, and of others it may have forgotten them. How many blocks are lost.
    pub fn cut(&mut self, chance: &mut Chance) -> usize {
        let before = self.blocks.len();
        let known = &mut self.known;
        self.blocks.retain(|block| {
            if block.is_synced || chance.percent(30) {
                return true;
            }
            if chance.percent(50) {
                known.retain(|token| !block.tokens.contains(token));
            }
            false
        });
        before - self.blocks.len()
    }

    /// The server does not know blocks again that it has had.
    pub fn forget(&mut self) {
        self.known.clear();
    }
}

/// The rows of one key as one, in the order of keys.
fn merged(definition: &Definition, rows: impl Iterator<Item = Row>) -> Vec<Row> {
    if definition.merging == Merging::None {
        let mut rows: Vec<Row> = rows.collect();
        let key = |row: &Row| -> Row { definition.key.iter().map(|at| row[*at].clone()).collect() };
        rows.sort_by_key(key);
        return rows;
    }
    let mut by_key: BTreeMap<Vec<Value>, Row> = BTreeMap::new();
    for row in rows {
        let key = definition.key.iter().map(|at| row[*at].clone()).collect();
        let Some(stands) = by_key.get_mut(&key) else {
            by_key.insert(key, row);
            continue;
        };
        match &definition.merging {
            Merging::Replacing { version, .. } => {
                // Of one version the later.
                if version.is_none_or(|at| row[at] >= stands[at]) {
                    *stands = row;
                }
            }
            Merging::Summing(columns) => {
                for at in columns {
                    let sum = stands[*at].number() + row[*at].number();
                    stands[*at] = Value::from(sum);
                }
            }
            Merging::None => {}
        }
    }
    if let Merging::Summing(columns) = &definition.merging {
        by_key.retain(|_, row| columns.iter().any(|at| row[*at] != Value::Number(0)));
    }
    by_key.into_values().collect()
}

/// Which month an instant (ms) is in: its year and its month, as `toYYYYMM` has them.
fn month(ms: i64) -> i64 {
    // The calendar from days, years beginning in March (Hinnant, "chrono-compatible low-level date algorithms").
    let days = ms.div_euclid(86_400_000) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let month = (5 * (day - (365 * year + year / 4 - year / 100)) + 2) / 153;
    let (month, is_next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + is_next) * 100 + month
}

/// All tables.
#[derive(Debug)]
pub struct Tables(BTreeMap<&'static str, Table>);

impl Tables {
    pub fn new() -> Self {
        let table = |definition: &'static Definition| {
            let table = Table { definition, blocks: Vec::new(), known: VecDeque::new() };
            (definition.name.as_str(), table)
        };
        Self(definitions().iter().map(table).collect())
    }

    pub fn get(&self, name: &str) -> &Table {
        self.0.get(name).unwrap_or_else(|| panic!("no table {name}"))
    }

    pub fn get_mut(&mut self, name: &str) -> &mut Table {
        self.0.get_mut(name).unwrap_or_else(|| panic!("no table {name}"))
    }

    pub fn all(&mut self) -> impl Iterator<Item = &mut Table> {
        self.0.values_mut()
    }

    /// Inserts a block, and what follows from it.
    pub fn insert(&mut self, name: &str, rows: Vec<Row>, token: &str, manner: Manner) {
        let of_clicks = (name == "link_visits").then(|| rows.clone());
        let is_known = self.get_mut(name).insert(rows, token, manner);
        let Some(visits) = of_clicks.filter(|_| !is_known) else { return };
        // The view `clicks_of_visits`.
        let at = |column: &str| self.get("link_visits").definition.place(column);
        let (visitor, visit, slug) = (at("visitor"), at("visit_id"), at("slug"));
        let people = visits.into_iter().filter(|row| row[visitor] == Value::from("person"));
        let clicks = people.map(|row| vec![row[visit].clone(), row[slug].clone()]).collect();
        self.get_mut("clicks").insert(clicks, "", manner);
    }
}
