//! The journeys behind the attribution page's figures, as tables of texts.

use super::channels::Named;
use crate::analysis::Description;
use crate::language::{self, say};
use crate::render::numbers::{credit, credit_share, dash, thousands};

/// Rows of a table.
const MOST_ROWS: usize = 25;
/// Above that many channels the table of steps from one to another says nothing any more.
const MOST_IN_MATRIX: usize = 14;

pub(crate) struct JourneyTables {
    pub lengths: Vec<[String; 3]>,
    pub lags: Vec<[String; 2]>,
    pub people: Vec<[String; 3]>,
    pub assists: Vec<AssistsRow>,
    pub paths: Vec<PathRow>,
    pub matrix: Option<Matrix>,
}

pub(crate) struct AssistsRow {
    pub label: String,
    /// Address of its touchpoints.
    pub rows: String,
    pub counts: [String; 4],
    pub per_last: String,
    pub effect: String,
}

pub(crate) struct PathRow {
    pub steps: Vec<String>,
    pub conversions: String,
    pub without: String,
    pub rate: String,
}

/// Where people go from each channel.
pub(crate) struct Matrix {
    pub to: Vec<String>,
    pub rows: Vec<(String, Vec<String>)>,
}

impl JourneyTables {
    pub(crate) fn new(journeys: &Description, named: &Named<'_>) -> Self {
        Self {
            lengths: lengths(journeys),
            lags: lags(journeys),
            people: people(journeys),
            assists: assists(journeys, named),
            paths: paths(journeys, named),
            matrix: matrix(journeys, named),
        }
    }
}

fn lengths(journeys: &Description) -> Vec<[String; 3]> {
    let rows = journeys.lengths.iter().take(MOST_ROWS);
    rows.map(|row| {
        [row.touchpoints.to_string(), credit(row.conversions), credit(row.without_conversion)]
    })
    .collect()
}

fn lags(journeys: &Description) -> Vec<[String; 2]> {
    let rows = journeys.lags.iter().take(MOST_ROWS * 2);
    rows.map(|row| [row.days.to_string(), credit(row.conversions)]).collect()
}

fn people(journeys: &Description) -> Vec<[String; 3]> {
    let kind = |kind| match kind {
        "new" => "attribution-people-new",
        "returning" => "attribution-people-returning",
        _ => "attribution-people-unknown",
    };
    let rows = journeys.people.iter().map(|row| {
        let kind = say(kind(row.kind)).to_string();
        [kind, thousands(row.people as u64), credit(row.conversions)]
    });
    rows.collect()
}

fn assists(journeys: &Description, named: &Named<'_>) -> Vec<AssistsRow> {
    let rows = journeys.assists.iter().take(MOST_ROWS);
    rows.map(|row| AssistsRow {
        label: named.label(&row.channel),
        rows: named.rows(&row.channel),
        counts: [row.conversions, row.first, row.last, row.assisted].map(credit),
        per_last: row.assisted_per_last.map_or_else(dash, |ratio| language::decimal(ratio, 2)),
        effect: credit_share(row.removal_effect, row.conversions),
    })
    .collect()
}

fn paths(journeys: &Description, named: &Named<'_>) -> Vec<PathRow> {
    let rows = journeys.paths.iter().take(MOST_ROWS);
    rows.map(|row| PathRow {
        steps: row.path.iter().map(|channel| named.label(channel)).collect(),
        conversions: credit(row.conversions),
        without: credit(row.without_conversion),
        rate: {
            let all = row.conversions + row.without_conversion;
            credit_share(Some(row.conversions / all), all)
        },
    })
    .collect()
}

fn matrix(journeys: &Description, named: &Named<'_>) -> Option<Matrix> {
    if journeys.assists.is_empty() || journeys.assists.len() > MOST_IN_MATRIX {
        return None;
    }
    let channels = || journeys.assists.iter().map(|row| row.channel.as_str());
    let from: Vec<&str> = std::iter::once("(start)").chain(channels()).collect();
    let to: Vec<&str> = channels().chain(["(conversion)", "(no conversion)"]).collect();
    let cell = |from: &str, to: &str| {
        let found = journeys.transitions.iter().find(|step| step.from == from && step.to == to);
        found.map_or_else(String::new, |step| {
            credit_share(Some(step.probability), step.count / step.probability)
        })
    };
    let label = |channel: &str| match channel {
        "(start)" => say("attribution-to-start").to_string(),
        "(conversion)" => say("attribution-to-conversion").to_string(),
        "(no conversion)" => say("attribution-to-none").to_string(),
        channel => named.label(channel),
    };
    Some(Matrix {
        rows: from
            .iter()
            .map(|from| (label(from), to.iter().map(|to| cell(from, to)).collect()))
            .collect(),
        to: to.into_iter().map(label).collect(),
    })
}
