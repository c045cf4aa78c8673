//! Where the rows behind a funnel's figures are.

use super::parts::Parts;
use crate::analysis::{Dimension, Filter, NONE};
use crate::insights::query::Question;
use crate::web::dashboard::drilldown::DrilldownLinks;

/// The people of a breakdown's rows.
pub(crate) struct RowsBehind<'a> {
    /// The people of all rows.
    pub(crate) all: &'a DrilldownLinks,
    /// Those that can be told apart: of one person one attempt counts, and which one depends on the days and
    /// rows that it is chosen from.
    apart: DrilldownLinks,
    /// Those that all must meet, with what the rows are.
    filters: &'a [Filter],
    dimension: Option<&'a Dimension>,
}

impl<'a> RowsBehind<'a> {
    /// By a dimension, if its values can be asked for.
    pub(crate) fn new(
        parts: &Parts,
        all: &'a DrilldownLinks,
        question: &'a Question,
        dimension: Option<&'a Dimension>,
    ) -> Self {
        let is_apart = parts.report.unit != "person";
        let apart = if is_apart { all.clone() } else { DrilldownLinks::nowhere() };
        let dimension = dimension.filter(|dimension| !dimension.is_time());
        Self { all, apart, filters: &question.filters, dimension }
    }

    /// Of some days of the range.
    pub(crate) fn of_days(&self, days: [(&'static str, String); 2]) -> DrilldownLinks {
        self.apart.within(days)
    }

    /// Of the row with that value.
    pub(crate) fn of(&self, value: Option<&str>) -> DrilldownLinks {
        let Some(dimension) = self.dimension else { return DrilldownLinks::nowhere() };
        // A value that looks like none cannot be asked for.
        if value == Some(NONE) {
            return DrilldownLinks::nowhere();
        }
        let value = value.unwrap_or(NONE).to_owned();
        let mut filters = self.filters.to_vec();
        filters.push(Filter { dimension: dimension.clone(), value });
        self.apart.with("filter", Filter::written(&filters))
    }
}
