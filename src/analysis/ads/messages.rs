//! What WhatsApp charges for messages to people in conversations.
//!
//! A message costs what messages of its business account, country and category cost on average in the calendar month of
//! its delivery: Meta tells sums of days, and a day's edge may lie elsewhere than here.

use std::collections::HashMap;

use polars_core::frame::DataFrame;
use polars_core::prelude::{PolarsResult, StringChunked, UInt32Chunked, UInt64Chunked};
use rust_decimal::Decimal;

use crate::analysis::columns::text;
use crate::domain::MessagesOfMonth;

/// Messages that have one price: of a business account, a country, a category and a month (such as 202611).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Charge {
    business_account: String,
    country: String,
    category: String,
    month: u32,
}

/// What messages cost together.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Price {
    cost: Decimal,
    messages: u64,
    currency: String,
}

/// What a message cost, by business account, country, category and month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessagePrices {
    of: HashMap<Charge, Price>,
}

impl MessagePrices {
    /// Of months' sums.
    #[must_use]
    pub fn new(months: Vec<MessagesOfMonth>) -> Self {
        let of = months.into_iter().map(|of| {
            let MessagesOfMonth { business_account, country, category, month, .. } = of;
            let charge = Charge { business_account, country, category, month };
            (charge, Price { cost: of.cost, messages: of.messages, currency: of.currency })
        });
        Self { of: of.collect() }
    }

    /// What some messages cost, and the currency; `None` if that is unknown.
    pub(super) fn of(&self, charge: &Charge, messages: u64) -> Option<(Decimal, &str)> {
        let price = self.of.get(charge)?;
        let cost = price.cost * Decimal::from(messages) / Decimal::from(price.messages.max(1));
        Some((cost, &price.currency))
    }
}

/// The charges of a frame's rows.
pub(super) struct Charges<'a> {
    accounts: &'a StringChunked,
    countries: &'a StringChunked,
    categories: &'a StringChunked,
    months: &'a UInt32Chunked,
    counts: &'a UInt64Chunked,
}

impl<'a> Charges<'a> {
    pub(super) fn of(frame: &'a DataFrame) -> PolarsResult<Self> {
        let text = |name: &str| frame.column(name)?.str();
        Ok(Self {
            accounts: text("business_account")?,
            countries: text("country")?,
            categories: text("category")?,
            months: frame.column("month")?.u32()?,
            counts: frame.column("messages")?.u64()?,
        })
    }

    /// What a row's messages are charged by, and how many they are.
    pub(super) fn at(&self, row: usize) -> (Charge, u64) {
        let charge = Charge {
            business_account: text(self.accounts, row).to_owned(),
            country: text(self.countries, row).to_owned(),
            category: text(self.categories, row).to_owned(),
            month: self.months.get(row).unwrap_or(0),
        };
        (charge, self.counts.get(row).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_costs_the_average_of_its_month_and_nothing_is_guessed() {
        let month = |month: u32, cost: i64, messages: u64| MessagesOfMonth {
            business_account: "7".to_owned(),
            country: "FR".to_owned(),
            category: "marketing".to_owned(),
            month,
            currency: "EUR".to_owned(),
            messages,
            cost: Decimal::new(cost, 4),
        };
        let prices = MessagePrices::new(vec![month(202_610, 1_000, 10), month(202_611, 3, 3)]);
        let key = |country: &str, month: u32| Charge {
            business_account: "7".to_owned(),
            country: country.to_owned(),
            category: "marketing".to_owned(),
            month,
        };
        assert_eq!(prices.of(&key("FR", 202_610), 4), Some((Decimal::new(4, 2), "EUR")));
        assert_eq!(prices.of(&key("FR", 202_611), 3), Some((Decimal::new(3, 4), "EUR")));
        assert_eq!(prices.of(&key("FR", 202_612), 1), None);
        assert_eq!(prices.of(&key("BR", 202_610), 1), None);
    }
}
