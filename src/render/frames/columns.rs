//! A frame of rows, column by column.

use polars_core::frame::DataFrame;
use polars_core::prelude::{Column, DataType, IntoColumn, TimeUnit, TimeZone};

/// Makes a frame of rows, column by column.
pub(crate) struct Columns<'a, R> {
    rows: &'a [R],
    columns: Vec<Column>,
}

impl<'a, R> Columns<'a, R> {
    pub(crate) fn of(rows: &'a [R]) -> Self {
        Self { rows, columns: Vec::new() }
    }

    fn with(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Texts; an empty one is none.
    pub(crate) fn text<S: Into<String>>(self, name: &str, get: impl Fn(&'a R) -> S) -> Self {
        let texts =
            self.rows.iter().map(|row| Some(get(row).into()).filter(|text| !text.is_empty()));
        let texts: Vec<Option<String>> = texts.collect();
        self.with(Column::new(name.into(), texts))
    }

    /// Counts: with a sign, so that whoever takes one from another gets a difference.
    pub(crate) fn count<N: Into<Option<u64>>>(self, name: &str, get: impl Fn(&'a R) -> N) -> Self {
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let counts: Vec<Option<i64>> =
            self.rows.iter().map(|row| get(row).into().map(signed)).collect();
        self.with(Column::new(name.into(), counts))
    }

    /// Values of a dimension: days of days and weeks, else texts.
    pub(crate) fn dimension<S: Into<String>>(self, name: &str, get: impl Fn(&'a R) -> S) -> Self {
        match name {
            "day" | "week" => self.date(name, |row| get(row).into()),
            _ => self.text(name, get),
        }
    }

    /// Differences of counts.
    pub(crate) fn difference(self, name: &str, get: impl Fn(&'a R) -> i64) -> Self {
        let numbers: Vec<i64> = self.rows.iter().map(get).collect();
        self.with(Column::new(name.into(), numbers))
    }

    /// Numbers.
    pub(crate) fn number<N: Into<Option<f64>>>(self, name: &str, get: impl Fn(&'a R) -> N) -> Self {
        let numbers: Vec<Option<f64>> = self.rows.iter().map(|row| get(row).into()).collect();
        self.with(Column::new(name.into(), numbers))
    }

    /// A number with its interval: `name`, `name_low` and `name_high`.
    pub(crate) fn interval(self, name: &str, get: impl Fn(&'a R) -> [Option<f64>; 3]) -> Self {
        let ends = ["", "_low", "_high"].into_iter().enumerate();
        ends.fold(self, |columns, (place, end)| {
            columns.number(&format!("{name}{end}"), |row| get(row)[place])
        })
    }

    /// Whether something is so.
    pub(crate) fn flag(self, name: &str, get: impl Fn(&'a R) -> bool) -> Self {
        let flags: Vec<bool> = self.rows.iter().map(get).collect();
        self.with(Column::new(name.into(), flags))
    }

    /// Days, from texts such as 2026-01-31.
    pub(crate) fn date<S: AsRef<str>>(self, name: &str, get: impl Fn(&'a R) -> S) -> Self {
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
    pub(crate) fn instant<N: Into<Option<i64>>>(
        self,
        name: &str,
        get: impl Fn(&'a R) -> N,
    ) -> Self {
        let times: Vec<Option<i64>> = self.rows.iter().map(|row| get(row).into()).collect();
        self.with(instants(&Column::new(name.into(), times)))
    }

    /// The frame; nothing of columns whose names are given twice.
    pub(crate) fn done(self) -> DataFrame {
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
