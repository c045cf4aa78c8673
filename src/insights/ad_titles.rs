//! What ads are called.

use std::collections::HashMap;

use polars_core::frame::DataFrame;

use crate::analysis::{self, AnalysisError};
use crate::domain::AdDay;

/// Titles of ads by id: what people saw goes before what the team calls it.
pub(crate) fn ad_titles(
    rows: &DataFrame,
    time: &str,
    spend: &[AdDay],
) -> Result<HashMap<String, String>, AnalysisError> {
    let mut titles = analysis::ad_titles(rows, time)?;
    for day in spend.iter().filter(|day| !day.ad_name.is_empty()) {
        titles.entry(day.ad_id.clone()).or_insert_with(|| day.ad_name.clone());
    }
    Ok(titles)
}
