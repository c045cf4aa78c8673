//! Who is one person by what was told of their names: numbers, and business-scoped user ids as `FR.1234`. It depends on
//! what was told and when that happened, never on the order in which it came in. No I/O.
//!
//! - An id that was changed to another is the same person's.
//! - A number is that of the id that it was told of last: of whom it was told before has lost it, and has what their id
//!   stands with. What stands with the number alone goes with it.
//! - A number that was changed to another is the same person's, unless each of them belongs to another id, or the old one
//!   has gone to an id since.

use std::collections::BTreeMap;

use crate::domain::usual_number;
use crate::normalize::is_number;
use crate::store::rows::AliasRow;

/// A name by its Page.
type Name<'a> = (&'a str, &'a str);

/// Which name each of the names leads to, in one step: a person's latest number, else their latest id. Names lead to
/// themselves, too. `told` has with each pair when it was told first (UTC milliseconds).
pub(super) fn leads(told: &BTreeMap<AliasRow, i64>) -> Vec<AliasRow> {
    let mut people = People::default();
    for row in told.keys() {
        for name in [&row.alias, &row.person_id] {
            people.add((&row.page_id, name));
        }
    }
    let pairs = || {
        told.iter().map(|(row, told_at)| {
            (
                (row.page_id.as_str(), row.alias.as_str()),
                (row.page_id.as_str(), row.person_id.as_str()),
                *told_at,
            )
        })
    };
    let is_number_of = |name: Name<'_>| is_number(name.1);
    // When a name came to be theirs.
    let mut since: BTreeMap<Name<'_>, i64> = BTreeMap::new();
    let mut holders: BTreeMap<Name<'_>, (i64, Name<'_>)> = BTreeMap::new();
    let mut numbers: Vec<(i64, Name<'_>, Name<'_>)> = Vec::new();
    for (old, new, told_at) in pairs() {
        match (is_number_of(old), is_number_of(new)) {
            (false, false) => {
                people.join(old, new);
                came(&mut since, new, told_at);
            }
            (true, true) => {
                numbers.push((told_at, old, new));
                came(&mut since, new, told_at);
            }
            (old_is_number, _) => {
                let (number, id) = if old_is_number { (old, new) } else { (new, old) };
                let latest = holders.entry(number).or_insert((told_at, id));
                *latest = (told_at, id).max(*latest);
            }
        }
    }
    for (&number, &(told_at, id)) in &holders {
        people.join(number, id);
        came(&mut since, number, told_at);
    }
    numbers.sort_unstable();
    for (told_at, old, new) in numbers {
        let has_gone = holders.get(&old).is_some_and(|(gone_at, _)| *gone_at > told_at);
        let is_of_two = people.has_id(old) && people.has_id(new);
        if !has_gone && !is_of_two {
            people.join(old, new);
        }
    }
    let mut latest: BTreeMap<usize, (bool, i64, Name<'_>)> = BTreeMap::new();
    for name in people.names() {
        let person = people.of(name);
        // Of the two forms of a number the one that is used is the person's.
        let usual = usual_number(name.1);
        let is_unusual = usual != name.1 && people.find((name.0, &usual)) == Some(person);
        let is_shown = is_number_of(name) && !is_unusual;
        let place = (is_shown, since.get(&name).copied().unwrap_or(i64::MIN), name);
        let best = latest.entry(person).or_insert(place);
        *best = place.max(*best);
    }
    let row = |name: Name<'_>| {
        let (.., person) = latest[&people.of(name)];
        let (page_id, alias, person_id) =
            (name.0.to_owned(), name.1.to_owned(), person.1.to_owned());
        AliasRow { page_id, alias, person_id }
    };
    people.names().map(row).collect()
}

fn came<'a>(since: &mut BTreeMap<Name<'a>, i64>, name: Name<'a>, told_at: i64) {
    let latest = since.entry(name).or_insert(told_at);
    *latest = told_at.max(*latest);
}

/// Names in groups of one person each.
#[derive(Debug, Default)]
struct People<'a> {
    places: BTreeMap<Name<'a>, usize>,
    /// The place of another name of the same person; its own of one that stands for its group.
    leads: Vec<usize>,
    /// Whether an id is in the group that a name stands for.
    has_id: Vec<bool>,
}

impl<'a> People<'a> {
    fn add(&mut self, name: Name<'a>) {
        let place = self.leads.len();
        if *self.places.entry(name).or_insert(place) == place {
            self.leads.push(place);
            self.has_id.push(!is_number(name.1));
        }
    }

    fn names(&self) -> impl Iterator<Item = Name<'a>> + '_ {
        self.places.keys().copied()
    }

    fn find(&self, name: Name<'_>) -> Option<usize> {
        let mut place = *self.places.get(&name)?;
        while self.leads[place] != place {
            place = self.leads[place];
        }
        Some(place)
    }

    /// The group of a name that was added.
    fn of(&self, name: Name<'_>) -> usize {
        self.find(name).unwrap_or_default()
    }

    fn has_id(&self, name: Name<'_>) -> bool {
        self.has_id[self.of(name)]
    }

    fn join(&mut self, one: Name<'_>, other: Name<'_>) {
        let (one, other) = (self.of(one), self.of(other));
        self.leads[one] = other;
        self.has_id[other] |= self.has_id[one];
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    type Told<'a> = (&'a str, &'a str, i64);

    fn names(told: &[Told<'_>]) -> BTreeMap<AliasRow, i64> {
        let mut all = BTreeMap::new();
        for (alias, person, at) in told {
            let (page_id, alias, person_id) =
                ("1".to_owned(), (*alias).to_owned(), (*person).to_owned());
            let first = all.entry(AliasRow { page_id, alias, person_id }).or_insert(*at);
            *first = (*at).min(*first);
        }
        all
    }

    fn found(told: &[Told<'_>]) -> BTreeMap<String, String> {
        leads(&names(told)).into_iter().map(|row| (row.alias, row.person_id)).collect()
    }

    fn expect(told: &[Told<'_>], expected: &[(&str, &str)]) {
        let expected =
            expected.iter().map(|(name, person)| ((*name).to_owned(), (*person).to_owned()));
        assert_eq!(found(told), expected.collect(), "{told:?}");
    }

    #[test]
    fn whoever_changes_the_id_is_one_with_the_number_of_before() {
        let (changed, again) = (("FR.1", "FR.2", 5), ("FR.2", "FR.3", 9));
        let all = [("FR.1", "11"), ("FR.2", "11"), ("FR.3", "11"), ("11", "11")];
        expect(&[("11", "FR.1", 1), changed, again], &all);
        expect(&[("11", "FR.3", 10), changed, again], &all);
        expect(&[changed, again], &[("FR.1", "FR.3"), ("FR.2", "FR.3"), ("FR.3", "FR.3")]);
    }

    #[test]
    fn each_number_leads_to_the_last() {
        let chain = [
            ("11", "FR.1", 1),
            ("11", "33", 2),
            ("33", "22", 4),
            ("33", "FR.2", 3),
            ("FR.1", "FR.2", 3),
        ];
        expect(&chain, &[("11", "22"), ("22", "22"), ("33", "22"), ("FR.1", "22"), ("FR.2", "22")]);
        // Whoever comes back to a number.
        expect(&[("11", "22", 1), ("22", "11", 2)], &[("11", "11"), ("22", "11")]);
        // The form of before is nobody's latest number.
        expect(
            &[("5588980000001", "BR.1", 1), ("558880000001", "BR.1", 9)],
            &[
                ("558880000001", "5588980000001"),
                ("5588980000001", "5588980000001"),
                ("BR.1", "5588980000001"),
            ],
        );
    }

    #[test]
    fn a_number_goes_to_whom_it_was_told_of_last() {
        let both = [("11", "FR.1", 1), ("11", "FR.2", 9)];
        expect(&both, &[("11", "11"), ("FR.1", "FR.1"), ("FR.2", "11")]);
        // Whoever told what they changed it to before keeps that.
        let moved = [("11", "FR.1", 1), ("11", "22", 4), ("22", "FR.1", 4), ("11", "FR.2", 9)];
        expect(&moved, &[("11", "11"), ("22", "22"), ("FR.1", "22"), ("FR.2", "11")]);
        // A change of the number makes nobody of two.
        let other = [("11", "FR.1", 1), ("11", "22", 4), ("22", "FR.2", 9)];
        expect(&other, &[("11", "11"), ("22", "22"), ("FR.1", "11"), ("FR.2", "22")]);
        let told = [("11", "FR.1", 1), ("11", "FR.2", 9), ("FR.1", "FR.2", 9)];
        expect(&told, &[("11", "11"), ("FR.1", "11"), ("FR.2", "11")]);
    }

    /// The same by sets that are merged one by one.
    fn slow(told: &BTreeMap<AliasRow, i64>) -> BTreeSet<BTreeSet<String>> {
        let names = told.keys().flat_map(|row| [row.alias.clone(), row.person_id.clone()]);
        let mut people: Vec<BTreeSet<String>> =
            names.collect::<BTreeSet<_>>().into_iter().map(|name| BTreeSet::from([name])).collect();
        let merge = |people: &mut Vec<BTreeSet<String>>, one: &str, other: &str| {
            let (theirs, others): (Vec<_>, Vec<_>) =
                people.drain(..).partition(|names| names.contains(one) || names.contains(other));
            *people = others;
            people.push(theirs.into_iter().flatten().collect());
        };
        let is_id = |name: &str| name.contains('.');
        for row in told.keys().filter(|row| is_id(&row.alias) && is_id(&row.person_id)) {
            merge(&mut people, &row.alias, &row.person_id);
        }
        let last = |number: &str| {
            let of = told.iter().filter(|(row, _)| is_id(&row.alias) != is_id(&row.person_id));
            let of =
                of.filter(|(row, _)| [&row.alias, &row.person_id].contains(&&number.to_owned()));
            of.map(|(row, at)| {
                (*at, if is_id(&row.alias) { row.alias.clone() } else { row.person_id.clone() })
            })
            .max()
        };
        for number in
            people.iter().flatten().filter(|name| !is_id(name)).cloned().collect::<Vec<_>>()
        {
            if let Some((_, id)) = last(&number) {
                merge(&mut people, &number, &id);
            }
        }
        let changes = told.iter().filter(|(row, _)| !is_id(&row.alias) && !is_id(&row.person_id));
        let mut changes: Vec<_> =
            changes.map(|(row, at)| (*at, row.alias.clone(), row.person_id.clone())).collect();
        changes.sort();
        for (at, old, new) in changes {
            let known = |name: &str| {
                people
                    .iter()
                    .any(|names| names.contains(name) && names.iter().any(|one| is_id(one)))
            };
            let is_gone = last(&old).is_some_and(|(gone_at, _)| gone_at > at);
            let is_of_two = known(&old) && known(&new);
            if !is_gone && !is_of_two {
                merge(&mut people, &old, &new);
            }
        }
        people.into_iter().collect()
    }

    fn pair() -> impl Strategy<Value = (String, String, i64)> {
        let name = || {
            prop_oneof![
                (1..7_u8).prop_map(|n| format!("FR.{n}")),
                (1..6_u8).prop_map(|n| format!("{n}{n}"))
            ]
        };
        (name(), name(), 0..12_i64).prop_filter("of two names", |(one, other, _)| one != other)
    }

    proptest! {
        #[test]
        fn people_are_those_of_the_sets_in_any_order(pairs in prop::collection::vec(pair(), 1..14)) {
            let whole: Vec<Told<'_>> = pairs.iter().map(|(a, b, at)| (a.as_str(), b.as_str(), *at)).collect();
            let told = names(&whole);
            let mut people: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (name, person) in found(&whole) {
                people.entry(person).or_default().insert(name);
            }
            for (person, names) in &people {
                prop_assert!(names.contains(person));
                // A number where there is one.
                prop_assert_eq!(person.contains('.'), names.iter().all(|name| name.contains('.')));
            }
            prop_assert_eq!(people.into_values().collect::<BTreeSet<_>>(), slow(&told));
            // As they come in, one by one: what is told around a new pair makes the rows of those names anew.
            let expected = found(&whole);
            let mut stored: BTreeMap<String, String> = BTreeMap::new();
            for end in 1..=whole.len() {
                let so_far = &whole[..end];
                let mut around = BTreeSet::from([whole[end - 1].0, whole[end - 1].1]);
                loop {
                    let before = around.len();
                    for (one, other, _) in so_far {
                        if around.contains(one) || around.contains(other) {
                            around.extend([*one, *other]);
                        }
                    }
                    if around.len() == before {
                        break;
                    }
                }
                let near: Vec<Told<'_>> =
                    so_far.iter().filter(|(one, ..)| around.contains(one)).copied().collect();
                stored.extend(found(&near));
            }
            prop_assert_eq!(stored, expected);
        }
    }
}
