//! The running clock.

use crate::domain::Timestamp;

/// The running clock, the only one: everything else gets times as arguments.
#[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// The same as a timestamp.
pub(super) fn now_timestamp() -> Timestamp {
    Timestamp(now())
}
