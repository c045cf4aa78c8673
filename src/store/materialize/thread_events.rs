//! The events that people's conversations are made of.

use polars_core::frame::DataFrame;

use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::chunks::weight;
use crate::store::client::error::StoreError;
use crate::store::materialize::materialization::ChangedPerson;
use crate::store::materialize::materialization::MaterializedTables;

const THREAD_EVENTS: &str = include_str!("../../../queries/materialize/thread_events.sql");
const OF_MANY: &str = include_str!("../../../queries/materialize/thread_events_of_many.sql");

/// Bytes of people's keys up to which they travel with the question. ClickHouse plans that in a third of the time that
/// it takes to look them up; more of them it plans more slowly.
const FEW_BYTES: usize = 20_000;

impl Store {
    /// The events of some people, all who stand in some blocks of changed people, as `analysis::walk_threads` takes
    /// them. `bound` (UTC milliseconds) is before most of what is needed of most of them; it changes no row.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn thread_events(
        &self,
        tables: MaterializedTables,
        batches: &[u64],
        people: &[ChangedPerson],
        bound: i64,
    ) -> Result<DataFrame, StoreError> {
        let older = people.iter().filter(|person| begin(person) < bound);
        let earliest = older.clone().map(begin).min().unwrap_or(bound);
        let is_few = people.iter().map(key_weight).sum::<usize>() <= FEW_BYTES;
        let question = self.client().query(&statement(is_few));
        let question = question.param("bound", bound).param("earliest", earliest);
        let question = if is_few {
            question
                .param("people", people.iter().map(key).collect::<Vec<_>>())
                .param("older", older.map(key).collect::<Vec<_>>())
        } else {
            question
                .param("changed", tables.name("changed_people"))
                .param("people", tables.name("people"))
                .param("batches", batches)
        };
        self.frame(question).await
    }
}

fn statement(is_few: bool) -> String {
    if is_few {
        let [people, older] =
            ["people", "older"].map(|list| format!("{{{list}:Array(Tuple(String, String))}}"));
        let pieces = [("definitions", ""), ("people", &*people), ("older", &*older)];
        assemble(THREAD_EVENTS, &pieces)
    } else {
        let pieces = [("definitions", OF_MANY), ("people", "changed"), ("older", "older")];
        assemble(THREAD_EVENTS, &pieces)
    }
}

/// The instant before which the person has no event, whatever any version of it said.
fn begin(person: &ChangedPerson) -> i64 {
    person.first_event.map_or(person.since, |first| first.min(person.since))
}

fn key(person: &ChangedPerson) -> (&str, &str) {
    (&person.page_id, &person.person_id)
}

fn key_weight(person: &ChangedPerson) -> usize {
    weight(&person.page_id) + weight(&person.person_id)
}
