//! Where units go: from entry points over the steps of a funnel to its end, or out of it.

use serde::Serialize;
use utoipa::ToSchema;

use super::FunnelReport;

/// A flow between two nodes of a Sankey diagram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Flow {
    /// Where it comes from: an entry point, or a step.
    pub from: String,
    /// Where it goes: a step, or `left after STEP`.
    pub to: String,
    /// How many units.
    pub count: u64,
}

/// The flows of a funnel that is broken down by one dimension, the entry points: each row into the first step,
/// from each step into the next, and out behind it.
#[must_use]
pub fn flows(report: &FunnelReport, dimension: &str) -> Vec<Flow> {
    let steps: Vec<(&str, u64)> =
        report.unit_steps().filter_map(|step| Some((step.name.as_str(), step.count?))).collect();
    let Some((entry, _)) = steps.first() else { return Vec::new() };
    let doors = report.breakdown.iter().map(|row| Flow {
        from: row.value(dimension).unwrap_or("(none)").to_owned(),
        to: (*entry).to_owned(),
        count: row.count(entry).unwrap_or(0),
    });
    let onwards = steps.windows(2).flat_map(|pair| {
        let [(step, count), (next, going_on)] = [pair[0], pair[1]];
        let flow = |to: String, count| Flow { from: step.to_owned(), to, count };
        [flow(next.to_owned(), going_on), flow(format!("left after {step}"), count - going_on)]
    });
    doors.chain(onwards).filter(|flow| flow.count > 0).collect()
}
