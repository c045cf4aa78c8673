//! The default funnel over conversations, whole and broken down.

use std::collections::HashMap;

use polars_core::frame::DataFrame;
use polars_core::prelude::{PolarsResult, Series};
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::{Filter, filtered, filtered_spend};
use super::groups::{Counts, counted, groups, total};
use super::reach::Reach;
use super::steps::{BEFORE_OPENING, Breakdown, Step, count_in, rate};
use super::{AnalysisError, Dimension, MOST_GROUPS};
use crate::domain::{AdDay, Clock, Period};

/// Name of the funnel that everybody has.
pub const DEFAULT_FUNNEL: &str = "click-to-messenger";
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
    /// Which day a conversion counts on.
    pub clock: Clock,
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

/// Adds up the counts of conversations (the columns of `queries/funnels/funnel_counts.sql`) that were opened
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
        clock: Clock::Opening,
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
            outlook: None,
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
            outlook: None,
        });
        previous = Some(count);
    }
    steps
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

    /// Has the whole tell what is expected of it as `other`, a report of the same conversations by day or week, does.
    pub fn expect_as(&mut self, other: &Self) {
        for step in &mut self.steps {
            let its = other.steps.iter().find(|one| one.name == step.name);
            step.outlook = its.and_then(|one| one.outlook);
        }
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
