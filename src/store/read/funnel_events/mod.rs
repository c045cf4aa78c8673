//! The events that matter to a custom funnel, by person.

mod over_events;
mod over_sequences;

use std::fmt::Write;

use clickhouse::query::Query;
use tokio::sync::mpsc;

use crate::domain::{EventMatch, PersonOccurrences};
use crate::store::client::Store;
use crate::store::client::assemble::without_comments;
use crate::store::client::error::StoreError;

const MATCH: &str = include_str!("../../../../queries/funnels/custom_funnel_match.sql");

/// What a funnel asks of events.
#[derive(Debug, Clone, Copy)]
pub struct FunnelEvents<'a> {
    /// What each step matches.
    pub steps: &'a [EventMatch],
    /// What is excluded, and the bits of the gaps between steps in which it is.
    pub exclusions: &'a [(EventMatch, u32)],
    /// Whether any step may be the first.
    pub is_any_order: bool,
    /// Whether people are named; their ids are empty otherwise.
    pub has_ids: bool,
    /// People who do not count, as `page/person`.
    pub excluded_people: &'a [String],
}

impl FunnelEvents<'_> {
    /// What the steps and then the exclusions match, in the order of their numbers.
    fn matchers(&self) -> impl Iterator<Item = &EventMatch> {
        self.steps.iter().chain(self.exclusions.iter().map(|(matches, _)| matches))
    }

    /// Expressions for the bits of the steps that an event meets, and of the gaps in which it is excluded.
    fn masks(&self) -> [String; 2] {
        let mut masks = [String::from("0"), String::from("0")];
        let mut all = self.matchers().enumerate().map(|(number, one)| condition(number, one));
        for (place, matches) in all.by_ref().take(self.steps.len()).enumerate() {
            write!(masks[0], " + {} * toUInt32({matches})", 1_u32 << place).ok();
        }
        for (matches, (_, gaps)) in all.zip(self.exclusions) {
            masks[1] = format!("bitOr({}, {gaps} * toUInt32({matches}))", masks[1]);
        }
        masks
    }

    /// With the parameters of the expressions.
    fn with_matchers(&self, question: Query) -> Query {
        self.matchers().enumerate().fold(question, |question, (number, matches)| {
            question
                .param(&format!("kinds{number}"), &matches.kinds)
                .param(&format!("names{number}"), &matches.names)
                .param(&format!("payload{number}"), &matches.payload)
                .param(&format!("text{number}"), &matches.text)
                .param(&format!("ref{number}"), &matches.referral_ref)
                .param(&format!("sources{number}"), &matches.sources)
                .param(&format!("ads{number}"), &matches.ads)
                .param(&format!("least{number}"), matches.min_value)
                .param(&format!("most{number}"), matches.max_value)
        })
    }
}

/// Whether an event meets the matcher of this number: the lines of what it says.
fn condition(number: usize, matches: &EventMatch) -> String {
    let is_said = |line: &&str| match line.rsplit_once('{').map_or("", |(_, name)| name) {
        name if name.starts_with("kinds$") => !matches.kinds.is_empty(),
        name if name.starts_with("names$") => !matches.names.is_empty(),
        name if name.starts_with("payload$") => !matches.payload.is_empty(),
        name if name.starts_with("text$") => !matches.text.is_empty(),
        name if name.starts_with("ref$") => !matches.referral_ref.is_empty(),
        name if name.starts_with("sources$") => !matches.sources.is_empty(),
        name if name.starts_with("ads$") => !matches.ads.is_empty(),
        name if name.starts_with("least$") => matches.min_value.is_some(),
        name if name.starts_with("most$") => matches.max_value.is_some(),
        _ => true,
    };
    let pattern = without_comments(MATCH);
    let lines: Vec<&str> = pattern.lines().filter(is_said).collect();
    lines.join(" ").replace("$:", &format!("{number}:"))
}

/// Some people at once, on their way to whoever counts them.
struct People {
    batch: Vec<PersonOccurrences>,
    taker: mpsc::Sender<Vec<PersonOccurrences>>,
}

impl People {
    const AT_ONCE: usize = 5_000;

    fn new(taker: mpsc::Sender<Vec<PersonOccurrences>>) -> Self {
        Self { batch: Vec::with_capacity(Self::AT_ONCE), taker }
    }

    /// Whether somebody still takes them.
    async fn give(&mut self, person: PersonOccurrences) -> bool {
        self.batch.push(person);
        if self.batch.len() < Self::AT_ONCE {
            return true;
        }
        let full = std::mem::replace(&mut self.batch, Vec::with_capacity(Self::AT_ONCE));
        self.taker.send(full).await.is_ok()
    }

    async fn end(self) {
        self.taker.send(self.batch).await.ok();
    }
}

impl Store {
    /// Gives everybody's events of `from` (inclusive) to `until` (exclusive, UTC milliseconds) that meet a
    /// step or an exclusion of a funnel, some people at once, until nobody takes them any more. They are taken of sequences
    /// where these tell all that is asked, else of events: it is the same.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn custom_funnel_people(
        &self,
        from: i64,
        until: i64,
        asked: FunnelEvents<'_>,
        taker: mpsc::Sender<Vec<PersonOccurrences>>,
    ) -> Result<(), StoreError> {
        if asked.matchers().all(EventMatch::is_of_class)
            && let Some(sequences) = self.sequences_of(from, until, asked).await?
        {
            return self.people_of_sequences(from, until, asked, &sequences, taker).await;
        }
        self.people_of_events(from, until, asked, taker).await
    }
}
