//! The default funnel over conversations, whole and broken down.

use std::collections::{BTreeMap, HashMap};

use polars_core::frame::DataFrame;
use polars_core::prelude::{PolarsResult, Series};
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::{Filter, filtered, filtered_spend};
use super::groups::{Counts, counted, groups, total};
use super::reach::Reach;
use super::{AnalysisError, Dimension, MOST_GROUPS, Rate};
use crate::domain::{AdDay, Period, add_known};

/// Name of the funnel that everybody has.
pub const DEFAULT_FUNNEL: &str = "click-to-messenger";
/// Stages that need spend data or tracked links.
pub(super) const BEFORE_OPENING: [&str; 2] = ["impressions", "clicks"];

/// A funnel's figures for a period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FunnelReport {
    /// The funnel's name.
    pub funnel: String,
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// The zone of its days.
    pub time_zone: String,
    /// What is counted: `conversation`.
    pub unit: &'static str,
    /// The steps over everything.
    pub steps: Vec<Step>,
    /// The dimensions asked for, also where nothing has a value of theirs.
    #[serde(skip)]
    pub by: Vec<String>,
    /// The steps for each value of the dimensions asked for; together they are the whole.
    pub breakdown: Vec<Breakdown>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// How many reached it; `None` where there is no data (spend not imported).
    pub count: Option<u64>,
    /// Share of those of the step before, 0 to 1; `None` if either is unknown or zero people were
    /// in the step before.
    pub rate_from_previous: Option<f64>,
    /// Share of those of the first step that has data.
    pub rate_from_first: Option<f64>,
    /// What an own funnel tells besides.
    #[serde(flatten)]
    #[schema(value_type = StepDetail)]
    pub detail: Option<StepDetail>,
}

/// What an own funnel tells of a step besides its count.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StepDetail {
    /// How many did not reach the next step; `None` of the last.
    #[schema(required = false)]
    pub dropped: Option<u64>,
    /// `rate_from_previous` with its 95 % interval.
    #[schema(required = false)]
    pub rate_interval: Option<Rate>,
    /// Times from the step before to this one, of those who reached it.
    #[serde(flatten)]
    #[schema(value_type = Waits)]
    pub waits: Option<Waits>,
}

/// Times between two steps.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Waits {
    /// First quartile, milliseconds.
    #[schema(required = false)]
    pub p25_ms: f64,
    /// Median, milliseconds.
    #[schema(required = false)]
    pub median_ms: f64,
    /// Third quartile, milliseconds.
    #[schema(required = false)]
    pub p75_ms: f64,
    /// 90th percentile, milliseconds.
    #[schema(required = false)]
    pub p90_ms: f64,
    /// How many waited up to so many milliseconds and longer than the bar before; the last bar has no
    /// end.
    #[schema(required = false)]
    pub histogram: Vec<(Option<i64>, u64)>,
}

impl Step {
    /// The step with nobody in it; unknown where the step is.
    #[must_use]
    pub fn none(&self) -> Self {
        let count = self.count.map(|_| 0);
        Self {
            name: self.name.clone(),
            count,
            rate_from_previous: None,
            rate_from_first: None,
            detail: None,
        }
    }
}

/// What stands for the values of everything that is left out of a breakdown.
pub const REST: &str = "(rest)";

/// One row of a breakdown.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Breakdown {
    /// Value of each dimension; `None` where a conversation has none (no ad, say), [`REST`] in the row of
    /// all others.
    pub by: BTreeMap<String, Option<String>>,
    /// Of how many rows this one is the sum, if it is that of all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// Adds up the counts of conversations (the columns of `queries/funnel_counts.sql`) that were opened
/// in `period` and meet the filters, and puts before them what `spend` of that period says of the ads; without any it is
/// unknown.
///
/// # Errors
/// If the frame is not one of counts.
pub fn funnel(
    counts: &DataFrame,
    period: &Period,
    by: &[Dimension],
    filters: &[Filter],
    spend: &[AdDay],
) -> Result<FunnelReport, AnalysisError> {
    let rows = filtered(counts, filters, "opened_at", &period.zone)?;
    let spend = &filtered_spend(spend, filters);
    let reach = Reach::new(spend, by);
    let mut total = steps(&total(&rows)?);
    reach.whole.put_into(&mut total, false);
    let mut breakdown = Vec::new();
    if !by.is_empty() {
        let labels = by.iter().map(|one| one.values(&rows, "opened_at", &period.zone));
        let labels = labels.collect::<PolarsResult<Vec<Series>>>()?;
        let mut groups = groups(&rows, &labels)?;
        if groups.len() > MOST_GROUPS {
            return Err(AnalysisError::TooManyGroups { most: MOST_GROUPS });
        }
        groups.sort_unstable_by(|(a, a_counts), (b, b_counts)| {
            b_counts[0].cmp(&a_counts[0]).then_with(|| a.cmp(b))
        });
        for (values, counts) in groups {
            let names = by.iter().map(|dimension| dimension.name().into_owned());
            let values = values.into_iter().map(|value| value.map(str::to_owned));
            let by = names.zip(values).collect();
            breakdown.push(Breakdown { by, rows: None, steps: steps(&counts) });
        }
        reach.into_breakdown(by, &mut breakdown);
        // Days run forwards; everything else starts with the largest.
        if by.iter().any(Dimension::is_time) {
            let key = |row: &Breakdown| -> Vec<Option<String>> {
                by.iter().map(|one| row.by.get(one.name().as_ref()).cloned().flatten()).collect()
            };
            breakdown.sort_by_cached_key(key);
        }
    }
    Ok(FunnelReport {
        funnel: DEFAULT_FUNNEL.to_owned(),
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        time_zone: period.zone.iana_name().unwrap_or("UTC").to_owned(),
        unit: "conversation",
        steps: total,
        by: by.iter().map(|dimension| dimension.name().into_owned()).collect(),
        breakdown,
    })
}

/// The titles of ads by id, as the newest row that carries one names them; `time` is the column of
/// instants.
///
/// # Errors
/// If the frame has no columns `ad_id`, `ad_title` and `time`.
pub fn ad_titles(rows: &DataFrame, time: &str) -> Result<HashMap<String, String>, AnalysisError> {
    let ads = rows.column("ad_id")?.str()?;
    let titles = rows.column("ad_title")?.str()?;
    let seen = rows.column(time)?.i64()?;
    let mut newest: HashMap<&str, (i64, &str)> = HashMap::new();
    for ((ad, title), seen) in ads.iter().zip(titles.iter()).zip(seen.iter()) {
        let (Some(ad), Some(title), Some(seen)) = (ad, title, seen) else { continue };
        if ad.is_empty() || title.is_empty() {
            continue;
        }
        let known = newest.entry(ad).or_insert((seen, title));
        *known = (*known).max((seen, title));
    }
    Ok(newest.into_iter().map(|(ad, (_, title))| (ad.to_owned(), title.to_owned())).collect())
}

fn steps(counts: &Counts) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for name in BEFORE_OPENING {
        let name = name.to_owned();
        steps.push(Step {
            name,
            count: None,
            rate_from_previous: None,
            rate_from_first: None,
            detail: None,
        });
    }
    let mut previous = None;
    for (name, count) in counted().zip(*counts) {
        steps.push(Step {
            name: name.to_owned(),
            count: Some(count),
            rate_from_previous: previous.and_then(|previous| rate(count, previous)),
            rate_from_first: rate(count, counts[0]),
            detail: None,
        });
        previous = Some(count);
    }
    steps
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn rate(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl FunnelReport {
    /// The first rows of the breakdown, and all others as one.
    #[must_use]
    pub fn top(mut self, most: usize) -> Self {
        // One row is no rest.
        if self.breakdown.len() > most + 1 {
            let rest = self.breakdown.split_off(most);
            self.breakdown.push(Breakdown::sum(&rest));
        }
        self
    }

    /// The steps that units take: those before the opening are told by spend and links.
    pub fn unit_steps(&self) -> impl Iterator<Item = &Step> + Clone {
        self.steps.iter().filter(|step| !BEFORE_OPENING.contains(&step.name.as_str()))
    }

    /// The count of a step; `None` if it is unknown or not a step of this funnel.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u64> {
        count_in(&self.steps, name)
    }
}

impl Breakdown {
    /// All rows as one.
    fn sum(rows: &[Self]) -> Self {
        let keys = rows.iter().flat_map(|row| row.by.keys());
        let mut steps: Vec<Step> = rows[0].steps.clone();
        for (place, step) in steps.iter_mut().enumerate() {
            let mut sum = None;
            for row in rows {
                add_known(&mut sum, row.steps[place].count);
            }
            step.count = sum;
        }
        let counts: Vec<Option<u64>> = steps.iter().map(|step| step.count).collect();
        let is_of_thread = |place: usize| place >= BEFORE_OPENING.len();
        for (place, step) in steps.iter_mut().enumerate() {
            let of = |whole: Option<u64>| rate(counts[place]?, whole?);
            // What was clicked and what was opened are of different things here.
            let previous = place.checked_sub(1).filter(|_| place != BEFORE_OPENING.len());
            step.rate_from_previous = previous.and_then(|before| of(counts[before]));
            let first = is_of_thread(place).then(|| counts[BEFORE_OPENING.len()]);
            step.rate_from_first = first.and_then(of);
        }
        Self {
            by: keys.map(|key| (key.clone(), Some(REST.to_owned()))).collect(),
            rows: Some(rows.len()),
            steps,
        }
    }

    /// The count of a step of this row.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u64> {
        count_in(&self.steps, name)
    }

    /// The row's value of a dimension.
    #[must_use]
    pub fn value(&self, dimension: &str) -> Option<&str> {
        self.by.get(dimension).and_then(Option::as_deref)
    }
}

fn count_in(steps: &[Step], name: &str) -> Option<u64> {
    steps.iter().find(|step| step.name == name).and_then(|step| step.count)
}
