//! What WhatsApp messages cost.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// Messages of one day, country, category and type of a business account, and what they cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageCost {
    /// The day, as Meta counts it.
    pub date: Date,
    /// Where people's numbers are of, ISO 3166-1.
    pub country: String,
    /// `marketing`, `utility`, `authentication`, `service`, ...
    pub category: String,
    /// `regular` (charged), `free_customer_service` or `free_entry_point`.
    pub pricing_type: String,
    /// How many were delivered.
    pub messages: u64,
    /// In the account's currency; `None` if Meta does not tell it.
    pub cost: Option<Decimal>,
}

/// What the messages of a business account cost in some days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountMessages {
    /// ISO 4217, in which the account pays.
    pub currency: String,
    /// The messages.
    pub costs: Vec<MessageCost>,
}

/// Messages of some days, and what they cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagesOfDays {
    /// `marketing`, `utility`, `authentication`, `service`, ...
    pub category: String,
    /// `regular` (charged), `free_customer_service` or `free_entry_point`.
    pub pricing_type: String,
    /// ISO 3166-1.
    pub country: String,
    /// ISO 4217.
    pub currency: String,
    /// How many were delivered.
    pub messages: u64,
    /// In `currency`; `None` if Meta does not tell it of some.
    pub cost: Option<Decimal>,
}

/// What messages that are charged for cost together in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagesOfMonth {
    /// Who pays.
    pub business_account: String,
    /// ISO 3166-1.
    pub country: String,
    /// `marketing`, ...
    pub category: String,
    /// Such as 202611.
    pub month: u32,
    /// ISO 4217.
    pub currency: String,
    /// How many there were; never 0.
    pub messages: u64,
    /// What they cost, in `currency`.
    pub cost: Decimal,
}
