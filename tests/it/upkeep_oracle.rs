//! Conversations that are kept up to date, against conversations made from nothing: any arrival order,
//! any cut into batches, the same tables.

use std::collections::BTreeMap;

use messenger_funnel::analysis::walk_threads;
use messenger_funnel::materializer::make;
use messenger_funnel::store::{ChangedPerson, PersonSnapshot};
use polars_core::prelude::*;
use proptest::prelude::*;

use crate::analysis_oracle::{Happened, frame, log};

type Key = (i64, String, String, u32);
type Table = BTreeMap<Key, String>;

/// The tables, as the database would hold them.
#[derive(Debug, Default, PartialEq)]
struct Tables {
    conversations: Table,
    touchpoints: Table,
    conversions: Table,
}

/// A row's key, and everything in it but its version.
fn rows(frame: &DataFrame, time: &str) -> Vec<(Key, String)> {
    let names: Vec<String> =
        frame.columns().iter().map(|column| column.name().to_string()).collect();
    let numbered = time == "time";
    (0..frame.height())
        .map(|row| {
            let text = |name: &str| {
                frame.column(name).unwrap().str().unwrap().get(row).unwrap().to_owned()
            };
            let at = frame.column(time).unwrap().i64().unwrap().get(row).unwrap();
            let number = frame.column("number").ok().filter(|_| numbered);
            let number = number.map_or(0, |column| column.u32().unwrap().get(row).unwrap());
            let cells = names.iter().filter(|name| *name != "version");
            let cells = cells
                .map(|name| format!("{name}={};", frame.column(name).unwrap().get(row).unwrap()));
            ((at, text("page_id"), text("person_id"), number), cells.collect())
        })
        .collect()
}

fn from_nothing(log: &[Happened]) -> Tables {
    let threads = walk_threads(frame(log)).unwrap();
    Tables {
        conversations: rows(&threads.conversations, "opened_at").into_iter().collect(),
        touchpoints: rows(&threads.touchpoints, "time").into_iter().collect(),
        conversions: rows(&threads.conversions, "time").into_iter().collect(),
    }
}

/// Writes a batch: whoever has events in it is made again of all their events so far.
fn batch(
    tables: &mut Tables,
    people: &mut BTreeMap<(String, String), PersonSnapshot>,
    so_far: &[Happened],
    new: &[Happened],
    version: u64,
) -> usize {
    let mut changed: BTreeMap<(String, String), ChangedPerson> = BTreeMap::new();
    for event in new {
        let key = (event.page.to_owned(), event.person.to_string());
        let known = people.get(&key);
        let person = changed.entry(key.clone()).or_insert_with(|| ChangedPerson {
            page_id: key.0,
            person_id: key.1,
            since: event.time,
            first_event: known.map(|known| known.first_event),
            opened: known.map(|known| known.opened.clone()).unwrap_or_default(),
            touched: known.map(|known| known.touched.clone()).unwrap_or_default(),
            converted: known.map(|known| known.converted.clone()).unwrap_or_default(),
            version: known.map_or(0, |known| known.version),
        });
        person.since = person.since.min(event.time);
    }
    let theirs: Vec<Happened> = so_far
        .iter()
        .filter(|event| changed.contains_key(&(event.page.to_owned(), event.person.to_string())))
        .cloned()
        .collect();
    let changed: Vec<ChangedPerson> = changed.into_values().collect();
    let made = make(&changed, &frame(&theirs), &[], version).unwrap();
    let gone = [
        (&mut tables.conversations, &made.gone_conversations, &made.conversations, "opened_at"),
        (&mut tables.touchpoints, &made.gone_touchpoints, &made.touchpoints, "time"),
        (&mut tables.conversions, &made.gone_conversions, &made.conversions, "time"),
    ];
    let mut written = 0;
    for (table, gone, made, time) in gone {
        for (key, _) in rows(gone, time) {
            table.remove(&key);
        }
        written += made.height();
        table.extend(rows(made, time));
    }
    for person in made.people {
        people.insert((person.page_id.clone(), person.person_id.clone()), person);
    }
    written
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_cut_give_the_same_tables(
        log in log(),
        order in prop::collection::vec(any::<u32>(), 100),
        sizes in prop::collection::vec(1_usize..12, 100),
        nearly_in_order in any::<bool>(),
        ahead in prop_oneof![Just(0_usize), 1..6_usize],
    ) {
        // Places in the log, in the order of arrival.
        let mut arrival: Vec<usize> = (0..log.len()).collect();
        arrival.sort_by_key(|place| {
            let chance = i64::from(order[place % order.len()]);
            // Some days of delay, or no order at all.
            if nearly_in_order { log[*place].time + chance % (9 * 86_400_000) } else { chance }
        });
        let mut tables = Tables::default();
        let mut people = BTreeMap::new();
        let mut arrived: Vec<usize> = Vec::new();
        let mut rest = arrival.as_slice();
        for (version, size) in (1..).zip(sizes.iter().cycle()) {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*size).min(rest.len()));
            rest = later;
            arrived.extend(now);
            arrived.sort_unstable();
            // Events that come in while others are being read are seen before they are noted.
            let mut seen = arrived.clone();
            seen.extend(&rest[..ahead.min(rest.len())]);
            seen.sort_unstable();
            let so_far: Vec<Happened> = seen.iter().map(|place| log[*place].clone()).collect();
            let new: Vec<Happened> = now.iter().map(|place| log[*place].clone()).collect();
            batch(&mut tables, &mut people, &so_far, &new, version);
            if ahead == 0 || rest.is_empty() {
                prop_assert_eq!(&tables, &from_nothing(&so_far));
            }
        }
    }
}

/// A person's hundredth conversation does not have the ninety-nine before it made again.
#[test]
fn only_what_may_have_changed_is_made_again() {
    let message = |day: i64| Happened {
        page: "A",
        person: 1,
        time: 1_790_000_000_000 + day * 86_400_000,
        kind: "message",
        name: "",
        source: "",
        ad: "",
        value_e4: None,
    };
    let log: Vec<Happened> = (0..100).map(|number| message(number * 8)).collect();
    let (mut tables, mut people) = (Tables::default(), BTreeMap::new());
    batch(&mut tables, &mut people, &log[..99], &log[..99], 1);
    let written = batch(&mut tables, &mut people, &log, &log[99..], 2);
    assert_eq!(tables, from_nothing(&log));
    // A conversation and its touchpoint, twice: the last one before may have gone on.
    assert_eq!(written, 4);
}
