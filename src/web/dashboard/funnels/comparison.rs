//! A row beside all others, as texts.

use super::drilldown::RowsBehind;
use super::labels::word;
use super::parts::Parts;
use crate::analysis::{Verdict, Verdicts};
use crate::language::{Message, decimal, percent, places_of, say};
use crate::render::numbers::{dash, rate};
use crate::web::dashboard::drilldown::{DrilldownLinks, LinkedCount};

pub(crate) struct Compared {
    pub row: String,
    pub of: LinkedCount,
    pub reached: LinkedCount,
    /// Share, probability to be better, p-value.
    pub cells: [String; 3],
    pub verdict: Message,
    /// Within what that is the other way round.
    pub reversed: Vec<Message>,
}

impl Compared {
    /// How old the conversations of two periods count as, and what the other way is called.
    pub(crate) fn by_age(against: &Verdicts) -> [Message; 2] {
        match &against.same_age {
            Some(_) => {
                [say("funnels-same-age").with("unit", against.unit), say("funnels-compare-whole")]
            }
            None => [say("funnels-whole-age"), say("funnels-compare-same-age")],
        }
    }

    /// By the dimension of that name.
    pub(crate) fn new(parts: &Parts, by: &str, row: &Verdict, behind: &RowsBehind<'_>) -> Self {
        let value = row.by.values().next().cloned().flatten();
        let Verdicts { step, of, within_ms, .. } = &parts.verdicts;
        // The list of a row has all that happened so far.
        let behind = if within_ms.is_some() {
            DrilldownLinks::nowhere()
        } else {
            behind.of(value.as_deref())
        };
        Self {
            row: value.map_or_else(
                || say("funnels-no-value").to_string(),
                |value| word(parts, by, &value),
            ),
            of: behind.with("reached", of).count(Some(row.of)),
            reached: behind.with("reached", step).count(Some(row.reached)),
            cells: [
                rate(row.rate, row.of),
                row.probability_better
                    .map_or_else(dash, |part| probability(part, row.of.min(row.other_of))),
                row.adjusted_p_value.map_or_else(dash, p_value),
            ],
            verdict: row.verdict.clone(),
            reversed: row
                .reversed_within
                .iter()
                .map(|name| reversed("funnels-row-reversed", name))
                .collect(),
        }
    }
}

/// Told of so many on the smaller side. Nothing is certain: not 100 %, and not 0.
fn probability(part: f64, of: u64) -> String {
    let places = places_of(of);
    let least = if places == 0 { 0.01 } else { 0.001 };
    let beyond = |than: &'static str, number: f64| {
        say(than).with("number", percent(number, places)).to_string()
    };
    match part {
        part if part >= 1.0 - least => beyond("funnels-more-than", 1.0 - least),
        part if part < least => beyond("funnels-less-than", least),
        part => percent(part, places),
    }
}

fn p_value(p: f64) -> String {
    if p < 0.001 {
        say("funnels-less-than").with("number", decimal(0.001, 3)).to_string()
    } else {
        decimal(p, 3)
    }
}

/// That a difference is the other way round within each value of a dimension.
pub(crate) fn reversed(told: &'static str, dimension: &str) -> Message {
    say(told).with("dimension", say(format!("by-{dimension}")))
}
