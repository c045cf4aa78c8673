//! What WhatsApp messages cost as a frame.

use polars_core::frame::DataFrame;

use super::columns::Columns;
use crate::insights::message_costs::MessageCostReport;

/// A row a row of the report.
#[must_use]
pub fn message_costs(report: &MessageCostReport) -> DataFrame {
    Columns::of(&report.rows)
        .text("category", |row| row.category.as_str())
        .text("pricing_type", |row| row.pricing_type.as_str())
        .text("country", |row| row.country.as_str())
        .text("currency", |row| row.currency.as_str())
        .count("messages", |row| row.messages)
        .number("cost", |row| row.cost)
        .done()
}
