//! One instant, as stored and as Meta sends it: UTC milliseconds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Reads a number as Meta sends it: at least 1,000,000,000,000 means milliseconds, less
    /// means seconds.
    #[must_use]
    pub fn from_wire_number(number: i64) -> Self {
        if number.unsigned_abs() >= 1_000_000_000_000 {
            Self(number)
        } else {
            Self(number.saturating_mul(1000))
        }
    }

    /// RFC 3339 with milliseconds, in UTC; the bare number if it is outside of the calendar.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0)
            .map_or_else(|_| self.0.to_string(), |instant| format!("{instant:.3}"))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_rfc3339())
    }
}
