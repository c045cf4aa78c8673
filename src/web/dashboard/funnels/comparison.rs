//! A row beside all others, as texts.

use super::drilldown::RowsBehind;
use super::labels::word;
use super::parts::Parts;
use crate::analysis::{Verdict, Verdicts};
use crate::language::{Message, decimal, say};
use crate::render::numbers::{dash, percent, rate};
use crate::web::dashboard::drilldown::Figure;

pub(crate) struct Compared {
    pub row: String,
    pub of: Figure,
    pub reached: Figure,
    /// Share, probability to be better, p-value.
    pub cells: [String; 3],
    pub verdict: Message,
}

impl Compared {
    /// By the dimension of that name.
    pub(crate) fn new(parts: &Parts, by: &str, row: &Verdict, behind: &RowsBehind<'_>) -> Self {
        let value = row.by.values().next().cloned().flatten();
        let behind = behind.of(value.as_deref());
        let Verdicts { step, of, .. } = &parts.verdicts;
        Self {
            row: value.map_or_else(
                || say("funnels-no-value").to_string(),
                |value| word(parts, by, &value),
            ),
            of: behind.with("reached", of).count(Some(row.of)),
            reached: behind.with("reached", step).count(Some(row.reached)),
            cells: [
                rate(row.rate),
                probability(row.probability_better),
                row.adjusted_p_value.map_or_else(dash, p_value),
            ],
            verdict: row.verdict.clone(),
        }
    }
}

/// Nothing is certain: not 100 %, and not 0.
fn probability(part: f64) -> String {
    match part {
        0.999.. => say("funnels-more-than").with("number", percent(Some(0.999))).to_string(),
        ..0.001 => say("funnels-less-than").with("number", percent(Some(0.001))).to_string(),
        part => percent(Some(part)),
    }
}

fn p_value(p: f64) -> String {
    if p < 0.001 {
        say("funnels-less-than").with("number", decimal(0.001, 3)).to_string()
    } else {
        decimal(p, 3)
    }
}
