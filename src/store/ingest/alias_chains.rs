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
                let question = self.client().query(ALIASES_AROUND).param("names", names);
                let found: Vec<FoundRow> =
                    question.fetch_all().await.map_err(|error| self.failed(error))?;
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

/// Names by page and name.
type Name = (String, String);

/// A row for each name of whoever the new aliases are about, unless it is stored like that.
fn settle(new: &[AliasRow], stored: &BTreeSet<AliasRow>) -> Vec<AliasRow> {
    let mut others: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    let mut is_changed: BTreeSet<Name> = BTreeSet::new();
    for row in new.iter().chain(stored) {
        let name = |name: &String| (row.page_id.clone(), name.clone());
        let (alias, person) = (name(&row.alias), name(&row.person_id));
        others.entry(alias.clone()).or_default().insert(person.clone());
        others.entry(person.clone()).or_default().insert(alias.clone());
        if alias != person {
            is_changed.insert(alias);
        }
    }
    let mut settled = Vec::new();
    let mut seen: BTreeSet<Name> = BTreeSet::new();
    for row in new {
        let mut names: BTreeSet<Name> = BTreeSet::new();
        let mut next = vec![(row.page_id.clone(), row.alias.clone())];
        while let Some(name) = next.pop() {
            if seen.insert(name.clone()) {
                next.extend(others.get(&name).into_iter().flatten().cloned());
                names.insert(name);
            }
        }
        let Some((_, last)) = last_of(&names, &is_changed) else { continue };
        let of_all = names.iter().map(|(page, name)| AliasRow {
            page_id: page.clone(),
            alias: name.clone(),
            person_id: last.clone(),
        });
        // The last one leads to itself only where something else is stored of it.
        let is_needed = |row: &AliasRow| {
            row.alias != row.person_id || stored.iter().any(|known| known.alias == row.alias)
        };
        settled.extend(of_all.filter(|row| !stored.contains(row) && is_needed(row)));
    }
    settled
}

/// The name that is not changed any more; of several, or where somebody came back to an old number, always the same one: the
/// greatest number, else the greatest id.
fn last_of<'a>(names: &'a BTreeSet<Name>, is_changed: &BTreeSet<Name>) -> Option<&'a Name> {
    let order = |name: &&Name| (name.1.bytes().all(|byte| byte.is_ascii_digit()), name.1.clone());
    let unchanged = names.iter().filter(|name| !is_changed.contains(*name));
    unchanged.max_by_key(order).or_else(|| names.iter().max_by_key(order))
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
    fn whoever_comes_back_to_a_number_or_has_two_is_one() {
        let both = [("one", "two")].map(|(one, two)| (one.to_owned(), two.to_owned()));
        assert_eq!(after(&[("one", "two"), ("two", "one")]), both.clone().into());
        assert_eq!(after(&[("two", "one"), ("one", "two")]), both.into());
        let found = after(&[("FR.1", "11"), ("FR.1", "22")]);
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            [("11".to_owned(), "22".to_owned()), ("FR.1".to_owned(), "22".to_owned()),]
        );
    }
}
