//! How much can be.

/// More than any amount here; what the database holds exactly.
pub const MOST_MONEY: i64 = 10_000_000_000_000;

/// More than an ad is shown or clicked in a day: sums of many such stay exact.
pub const MOST_COUNT: u64 = 1_000_000_000_000;
