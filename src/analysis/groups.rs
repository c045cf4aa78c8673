//! Sums of the counts of conversations: of all, and of those that are alike.

use polars_core::frame::DataFrame;
use polars_core::prelude::{PolarsResult, Series};
use rustc_hash::FxHashMap;

use super::threads::STAGES;

/// How many conversations were opened, and how many of them reached each stage.
pub(super) type Counts = [u64; STAGES.len() + 1];

/// The columns of these.
pub(super) fn counted() -> impl Iterator<Item = &'static str> {
    std::iter::once("opened").chain(STAGES)
}

/// The sums of all rows.
pub(super) fn total(rows: &DataFrame) -> PolarsResult<Counts> {
    let mut total = Counts::default();
    for (sum, name) in total.iter_mut().zip(counted()) {
        *sum = rows.column(name)?.u64()?.iter().flatten().sum();
    }
    Ok(total)
}

/// The labels of some rows, and their sums.
type Group<'a> = (Vec<Option<&'a str>>, Counts);

/// The sums of the rows that have the same labels, in no order.
pub(super) fn groups<'a>(rows: &DataFrame, labels: &'a [Series]) -> PolarsResult<Vec<Group<'a>>> {
    let labels = labels.iter().map(|one| one.str()).collect::<PolarsResult<Vec<_>>>()?;
    let mut places: FxHashMap<Vec<Option<&str>>, usize> = FxHashMap::default();
    let place_of = |row| {
        let key = labels.iter().map(|one| one.get(row)).collect();
        let next = places.len();
        *places.entry(key).or_insert(next)
    };
    let of_rows: Vec<usize> = (0..rows.height()).map(place_of).collect();
    let mut sums = vec![Counts::default(); places.len()];
    for (step, name) in counted().enumerate() {
        for (place, count) in of_rows.iter().zip(rows.column(name)?.u64()?.iter()) {
            sums[*place][step] += count.unwrap_or(0);
        }
    }
    Ok(places.into_iter().map(|(key, place)| (key, sums[place])).collect())
}

#[cfg(test)]
mod tests {
    use polars_core::prelude::Column;

    use super::*;
    use crate::analysis::{Breakdown, Dimension, funnel};
    use crate::domain::{Period, Timestamp};

    #[test]
    fn the_largest_come_first_those_without_a_value_before_others_and_days_run_forwards() {
        let day = 86_400_000;
        let opened = [2_u64, 1, 3, 5, 1];
        let mut columns = vec![
            Column::new("source".into(), ["link", "", "ad", "link", "organic"]),
            Column::new("channel".into(), [Some("a"), Some("b"), Some("a"), Some("b"), None]),
            Column::new("opened_at".into(), [day, 0, 0, 2 * day, 0]),
            Column::new("opened".into(), opened),
        ];
        columns.extend(
            STAGES.map(|stage| Column::new(stage.into(), [Some(1_u64), None, Some(1), None, None])),
        );
        let counts = DataFrame::new(5, columns).unwrap();
        let zone = jiff::tz::TimeZone::UTC;
        let period = Period::new(Timestamp(0), Timestamp(3 * day), zone).unwrap();
        let rows = |by: &[Dimension]| {
            let report = funnel(&counts, &period, by, &[], &[]).unwrap();
            assert_eq!((report.count("opened"), report.count("lead")), (Some(12), Some(2)));
            let row = |row: &Breakdown| {
                let values = by.iter().map(|one| row.value(&one.name()).unwrap_or("-").to_owned());
                let counts = ["opened", "lead"].map(|step| row.count(step).unwrap());
                (values.collect::<Vec<_>>().join(" "), counts)
            };
            report.breakdown.iter().map(row).collect::<Vec<_>>()
        };
        let found = |rows: &[(&str, [u64; 2])]| -> Vec<(String, [u64; 2])> {
            rows.iter().map(|(values, counts)| ((*values).to_owned(), *counts)).collect()
        };
        assert_eq!(
            rows(&[Dimension::Source]),
            found(&[("link", [7, 1]), ("ad", [3, 1]), ("-", [1, 0]), ("organic", [1, 0])])
        );
        assert_eq!(
            rows(&[Dimension::Channel, Dimension::Source]),
            found(&[
                ("b link", [5, 0]),
                ("a ad", [3, 1]),
                ("a link", [2, 1]),
                ("- organic", [1, 0]),
                ("b -", [1, 0]),
            ])
        );
        assert_eq!(
            rows(&[Dimension::Day]),
            found(&[("1970-01-01", [5, 1]), ("1970-01-02", [2, 1]), ("1970-01-03", [5, 0])])
        );
    }
}
