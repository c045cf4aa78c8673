//! The one question that is answered as an Arrow stream: `thread_events`.

use std::collections::{BTreeMap, BTreeSet};

use polars_core::frame::DataFrame;
use polars_core::prelude::Column;
use polars_io::SerWriter;
use polars_io::ipc::IpcStreamWriter;

use super::questions::{Whose, named, uuid_order};
use super::statements::Parameters;
use super::table::{Row, Tables};
use super::value::Value;

/// Kinds of which conversations are made.
pub const DECIDING: [&str; 6] = ["message", "echo", "postback", "referral", "opt_in", "conversion"];

/// Columns of the answer that are taken as they are.
const TEXTS: [&str; 10] = [
    "channel",
    "kind",
    "name",
    "source",
    "source_name",
    "ad_id",
    "ad_title",
    "ctwa_clid",
    "app_id",
    "persona_id",
];

pub fn thread_events(tables: &Tables, asked: Parameters<'_>) -> Vec<u8> {
    let (bound, earliest) = (asked.number("bound"), asked.number("earliest"));
    let [people, older] = ["people", "older"].map(|list| -> BTreeSet<Whose> {
        let pairs = asked.list(list).into_iter();
        let pair = |one| match one {
            Value::List(mut two) if two.len() == 2 => (two.remove(0), two.remove(0)),
            other => panic!("no pair: {other:?}"),
        };
        pairs.map(pair).collect()
    });
    let mut known_as: BTreeMap<Whose, Value> = BTreeMap::new();
    for row in named(tables.get("aliases")) {
        let alias = (row.get("page_id").clone(), row.get("alias").clone());
        if people.contains(&row.whose()) || people.contains(&alias) {
            known_as.entry(alias).or_insert_with(|| row.get("person_id").clone());
        }
    }
    let reads = |whose: &Whose, time: i64| {
        let is_recent = time >= bound && people.contains(whose);
        time >= earliest && (is_recent || older.contains(whose) || known_as.contains_key(whose))
    };
    let mut frame = walkable(tables, reads, |whose| {
        let person = known_as.get(whose).unwrap_or(&whose.1);
        let now = (whose.0.clone(), person.clone());
        people.contains(&now).then_some(now)
    });
    let mut bytes = Vec::new();
    IpcStreamWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes
}

/// What a report tells is not what is simulated: it has no rows.
pub fn no_subscriptions() -> Vec<u8> {
    let texts = ["page_id", "person_id", "topic"];
    let mut columns: Vec<Column> =
        texts.map(|name| Column::new(name.into(), Vec::<String>::new())).into();
    columns.extend(["time", "expires_at"].map(|name| Column::new(name.into(), Vec::<i64>::new())));
    columns
        .extend(["is_in", "is_one_time"].map(|name| Column::new(name.into(), Vec::<u32>::new())));
    let mut bytes = Vec::new();
    IpcStreamWriter::new(&mut bytes).finish(&mut DataFrame::new(0, columns).unwrap()).unwrap();
    bytes
}

/// The events that conversations are made of, each once and in order. `reads` says whose of which time are
/// read, `as_whose` as whose they count, if they do.
pub fn walkable(
    tables: &Tables,
    reads: impl Fn(&Whose, i64) -> bool,
    as_whose: impl Fn(&Whose) -> Option<Whose>,
) -> DataFrame {
    let table = tables.get("events_by_person");
    let at = |column: &str| table.definition.place(column);
    let (id, page, person, time) = (at("event_id"), at("page_id"), at("person_id"), at("time"));
    let (kind, name, place, version) = (at("kind"), at("name"), at("place"), at("version"));
    let mut found: BTreeMap<u128, &Row> = BTreeMap::new();
    for row in table.rows() {
        let decides = DECIDING.contains(&row[kind].text()) || row[name].text() == "comment";
        let whose = (row[page].clone(), row[person].clone());
        if !decides || !reads(&whose, row[time].number()) {
            continue;
        }
        let stands = found.entry(row[id].wide()).or_insert(row);
        if row[version] > stands[version] {
            *stands = row;
        }
    }
    let mut rows: Vec<(Whose, &Row)> = Vec::new();
    for row in found.into_values() {
        let Some(whose) = as_whose(&(row[page].clone(), row[person].clone())) else { continue };
        // A conversion that was taken back has no name.
        if row[kind].text() != "conversion" || !row[name].text().is_empty() {
            rows.push((whose, row));
        }
    }
    rows.sort_by(|(a_whose, a), (b_whose, b)| {
        let key = |row: &Row| (row[time].number(), row[place].number(), uuid_order(row[id].wide()));
        a_whose.cmp(b_whose).then_with(|| key(a).cmp(&key(b)))
    });
    let texts = |name: &str, text: &dyn Fn(&(Whose, &Row)) -> String| {
        let texts: Vec<String> = rows.iter().map(text).collect();
        Column::new(name.into(), texts)
    };
    let (source, post, reference) = (at("source"), at("post_id"), at("ref"));
    let (referer, value) = (at("referer_uri"), at("value"));
    let mut columns = vec![
        texts("page_id", &|row| row.0.0.text().to_owned()),
        texts("person_id", &|row| row.0.1.text().to_owned()),
        Column::new("time".into(), rows.iter().map(|row| row.1[time].number()).collect::<Vec<_>>()),
    ];
    columns.extend(TEXTS.map(|name| {
        let column = at(name);
        texts(name, &|row| row.1[column].text().to_owned())
    }));
    columns.push(texts("currency", &|row| row.1[at("currency")].text().to_owned()));
    columns.push(texts("ref", &|row| {
        let is_post = row.1[source].text() == "comment" && !row.1[post].text().is_empty();
        row.1[if is_post { post } else { reference }].text().to_owned()
    }));
    columns.push(texts("referer", &|row| host_and_path(row.1[referer].text())));
    let values = rows.iter().map(|row| match &row.1[value] {
        Value::Null => None,
        value => Some(value.number()),
    });
    columns.push(Column::new("value_e4".into(), values.collect::<Vec<Option<i64>>>()));
    columns.push(texts("event_id", &|row| {
        if row.1[kind].text() == "conversion" {
            uuid::Uuid::from_u128(row.1[id].wide()).to_string()
        } else {
            String::new()
        }
    }));
    DataFrame::new(rows.len(), columns).unwrap()
}

/// `domain` and `path` of an address, or all of what is none.
fn host_and_path(address: &str) -> String {
    let Some((_, rest)) = address.split_once("://") else { return address.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = host.split(':').next().unwrap_or_default();
    if host.is_empty() { address.to_owned() } else { format!("{host}{path}") }
}
