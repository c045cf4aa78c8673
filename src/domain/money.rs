//! Amounts and currencies.

/// More than any amount here; what the database holds exactly.
pub const MOST_MONEY: i64 = 10_000_000_000_000;

/// More than an ad is shown or clicked in a day: sums of many such stay exact.
pub const MOST_COUNT: u64 = 1_000_000_000_000;

/// Whether a text has the form of an ISO 4217 code, such as EUR.
#[must_use]
pub fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}
