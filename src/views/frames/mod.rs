//! Results as frames of typed columns, and those as CSV, XLSX, Parquet or Arrow. The columns of each are listed in
//! `docs/columns.md`.

pub mod ads;
mod attribution;
mod csv;
mod encode;
mod funnels;
mod lists;
mod people;
pub mod reconciliation;
mod xlsx;

use polars_core::frame::DataFrame;
use polars_core::prelude::{Column, DataType, IntoColumn, TimeUnit, TimeZone};

pub use attribution::{attribution, comparison, costs};
pub use encode::{Encoder, encoded};
pub use funnels::{cohorts, flows, funnel, sequences, verdicts};
pub use lists::{conversations, feedback, reached, reported, touchpoints};
pub use people::{audience, links, quality, responses};

/// Makes a frame of rows, column by column.
pub(super) struct Columns<'a, R> {
    rows: &'a [R],
    columns: Vec<Column>,
}

impl<'a, R> Columns<'a, R> {
    pub(super) fn of(rows: &'a [R]) -> Self {
        Self { rows, columns: Vec::new() }
    }

    fn with(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Texts; an empty one is none.
    pub(super) fn text<S: Into<String>>(self, name: &str, get: impl Fn(&'a R) -> S) -> Self {
        let texts =
            self.rows.iter().map(|row| Some(get(row).into()).filter(|text| !text.is_empty()));
        let texts: Vec<Option<String>> = texts.collect();
        self.with(Column::new(name.into(), texts))
    }

    /// Counts.
    pub(super) fn count<N: Into<Option<u64>>>(self, name: &str, get: impl Fn(&'a R) -> N) -> Self {
        let counts: Vec<Option<u64>> = self.rows.iter().map(|row| get(row).into()).collect();
        self.with(Column::new(name.into(), counts))
    }

    /// Differences of counts.
    pub(super) fn difference(self, name: &str, get: impl Fn(&'a R) -> i64) -> Self {
        let numbers: Vec<i64> = self.rows.iter().map(get).collect();
        self.with(Column::new(name.into(), numbers))
    }

    /// Numbers.
    pub(super) fn number<N: Into<Option<f64>>>(self, name: &str, get: impl Fn(&'a R) -> N) -> Self {
        let numbers: Vec<Option<f64>> = self.rows.iter().map(|row| get(row).into()).collect();
        self.with(Column::new(name.into(), numbers))
    }

    /// A number with its interval: `name`, `name_low` and `name_high`.
    pub(super) fn interval(self, name: &str, get: impl Fn(&'a R) -> [Option<f64>; 3]) -> Self {
        let ends = ["", "_low", "_high"].into_iter().enumerate();
        ends.fold(self, |columns, (place, end)| {
            columns.number(&format!("{name}{end}"), |row| get(row)[place])
        })
    }

    /// Whether something is so.
    pub(super) fn flag(self, name: &str, get: impl Fn(&'a R) -> bool) -> Self {
        let flags: Vec<bool> = self.rows.iter().map(get).collect();
        self.with(Column::new(name.into(), flags))
    }

    /// Days, from texts such as 2026-01-31.
    pub(super) fn date<S: AsRef<str>>(self, name: &str, get: impl Fn(&'a R) -> S) -> Self {
        let epoch = jiff::civil::Date::constant(1970, 1, 1);
        let days = self.rows.iter().map(|row| {
            let date: jiff::civil::Date = get(row).as_ref().parse().ok()?;
            Some(date.since(epoch).ok()?.get_days())
        });
        let days = Column::new(name.into(), days.collect::<Vec<Option<i32>>>());
        let days = days.cast(&DataType::Date).unwrap_or(days);
        self.with(days)
    }

    /// Instants, of UTC milliseconds.
    pub(super) fn instant<N: Into<Option<i64>>>(
        self,
        name: &str,
        get: impl Fn(&'a R) -> N,
    ) -> Self {
        let times: Vec<Option<i64>> = self.rows.iter().map(|row| get(row).into()).collect();
        self.with(instants(&Column::new(name.into(), times)))
    }

    /// The frame; nothing of columns whose names are given twice.
    pub(super) fn done(self) -> DataFrame {
        DataFrame::new(self.rows.len(), self.columns).unwrap_or_else(|error| {
            tracing::error!(%error, "a result is no frame");
            DataFrame::default()
        })
    }
}

/// UTC milliseconds as instants.
fn instants(times: &Column) -> Column {
    let Ok(millis) = times.i64() else { return times.clone() };
    millis.clone().into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)).into_column()
}
