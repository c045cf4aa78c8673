//! Who writes again.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::AnswerError;
use super::query::Question;
use crate::store::Store;

/// People by the week of their first act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cohort {
    /// The week's Monday.
    pub week: String,
    /// People.
    pub size: u64,
    /// How many of them acted in the first week (all), in the next, and so on.
    pub active: Vec<u64>,
}

/// Who writes again in week n.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn answer_cohorts(
    store: &Store,
    question: &Question,
) -> Result<Vec<Cohort>, AnswerError> {
    let mut by_week: BTreeMap<i32, Cohort> = BTreeMap::new();
    for row in store.cohorts(&question.period).await? {
        let monday = Date::constant(1970, 1, 1).saturating_add(i64::from(row.cohort).days());
        let cohort = by_week.entry(row.cohort).or_insert_with(|| Cohort {
            week: monday.to_string(),
            size: row.size,
            active: Vec::new(),
        });
        // Weeks without anybody have no row.
        cohort.active.resize(usize::try_from(row.week).unwrap_or(0), 0);
        cohort.active.push(row.people);
    }
    Ok(by_week.into_values().collect())
}
