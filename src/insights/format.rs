//! The forms that an answer has.

use super::invalid_parameter::InvalidParameter;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A table for a terminal.
    Table,
    /// JSON.
    Json,
    /// CSV.
    Csv,
    /// Parquet.
    Parquet,
    /// The Arrow IPC streaming format.
    Arrow,
    /// A spreadsheet.
    Xlsx,
    /// A chart.
    Svg,
    /// A chart as pixels.
    Png,
}

impl Format {
    /// Those that are sent over HTTP.
    pub(crate) const SENT: [Self; 7] =
        [Self::Json, Self::Csv, Self::Xlsx, Self::Parquet, Self::Arrow, Self::Svg, Self::Png];

    const ALL: [(&'static str, Self); 8] = [
        ("table", Self::Table),
        ("json", Self::Json),
        ("csv", Self::Csv),
        ("xlsx", Self::Xlsx),
        ("parquet", Self::Parquet),
        ("arrow", Self::Arrow),
        ("svg", Self::Svg),
        ("png", Self::Png),
    ];

    /// Reads its name.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn parse(text: &str) -> Result<Self, InvalidParameter> {
        let found = Self::ALL.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, format)| format).ok_or_else(|| {
            let known = Self::ALL.map(|(name, _)| name).join(", ");
            let reason = format!("unknown format {text:?}; known are {known}");
            InvalidParameter { parameter: "format", reason }
        })
    }

    /// Its name, and what files of it end with.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// Whether rows are told in it.
    #[must_use]
    pub fn has_rows(self) -> bool {
        matches!(self, Self::Csv | Self::Xlsx | Self::Parquet | Self::Arrow)
    }

    /// Its media type, as IANA has it registered.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Table => "text/plain; charset=utf-8",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
        }
    }
}
