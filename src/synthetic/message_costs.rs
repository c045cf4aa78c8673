//! What the synthetic trade's WhatsApp messages cost.

use jiff::Span;
use jiff::civil::Date;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

use super::whatsapp::{ACCOUNT, COUNTRIES};
use crate::domain::{AccountMessages, MessageCost};

/// What a marketing message to each of the countries costs, in 1/10,000 EUR.
const PRICES: [u32; 4] = [786, 1131, 541, 458];

/// The business account, and what its messages cost from one day through another if so many people write in all.
#[must_use]
pub fn message_costs(
    seed: u64,
    people: u64,
    first: Date,
    last: Date,
) -> (&'static str, AccountMessages) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let days: Vec<Date> =
        first.series(Span::new().days(1)).take_while(|date| *date <= last).collect();
    let typical = people / 100 / days.len().max(1) as u64;
    let mut costs = Vec::new();
    for date in days {
        for ((_, _, country), price) in COUNTRIES.into_iter().zip(PRICES) {
            let told =
                |category: &str, pricing_type: &str, messages: u64, price: u32| MessageCost {
                    date,
                    country: country.to_owned(),
                    category: category.to_owned(),
                    pricing_type: pricing_type.to_owned(),
                    messages,
                    cost: Some(Decimal::from(messages) * Decimal::new(i64::from(price), 4)),
                };
            let offers = typical + random.random_range(0..=typical / 2 + 1);
            costs.push(told("marketing", "regular", offers, price));
            costs.push(told("marketing", "free_entry_point", offers * 2, 0));
            costs.push(told("service", "free_customer_service", offers * 9, 0));
        }
    }
    (ACCOUNT, AccountMessages { currency: "EUR".to_owned(), costs })
}
