//! Annotations as a frame.

use polars_core::frame::DataFrame;

use super::columns::Columns;
use crate::insights::annotations::AnnotationsReport;

/// A row an annotation.
#[must_use]
pub fn annotations(report: &AnnotationsReport) -> DataFrame {
    Columns::of(&report.annotations)
        .date("day", |row| row.day.as_str())
        .text("kind", |row| row.kind)
        .text("text", |row| row.text.to_string())
        .text("page", |row| row.page.clone().unwrap_or_default())
        .text("author", |row| row.author.clone().unwrap_or_default())
        .text("id", |row| row.id.clone().unwrap_or_default())
        .done()
}
