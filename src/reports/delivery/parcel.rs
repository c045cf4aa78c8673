//! What is delivered, and why it may not arrive.

use std::path::PathBuf;

/// What is delivered.
#[derive(Debug, Default)]
pub struct Parcel {
    /// The run: the same for every attempt.
    pub run: String,
    /// What people call the report.
    pub title: String,
    /// What it covers, in words.
    pub covers: String,
    /// The files, and the side file at the end.
    pub files: Vec<PathBuf>,
    /// The figures as a table of text.
    pub table: String,
    /// The figures as a picture (PNG), where there is one.
    pub picture: Option<Vec<u8>>,
    /// Where the files can be fetched, or where more is told.
    pub link: Option<String>,
    /// Whether it is an alert: it has no files, and its link leads to a page.
    pub is_alert: bool,
}

/// Why something did not arrive, or is not known to have arrived.
#[derive(Debug)]
pub struct Undelivered {
    /// What went wrong.
    pub reason: String,
    /// It may have arrived all the same: to send it again could be to send it twice.
    pub may_have_arrived: bool,
}

impl Undelivered {
    pub(in crate::reports) fn surely(reason: impl ToString) -> Self {
        Self { reason: reason.to_string(), may_have_arrived: false }
    }

    pub(in crate::reports) fn perhaps(reason: impl ToString) -> Self {
        Self { reason: reason.to_string(), may_have_arrived: true }
    }
}
