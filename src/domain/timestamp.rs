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

    /// UTC microseconds, by which versions are told apart; 0 before 1970.
    #[must_use]
    pub fn micros(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0).saturating_mul(1000)
    }

    /// Whether something that came in at `received_at` can have happened now: not before Facebook was
    /// founded (2004-02-04), and not more than a day ahead of receipt.
    #[must_use]
    pub fn can_be(self, received_at: Self) -> bool {
        const EARLIEST: i64 = 1_075_852_800_000;
        (EARLIEST..=received_at.0.saturating_add(super::DAY_MS)).contains(&self.0)
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
