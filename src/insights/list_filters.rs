//! What lists are filtered by.

use super::invalid_parameter::InvalidParameter;
use super::query::Question;
use crate::analysis::{Dimension, NONE, STAGES};

/// A stage as lists take it: empty where nobody is left out, as by what all have reached.
pub(crate) fn read_stage(
    parameter: &'static str,
    stage: Option<&str>,
) -> Result<&'static str, InvalidParameter> {
    let wanted = stage.unwrap_or_default();
    if wanted.is_empty() || (parameter, wanted) == ("reached", "opened") {
        return Ok("");
    }
    STAGES.into_iter().find(|stage| *stage == wanted).ok_or_else(|| {
        let opened = if parameter == "reached" { "opened, " } else { "" };
        let stages = STAGES.join(", ");
        let reason = format!("{wanted:?} is no stage here; there are {opened}{stages}");
        InvalidParameter { parameter, reason }
    })
}

/// What lists are filtered by: what a row has, not parts of refs or times.
const TAKEN: [&str; 12] = [
    "source", "page", "channel", "ref", "ad", "ad_set", "campaign", "link", "medium", "owner",
    "referer", "country",
];

/// Whether lists are filtered by a dimension.
pub(crate) fn is_listed(dimension: &Dimension) -> bool {
    TAKEN.contains(&dimension.name().as_ref())
}

/// The question's filters as lists take them.
pub(crate) fn listed_filters(
    question: &Question,
) -> Result<Vec<(String, String)>, InvalidParameter> {
    let filters = question.filters.iter().map(|filter| {
        let name = filter.dimension.name().into_owned();
        if !is_listed(&filter.dimension) {
            let reason = format!("rows are filtered by {}, not by {name}", TAKEN.join(", "));
            return Err(InvalidParameter { parameter: "filter", reason });
        }
        let value = if filter.value == NONE { String::new() } else { filter.value.clone() };
        Ok((name, value))
    });
    filters.collect()
}
