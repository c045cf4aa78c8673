//! Which name each of somebody's names leads to: of what is told now and what was told before.

use std::collections::{BTreeMap, BTreeSet};

use clickhouse::Row;
use serde::Deserialize;

use crate::store::client::Store;
use crate::store::client::chunks::in_parts;
use crate::store::client::error::StoreError;
use crate::store::ingest::same_person::leads;
use crate::store::rows::{AliasRow, ToldNameRow, ToldNames};

const TOLD_AROUND: &str = include_str!("../../../queries/ingest/told_names_around.sql");
const STORED_ALIASES: &str = include_str!("../../../queries/ingest/stored_aliases.sql");

/// Names are followed so far: nobody changes them more often, and no number has more people.
const LONGEST: usize = 64;

/// A row of the question `told_names_around`.
#[derive(Debug, Row, Deserialize)]
struct ToldRow {
    page_id: String,
    alias: String,
    person_id: String,
    told_at: i64,
}

/// The rows of `told_names`.
pub(super) fn told_names(told: &ToldNames) -> Vec<ToldNameRow> {
    let told: BTreeMap<_, _> = told.iter().filter(|(names, _)| !is_plugins(names)).collect();
    told.into_iter().map(|(names, at)| ToldNameRow::new(names.clone(), *at)).collect()
}

/// A plugin's reference is nobody's name for long, and may be that of several who share a browser.
fn is_plugins(names: &AliasRow) -> bool {
    names.alias.starts_with("user_ref:")
}

impl Store {
    /// What is told now, with what was told before, makes of each name that it is about.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub(in crate::store) async fn settled_aliases(
        &self,
        new: &ToldNames,
    ) -> Result<Vec<AliasRow>, StoreError> {
        let plugins: BTreeSet<&AliasRow> = new.keys().filter(|row| is_plugins(row)).collect();
        let mut settled: Vec<AliasRow> = plugins.into_iter().cloned().collect();
        let new = new.iter().filter(|(row, _)| !is_plugins(row));
        let mut told: BTreeMap<AliasRow, i64> = new.map(|(row, at)| (row.clone(), *at)).collect();
        let pages: BTreeSet<String> = told.keys().map(|row| row.page_id.clone()).collect();
        let pages: Vec<String> = pages.into_iter().collect();
        let mut asked: BTreeSet<String> = BTreeSet::new();
        for _ in 0..LONGEST {
            let names = told.keys().flat_map(|row| [&row.alias, &row.person_id]);
            let names: BTreeSet<String> =
                names.filter(|name| !asked.contains(*name)).cloned().collect();
            if names.is_empty() {
                break;
            }
            for names in in_parts(&names.iter().collect::<Vec<_>>()) {
                let question = self.client().query(TOLD_AROUND).param("pages", &pages);
                let found: Vec<ToldRow> = self.fetch_all(question.param("names", names)).await?;
                for ToldRow { page_id, alias, person_id, told_at } in found {
                    let first =
                        told.entry(AliasRow { page_id, alias, person_id }).or_insert(told_at);
                    *first = told_at.min(*first);
                }
            }
            asked.extend(names);
        }
        let leads = leads(&told);
        let own: Vec<&String> =
            leads.iter().filter(|row| row.alias == row.person_id).map(|row| &row.alias).collect();
        let mut stored: BTreeSet<(String, String)> = BTreeSet::new();
        for names in in_parts(&own) {
            let question = self.client().query(STORED_ALIASES).param("pages", &pages);
            let found: Vec<(String, String)> =
                self.fetch_all(question.param("names", names)).await?;
            stored.extend(found);
        }
        // What leads to itself is written only where something else is stored of it.
        settled.extend(leads.into_iter().filter(|row| {
            row.alias != row.person_id || stored.contains(&(row.page_id.clone(), row.alias.clone()))
        }));
        Ok(settled)
    }
}
