//! Journeys of a path file, in the form that the common attribution libraries take.

use std::borrow::Cow;
use std::sync::Arc;

use polars_core::prelude::{DataFrame, StringChunked};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::journeys::{Group, Journeys, Outcome, PART, Part, Paths, Touch, channel_name};
use crate::analysis::{AnalysisError, Wanted};

/// The journeys of a frame with the columns `path` (channels joined by ` > `), `total_conversions`,
/// `total_conversion_value` and `total_null`: a row stands for that many journeys on the path, and
/// the value of all its conversions together. The channel `organic` (in any case) is organic.
///
/// # Errors
/// [`AnalysisError::Path`] with the row of a channel without a name or an amount that cannot be.
pub fn journeys_of_paths(frame: &DataFrame) -> Result<Journeys, AnalysisError> {
    let mut frame = frame.clone();
    frame.rechunk_mut_par();
    let number = |name: &str| -> Result<Cow<'_, [f64]>, AnalysisError> {
        let column = frame.column(name)?.f64()?;
        // What is missing is none.
        let filled = || column.iter().map(Option::unwrap_or_default).collect();
        Ok(column.cont_slice().map_or_else(|_| Cow::Owned(filled()), Cow::Borrowed))
    };
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
        channels: names.into_iter().map(channel_name).collect(),
        groups: vec![Group { currency: None, has_value }],
        parts,
        scale: 1.0,
        is_observed: false,
        goal: None,
        wanted: Wanted::default(),
    })
}

struct Columns<'a> {
    /// In one chunk.
    path: &'a StringChunked,
    conversions: Cow<'a, [f64]>,
    value: Cow<'a, [f64]>,
    nulls: Cow<'a, [f64]>,
}

impl<'a> Columns<'a> {
    /// Some rows, and the names of their channels in the order of their first touch.
    fn read(&self, rows: std::ops::Range<usize>) -> Result<(Part, Vec<&'a str>), AnalysisError> {
        let mut paths = Paths::default();
        let mut outcomes = Vec::with_capacity(rows.len());
        let mut names = Names::default();
        let texts = self.path.downcast_as_array().iter().skip(rows.start);
        for (row, path) in rows.zip(texts) {
            if let Some(path) = path.filter(|path| !path.is_empty())
                && !names.read(path, &mut paths.touches)
            {
                let reason = "path: a channel has no name".to_owned();
                return Err(AnalysisError::Path { row, reason });
            }
            paths.close();
            outcomes.push(self.outcome(row)?);
        }
        Ok((Part { paths: Arc::new(paths), outcomes }, names.listed))
    }

    fn outcome(&self, row: usize) -> Result<Outcome, AnalysisError> {
        let (conversions, nulls) = (self.conversions[row], self.nulls[row]);
        let value = self.value[row];
        // Refunds may make a value negative; a number of journeys cannot be.
        let is_count = |count: f64| count.is_finite() && count >= 0.0;
        // A value belongs to conversions.
        let is_value = value.is_finite() && (value == 0.0 || conversions > 0.0);
        let (name, amount) = match (is_count(conversions), is_count(nulls), is_value) {
            (true, true, true) => {
                return Ok(Outcome { conversions, nulls, value, ..Outcome::default() });
            }
            (false, ..) => ("total_conversions", conversions),
            (_, false, _) => ("total_null", nulls),
            _ => ("total_conversion_value", value),
        };
        Err(AnalysisError::Path { row, reason: format!("{name}: {amount} cannot be") })
    }
}

/// Channels by name, in the order of their first touch.
#[derive(Default)]
struct Names<'a> {
    listed: Vec<&'a str>,
    /// Most names are short: those are told apart as numbers.
    short: FxHashMap<u128, Touch>,
    long: FxHashMap<&'a str, Touch>,
}

/// Bytes that are looked at at once.
const WINDOW: usize = 16;
impl<'a> Names<'a> {
    /// Reads the channels of a path, joined by ` > `; `false` if one of them has no name.
    ///
    /// Sixteen bytes are looked at at once: a loop over the letters of a name is slow because their
    /// number is hard to foresee for the processor.
    fn read(&mut self, path: &'a str, touches: &mut Vec<Touch>) -> bool {
        let mut at = 0;
        loop {
            let rest = &path.as_bytes()[at..];
            let length = rest.len();
            let window = window(path.as_bytes(), at);
            let mark = first_mark(window);
            let is_joint = (2..WINDOW - 1).contains(&mark)
                && rest[mark - 1] == b' '
                && rest.get(mark + 1) == Some(&b' ')
                && rest[0] > b' '
                && rest[mark - 2] > b' ';
            let (touch, behind) = if is_joint {
                (self.short(window, path, at..at + mark - 1), at + mark + 2)
            } else if length < WINDOW && mark == WINDOW && rest[length - 1] > b' ' && rest[0] > b' '
            {
                touches.push(self.short(window, path, at..path.len()));
                return true;
            } else {
                let joint = rest[..length].windows(3).position(|three| three == b" > ");
                let end = joint.map_or(path.len(), |joint| at + joint);
                let name = path[at..end].trim_ascii();
                // Two joints beside one another, or one at an end.
                if name.is_empty() || name.starts_with('>') || name.ends_with('>') {
                    return false;
                }
                let touch = self.any(name);
                if joint.is_none() {
                    touches.push(touch);
                    return true;
                }
                (touch, end + 3)
            };
            touches.push(touch);
            if behind >= path.len() {
                return false;
            }
            at = behind;
        }
    }

    /// The channel at a place of a path, fewer than sixteen bytes long, which begin the window.
    fn short(&mut self, window: u128, path: &'a str, place: std::ops::Range<usize>) -> Touch {
        let length = place.len();
        let key = (window & MASKS[length]) | (length as u128) << 120;
        match self.short.get(&key) {
            Some(touch) => *touch,
            None => self.new_short(key, &path[place]),
        }
    }

    #[cold]
    fn new_short(&mut self, key: u128, name: &'a str) -> Touch {
        let touch = self.new_channel(name);
        self.short.insert(key, touch);
        touch
    }

    fn any(&mut self, name: &'a str) -> Touch {
        if name.len() < WINDOW {
            let mut window = [0; WINDOW];
            window[..name.len()].copy_from_slice(name.as_bytes());
            return self.short(u128::from_le_bytes(window), name, 0..name.len());
        }
        if let Some(touch) = self.long.get(name) {
            return *touch;
        }
        let touch = self.new_channel(name);
        self.long.insert(name, touch);
        touch
    }

    fn new_channel(&mut self, name: &'a str) -> Touch {
        let number = u32::try_from(self.listed.len()).unwrap_or(u32::MAX);
        self.listed.push(name);
        Touch::new(number, name.eq_ignore_ascii_case("organic"))
    }
}

/// Sixteen bytes from a place on, zeros behind the end.
fn window(bytes: &[u8], at: usize) -> u128 {
    let rest = &bytes[at..];
    if let Some(window) = rest.first_chunk() {
        return u128::from_le_bytes(*window);
    }
    if let Some(last) = bytes.last_chunk() {
        return u128::from_le_bytes(*last) >> (8 * (WINDOW - rest.len()));
    }
    // Halves that overlap say the same where they do.
    if let (Some(first), Some(last)) = (rest.first_chunk(), rest.last_chunk()) {
        let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
        return u128::from(first) | u128::from(last) << (8 * (rest.len() - 8));
    }
    if let (Some(first), Some(last)) = (rest.first_chunk(), rest.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return u128::from(first) | u128::from(last) << (8 * (rest.len() - 4));
    }
    rest.iter().rev().fold(0, |window, byte| window << 8 | u128::from(*byte))
}

/// The first 0 to 15 bytes of a window.
const MASKS: [u128; WINDOW] = {
    let mut masks = [0; WINDOW];
    let mut length = 1;
    while length < WINDOW {
        masks[length] = u128::MAX >> (128 - 8 * length);
        length += 1;
    }
    masks
};

/// Which of sixteen bytes is the first `>`; 16 if none is.
fn first_mark(window: u128) -> usize {
    let difference = window ^ u128::from_le_bytes([b'>'; WINDOW]);
    // The highest bit of each byte that is zero; behind the first one others may seem so too.
    let ones = u128::from_le_bytes([1; WINDOW]);
    let zeros = difference.wrapping_sub(ones) & !difference & (ones << 7);
    zeros.trailing_zeros() as usize / 8
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
