//! How the rows of a file are written, which no row tells alone.

use jiff::tz::TimeZone;

use crate::domain::{DateOrder, DecimalMark};

/// How a file writes amounts and times: what its rows say together.
#[derive(Debug, Clone)]
pub struct FileStyle {
    /// What stands before decimals, if anything says it.
    pub mark: Option<DecimalMark>,
    /// Which part of a date is the month.
    pub order: DateOrder,
    /// The zone of times that say none.
    pub zone: TimeZone,
}
