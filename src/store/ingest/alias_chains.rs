//! Chains of names: somebody's id belongs to a number that they have changed since. Each of their names leads to one, the
//! last of the chain, in one step, in whatever order the aliases came in. A name has one row (the table replaces).

use std::collections::{BTreeMap, BTreeSet};

use clickhouse::Row;
use serde::Deserialize;

use crate::store::client::Store;
use crate::store::client::chunks::in_parts;
use crate::store::client::error::StoreError;
use crate::store::rows::AliasRow;

const ALIASES_AROUND: &str = include_str!("../../../queries/ingest/aliases_around.sql");

/// Names are followed so far: nobody changes them more often while what they did is still told.
const LONGEST: usize = 8;

/// A row of the question `aliases_around`.
#[derive(Debug, Row, Deserialize)]
struct FoundRow {
    page_id: String,
    alias: String,
    person_id: String,
}

impl Store {
    /// What some new aliases, with those that are stored, make of each name that they are about.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub(in crate::store) async fn settled_aliases(
        &self,
        new: &[AliasRow],
    ) -> Result<Vec<AliasRow>, StoreError> {
        // A plugin's reference is nobody's name for long, and may be that of several who share a browser.
        let (mut settled, new): (Vec<AliasRow>, Vec<AliasRow>) =
            new.iter().cloned().partition(|row| row.alias.starts_with("user_ref:"));
        let pages: BTreeSet<&String> = new.iter().map(|row| &row.page_id).collect();
        let pages: Vec<&String> = pages.into_iter().collect();
        let mut stored: BTreeSet<AliasRow> = BTreeSet::new();
        let mut asked: BTreeSet<String> = BTreeSet::new();
        for _ in 0..LONGEST {
            let names = new.iter().chain(&stored).flat_map(|row| [&row.alias, &row.person_id]);
            let names: BTreeSet<String> =
                names.filter(|name| !asked.contains(*name)).cloned().collect();
            if names.is_empty() {
                break;
            }
            for names in in_parts(&names.iter().collect::<Vec<_>>()) {
                let question = self.client().query(ALIASES_AROUND).param("pages", &pages);
                let question = question.param("names", names);
                let found: Vec<FoundRow> = self.fetch_all(question).await?;
                stored.extend(found.into_iter().map(|row| AliasRow {
                    page_id: row.page_id,
                    alias: row.alias,
                    person_id: row.person_id,
                }));
            }
            asked.extend(names);
        }
        settled.extend(settle(&new, &stored));
        Ok(settled)
    }
}

/// A name by its Page.
type Name = (String, String);

/// A row for each name that the new aliases are about, and for those that led to one of them. A number leads to the number
/// that it was changed to, an id likewise, the last of a chain in one step; an id also leads to its number. That one number
/// was told of two ids joins nobody: numbers go to other people.
fn settle(new: &[AliasRow], stored: &BTreeSet<AliasRow>) -> Vec<AliasRow> {
    let mut changed: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    let mut number_of: BTreeMap<Name, Name> = BTreeMap::new();
    // Of several numbers of an id the new one counts.
    for row in stored.iter().chain(new) {
        let alias = (row.page_id.clone(), row.alias.clone());
        let person = (row.page_id.clone(), row.person_id.clone());
        if is_number(&row.alias) == is_number(&row.person_id) {
            changed.entry(alias).or_default().insert(person);
        } else {
            number_of.insert(alias, person);
        }
    }
    let names = changed.keys().chain(number_of.keys()).cloned().collect::<BTreeSet<Name>>();
    let ends = changed.values().flatten().filter(|name| !names.contains(*name)).cloned();
    let ends: BTreeSet<Name> = ends.collect();
    let mut settled = Vec::new();
    for name in names.iter().chain(&ends) {
        let own = last_of(name, &changed);
        let person = match number_of.get(&own).or_else(|| number_of.get(name)) {
            Some(number) => last_of(number, &changed),
            None => own,
        };
        // What leads to itself is written only where something else is stored of it.
        if person != *name || names.contains(name) {
            let (page_id, alias) = name.clone();
            settled.push(AliasRow { page_id, alias, person_id: person.1 });
        }
    }
    settled
}

/// Ids have letters before a stop, as `FR.1234`.
fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a name was changed to in the end. Where somebody came back to an old one, always the same: the greatest.
fn last_of(name: &Name, changed: &BTreeMap<Name, BTreeSet<Name>>) -> Name {
    let mut reached = BTreeSet::from([name.clone()]);
    let mut next = vec![name];
    while let Some(name) = next.pop() {
        for to in changed.get(name).into_iter().flatten() {
            if reached.insert(to.clone()) {
                next.push(to);
            }
        }
    }
    let is_end = |name: &&Name| changed.get(*name).is_none_or(|to| to.iter().all(|to| to == *name));
    let end = reached.iter().filter(is_end).max().or_else(|| reached.iter().max());
    end.unwrap_or(name).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(pairs: &[(&str, &str)]) -> BTreeSet<AliasRow> {
        let row = |(alias, person): &(&str, &str)| AliasRow {
            page_id: "1".to_owned(),
            alias: (*alias).to_owned(),
            person_id: (*person).to_owned(),
        };
        pairs.iter().map(row).collect()
    }

    /// What is stored after the aliases came in one after the other: one row a name.
    fn after(aliases: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut stored: BTreeMap<String, AliasRow> = BTreeMap::new();
        for alias in aliases {
            let new: Vec<AliasRow> = rows(&[*alias]).into_iter().collect();
            let before = stored.values().cloned().collect();
            for row in settle(&new, &before) {
                stored.insert(row.alias.clone(), row);
            }
        }
        let leads = stored.into_values().filter(|row| row.alias != row.person_id);
        leads.map(|row| (row.alias, row.person_id)).collect()
    }

    #[test]
    fn each_name_leads_to_the_last_in_any_order() {
        let chain = [("FR.1", "11"), ("11", "33"), ("33", "22"), ("FR.2", "33")];
        let expected = after(&chain);
        assert_eq!(expected.values().collect::<BTreeSet<_>>(), ["22".to_owned()].iter().collect());
        assert_eq!(expected.len(), 4);
        for first in 0..chain.len() {
            let mut turned = chain;
            turned.rotate_left(first);
            assert_eq!(after(&turned), expected, "{turned:?}");
            turned.reverse();
            assert_eq!(after(&turned), expected, "{turned:?}");
        }
    }

    #[test]
    fn whoever_comes_back_to_a_number_is_one() {
        let both: BTreeMap<String, String> = [("11".to_owned(), "22".to_owned())].into();
        assert_eq!(after(&[("11", "22"), ("22", "11")]), both);
        assert_eq!(after(&[("22", "11"), ("11", "22")]), both);
    }

    #[test]
    fn a_number_that_goes_to_somebody_else_joins_nobody() {
        let found = after(&[("FR.1", "11"), ("FR.1", "22"), ("FR.2", "11")]);
        let expected = [("FR.1", "22"), ("FR.2", "11")];
        let expected = expected.map(|(name, number)| (name.to_owned(), number.to_owned()));
        assert_eq!(found, expected.into());
    }
}
