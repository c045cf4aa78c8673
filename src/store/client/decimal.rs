//! Amounts as ClickHouse keeps them.

use rust_decimal::Decimal;

/// `Decimal(18, 4)` as its integer: 49.90 is 499,000. Digits behind the fourth are rounded half
/// to even; what does not fit is no value.
pub(in crate::store) fn ten_thousandths(value: Decimal) -> Option<i64> {
    scaled(value, 10_000)
}

/// `Decimal(18, 6)` likewise: prices of messages have more digits.
pub(in crate::store) fn millionths(value: Decimal) -> Option<i64> {
    scaled(value, 1_000_000)
}

fn scaled(value: Decimal, parts: u32) -> Option<i64> {
    let scaled = value.checked_mul(Decimal::from(parts))?.round();
    i64::try_from(scaled).ok().filter(|scaled| scaled.unsigned_abs() < 10_u64.pow(18))
}
