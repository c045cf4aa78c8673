//! What own funnels ask.

use std::fmt::Write;

use clickhouse::Row;
use polars::frame::DataFrame;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::domain::{EventMatch, Period};

const EVENTS: &str = include_str!("../../queries/own_funnel_events.sql");
const MATCH: &str = include_str!("../../queries/own_funnel_match.sql");
const COHORTS: &str = include_str!("../../queries/cohorts.sql");
const TOP_SEQUENCES: &str = include_str!("../../queries/top_sequences.sql");
const DROPPED: &str = include_str!("../../queries/dropped_conversations.sql");
const CONVERSATIONS: &str = include_str!("../../queries/unit_conversations.sql");

/// Those of a cohort who acted in a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct CohortWeek {
    /// The Monday of the week of the first act, days since 1970-01-01.
    pub cohort: i32,
    /// Weeks since; 0 is the first.
    pub week: u32,
    /// People who acted in it.
    pub people: u64,
    /// People in the cohort.
    pub size: u64,
}

/// What some people and the business did one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct Sequence {
    /// The door, then what happened, joined by ` > `.
    pub sequence: String,
    /// People of whom that is true.
    pub people: u64,
}

impl Store {
    /// The events of `from` (inclusive) to `until` (exclusive, UTC milliseconds) that meet one of
    /// `steps` or `exclusions`, as `analysis::own_funnel` takes them. An exclusion sets the bits that
    /// stand beside it. Columns: `queries/own_funnel_events.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn own_funnel_events(
        &self,
        from: i64,
        until: i64,
        steps: &[EventMatch],
        exclusions: &[(EventMatch, u32)],
        excluded_people: &[String],
    ) -> Result<DataFrame, StoreError> {
        let one = |number: usize| {
            MATCH.lines().filter(|line| !line.starts_with("--")).fold(
                String::new(),
                |mut text, line| {
                    text.push_str(&line.replace('$', &number.to_string()));
                    text.push('\n');
                    text
                },
            )
        };
        let mut masks = [String::from("0"), String::from("0")];
        for number in 0..steps.len() {
            let bit = 1_u32 << number;
            write!(masks[0], " + {bit} * toUInt32({})", one(number)).ok();
        }
        for (place, (_, gaps)) in exclusions.iter().enumerate() {
            let matches = one(steps.len() + place);
            masks[1] = format!("bitOr({}, {gaps} * toUInt32({matches}))", masks[1]);
        }
        let statement = EVENTS
            .replace("toUInt32(STEPS)", &format!("toUInt32({})", masks[0]))
            .replace("toUInt32(GAPS)", &format!("toUInt32({})", masks[1]));
        let mut question = self
            .client
            .query(&statement)
            .param("from", from)
            .param("until", until)
            .param("excluded", excluded_people);
        let all = steps.iter().chain(exclusions.iter().map(|(matches, _)| matches));
        for (number, matches) in all.enumerate() {
            question = question
                .param(&format!("kinds{number}"), &matches.kinds)
                .param(&format!("names{number}"), &matches.names)
                .param(&format!("payload{number}"), &matches.payload)
                .param(&format!("text{number}"), &matches.text)
                .param(&format!("ref{number}"), &matches.referral_ref)
                .param(&format!("sources{number}"), &matches.sources)
                .param(&format!("ads{number}"), &matches.ads)
                .param(&format!("least{number}"), matches.min_value)
                .param(&format!("most{number}"), matches.max_value);
        }
        self.frame(question).await
    }

    /// The conversations of `period` and until `until` (UTC milliseconds), and, `with_before`, each
    /// person's last one before it. Columns: `queries/unit_conversations.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn unit_conversations(
        &self,
        period: &Period,
        until: i64,
        with_before: bool,
    ) -> Result<DataFrame, StoreError> {
        let question = self.client.query(CONVERSATIONS).param("from", period.from.0);
        self.frame(question.param("until", until).param("with_before", with_before)).await
    }

    /// Conversations of the period that reached a stage of the default funnel and not the next, in
    /// time. Columns: `queries/dropped_conversations.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn dropped_conversations(
        &self,
        period: &Period,
        reached: &str,
        missed: &str,
        offset: u64,
        limit: u64,
    ) -> Result<DataFrame, StoreError> {
        let question = self.client.query(DROPPED).param("from", period.from.0);
        let question = question.param("to", period.to.0);
        let question = question.param("reached", reached).param("missed", missed);
        self.frame(question.param("offset", offset).param("limit", limit)).await
    }

    /// People by the week of their first act, and who acted in each week after it.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn cohorts(&self, period: &Period) -> Result<Vec<CohortWeek>, StoreError> {
        let question = self.client.query(COHORTS).param("from", period.from.0);
        let question = question.param("to", period.to.0);
        let question = question.param("zone", period.zone.iana_name().unwrap_or("UTC"));
        question.fetch_all().await.map_err(|error| self.failed(error))
    }

    /// What people and business do one after the other, most frequent first: `length` events of those
    /// who opened a conversation in the period, until `until` (UTC milliseconds).
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn top_sequences(
        &self,
        period: &Period,
        until: i64,
        length: u32,
        limit: u64,
    ) -> Result<Vec<Sequence>, StoreError> {
        let question = self.client.query(TOP_SEQUENCES).param("from", period.from.0);
        let question = question.param("to", period.to.0).param("until", until);
        let question = question.param("length", length).param("limit", limit);
        question.fetch_all().await.map_err(|error| self.failed(error))
    }
}
