//! What WhatsApp messages cost.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::AnswerError;
use crate::domain::{MessagesOfDays, Period};
use crate::language::{Message, say};
use crate::store::Store;

/// What WhatsApp messages cost in a period, by Meta's pricing analytics.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MessageCostReport {
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// What else has to be known to read it.
    #[schema(value_type = Vec<String>)]
    pub notes: Vec<Message>,
    /// Everything together, a row a currency.
    pub totals: Vec<MessageCostTotal>,
    /// The rows, the dearest first.
    pub rows: Vec<MessageCostRow>,
}

/// Messages of one category, type, country and currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MessageCostRow {
    /// `marketing`, `utility`, `authentication`, `service`, ...
    pub category: String,
    /// `regular` (charged), `free_customer_service` or `free_entry_point`.
    pub pricing_type: String,
    /// Where people's numbers are of, ISO 3166-1.
    pub country: String,
    /// ISO 4217.
    pub currency: String,
    /// How many were delivered.
    pub messages: u64,
    /// What they cost, in `currency`; `None` if Meta does not tell it.
    pub cost: Option<f64>,
}

/// All messages that are paid in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MessageCostTotal {
    /// ISO 4217.
    pub currency: String,
    /// How many were delivered.
    pub messages: u64,
    /// Those of them that are charged for.
    pub charged: u64,
    /// What they cost, of those of which it is told; `None` if it is told of none.
    pub cost: Option<f64>,
}

/// What messages cost on the days of a period, each as Meta counts it.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn answer_message_costs(
    store: &Store,
    period: &Period,
) -> Result<MessageCostReport, AnswerError> {
    let mut notes = Vec::new();
    let rows = if let Some((first, last)) = period.whole_days() {
        store.message_costs(first, last).await?
    } else {
        notes.push(say("ads-note-days"));
        Vec::new()
    };
    Ok(MessageCostReport {
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        notes,
        totals: totals(&rows),
        rows: rows.into_iter().map(row).collect(),
    })
}

fn row(of: MessagesOfDays) -> MessageCostRow {
    MessageCostRow {
        category: of.category,
        pricing_type: of.pricing_type,
        country: of.country,
        currency: of.currency,
        messages: of.messages,
        cost: of.cost.and_then(|cost| cost.to_f64()),
    }
}

fn totals(rows: &[MessagesOfDays]) -> Vec<MessageCostTotal> {
    let mut totals: BTreeMap<&str, (u64, u64, Option<Decimal>)> = BTreeMap::new();
    for row in rows {
        let (messages, charged, cost) = totals.entry(&row.currency).or_default();
        *messages += row.messages;
        *charged += if row.pricing_type == "regular" { row.messages } else { 0 };
        if let Some(own) = row.cost {
            *cost.get_or_insert_default() += own;
        }
    }
    let totals = totals.into_iter().map(|(currency, (messages, charged, cost))| {
        let cost = cost.and_then(|cost| cost.to_f64());
        MessageCostTotal { currency: currency.to_owned(), messages, charged, cost }
    });
    totals.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_never_added_and_what_is_free_is_not_charged() {
        let row =
            |pricing_type: &str, currency: &str, messages: u64, cost: Option<i64>| MessagesOfDays {
                category: "utility".to_owned(),
                pricing_type: pricing_type.to_owned(),
                country: "FR".to_owned(),
                currency: currency.to_owned(),
                messages,
                cost: cost.map(|cost| Decimal::new(cost, 2)),
            };
        let told = totals(&[
            row("regular", "EUR", 3, Some(30)),
            row("free_customer_service", "EUR", 9, Some(0)),
            row("regular", "EUR", 1, None),
            row("regular", "USD", 2, None),
        ]);
        let told: Vec<_> = told
            .iter()
            .map(|total| (total.currency.as_str(), total.messages, total.charged, total.cost))
            .collect();
        assert_eq!(told, [("EUR", 13, 4, Some(0.3)), ("USD", 2, 2, None)]);
    }
}
