//! What own funnels ask.

use std::fmt::Write;

use polars::frame::DataFrame;

use super::{Store, StoreError};
use crate::domain::Period;

const EVENTS: &str = include_str!("../../queries/own_funnel_events.sql");
const MATCH: &str = include_str!("../../queries/own_funnel_match.sql");
const CONVERSATIONS: &str = include_str!("../../queries/unit_conversations.sql");

/// What an event must be; empty lists and texts say nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventMatch {
    /// Kinds.
    pub kinds: Vec<String>,
    /// Names of other events and of conversions.
    pub names: Vec<String>,
    /// Regular expression over the payload.
    pub payload: String,
    /// Regular expression over the text.
    pub text: String,
    /// Regular expression over the ref without a click's mark.
    pub referral_ref: String,
    /// Doors.
    pub sources: Vec<String>,
    /// Ads.
    pub ads: Vec<String>,
    /// Least value.
    pub min_value: Option<f64>,
    /// Largest value.
    pub max_value: Option<f64>,
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
}
