//! Journeys of a path file, in the form that the common attribution libraries take.

use std::sync::Arc;

use polars::prelude::{DataFrame, Float64Chunked, StringChunked};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::journeys::{Group, Journeys, Outcome, PART, Part, Paths, Touch};
use crate::analysis::AnalysisError;

/// What joins the channels of a path.
const JOINED_BY: &[u8] = b" > ";

/// The journeys of a frame with the columns `path` (channels joined by ` > `), `total_conversions`,
/// `total_conversion_value` and `total_null`: a row stands for that many journeys on the path, and
/// the value of all its conversions together. The channel `organic` (in any case) is organic.
///
/// # Errors
/// [`AnalysisError::Path`] with the row of a channel without a name or an amount that cannot be.
pub fn journeys_of_paths(frame: &DataFrame) -> Result<Journeys, AnalysisError> {
    let mut frame = frame.clone();
    frame.rechunk_mut_par();
    let number =
        |name| -> Result<&Float64Chunked, AnalysisError> { Ok(frame.column(name)?.f64()?) };
    let columns = Columns {
        path: frame.column("path")?.str()?,
        conversions: number("total_conversions")?,
        value: number("total_conversion_value")?,
        nulls: number("total_null")?,
    };
    let starts: Vec<usize> = (0..frame.height()).step_by(PART).collect();
    let read: Vec<Result<(Part, Vec<&str>), AnalysisError>> = starts
        .par_iter()
        .map(|start| columns.read(*start..(*start + PART).min(frame.height())))
        .collect();
    let mut names: Vec<&str> = Vec::new();
    let mut known: FxHashMap<&str, u32> = FxHashMap::default();
    let mut parts = Vec::with_capacity(read.len());
    for part in read {
        let (part, own_names) = part?;
        let numbers: Vec<u32> = own_names
            .into_iter()
            .map(|name| {
                *known.entry(name).or_insert_with(|| {
                    names.push(name);
                    u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
                })
            })
            .collect();
        parts.push(renumbered(part, &numbers));
    }
    let has_value =
        parts.iter().flat_map(|part| &part.outcomes).any(|outcome| outcome.value != 0.0);
    Ok(Journeys {
        channels: names.into_iter().map(str::to_owned).collect(),
        groups: vec![Group { currency: None, has_value }],
        parts,
        scale: 1.0,
        is_observed: false,
        goal: None,
    })
}

struct Columns<'a> {
    path: &'a StringChunked,
    conversions: &'a Float64Chunked,
    value: &'a Float64Chunked,
    nulls: &'a Float64Chunked,
}

impl<'a> Columns<'a> {
    /// Some rows, and the names of their channels in the order of their first touch.
    fn read(&self, rows: std::ops::Range<usize>) -> Result<(Part, Vec<&'a str>), AnalysisError> {
        let mut paths = Paths::default();
        let mut outcomes = Vec::with_capacity(rows.len());
        let mut names: Vec<&'a str> = Vec::new();
        let mut known: FxHashMap<&'a str, Touch> = FxHashMap::default();
        for row in rows {
            let bad = |reason: String| AnalysisError::Path { row, reason };
            for name in Steps(self.path.get(row).unwrap_or_default()) {
                // Two joints beside one another, or one at an end.
                if name.is_empty() || name.starts_with('>') || name.ends_with('>') {
                    return Err(bad("path: a channel has no name".to_owned()));
                }
                let touch = *known.entry(name).or_insert_with(|| {
                    names.push(name);
                    let number = u32::try_from(names.len() - 1).unwrap_or(u32::MAX);
                    Touch::new(number, name.eq_ignore_ascii_case("organic"))
                });
                paths.touches.push(touch);
            }
            paths.close();
            let amount = |column: &Float64Chunked, name: &str| {
                let amount = column.get(row).unwrap_or(0.0);
                let is_good = amount.is_finite() && (amount >= 0.0 || name.ends_with("value"));
                if is_good { Ok(amount) } else { Err(bad(format!("{name}: {amount} cannot be"))) }
            };
            outcomes.push(Outcome {
                conversions: amount(self.conversions, "total_conversions")?,
                nulls: amount(self.nulls, "total_null")?,
                value: amount(self.value, "total_conversion_value")?,
                ..Outcome::default()
            });
        }
        Ok((Part { paths: Arc::new(paths), outcomes }, names))
    }
}

/// The channels of a path, trimmed.
struct Steps<'a>(&'a str);

impl<'a> Iterator for Steps<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.0.is_empty() {
            return None;
        }
        let bytes = self.0.as_bytes();
        let end = bytes.windows(JOINED_BY.len()).position(|window| window == JOINED_BY);
        let (step, rest) = match end {
            Some(end) => (&self.0[..end], &self.0[end + JOINED_BY.len()..]),
            None => (self.0, ""),
        };
        self.0 = rest;
        Some(step.trim_ascii())
    }
}

fn renumbered(mut part: Part, numbers: &[u32]) -> Part {
    let is_same = numbers.iter().enumerate().all(|(own, number)| own == *number as usize);
    if !is_same && let Some(paths) = Arc::get_mut(&mut part.paths) {
        for touch in &mut paths.touches {
            *touch = Touch::new(numbers[touch.channel()], touch.is_organic());
        }
    }
    part
}
