//! Costs that no ad account tells: print runs, links, sponsored messages.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a cost is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CostOf {
    /// A registered link, such as its QR code's print run.
    Link,
    /// A source as a whole, such as sponsored messages.
    Source,
}

impl CostOf {
    /// The word that the database uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Source => "source",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Link, Self::Source].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A cost that somebody has put down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Its number.
    pub id: String,
    /// What it is for.
    pub of: CostOf,
    /// The link's slug, or the source's name.
    pub name: String,
    /// The first day that it pays for.
    pub first: Date,
    /// The last day that it pays for.
    pub last: Date,
    /// How much, in all.
    pub amount: Decimal,
    /// ISO 4217.
    pub currency: String,
    /// What somebody wrote beside it.
    pub note: String,
}

impl Cost {
    /// The part that falls on some days, both inclusive, if every day costs the same.
    #[must_use]
    pub fn within(&self, first: Date, last: Date) -> Decimal {
        let days = |from: Date, until: Date| {
            let days = until.since(from).map_or(0, |span| i64::from(span.get_days()) + 1);
            Decimal::from(days.max(0))
        };
        let common = days(self.first.max(first), self.last.min(last));
        let all = days(self.first, self.last);
        if common == all { self.amount } else { self.amount * common / all.max(Decimal::ONE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_spread_over_its_days() {
        let date = |day| Date::constant(2026, 11, day);
        let cost = Cost {
            id: "1".to_owned(),
            of: CostOf::Link,
            name: "counter".to_owned(),
            first: date(1),
            last: date(10),
            amount: Decimal::from(120),
            currency: "EUR".to_owned(),
            note: String::new(),
        };
        assert_eq!(cost.within(date(1), date(30)), Decimal::from(120));
        assert_eq!(cost.within(date(9), date(30)), Decimal::from(24));
        assert_eq!(cost.within(date(11), date(30)), Decimal::ZERO);
        let parts: Decimal = (1..=10).map(|day| cost.within(date(day), date(day))).sum();
        assert_eq!(parts, Decimal::from(120));
    }
}
