//! The card of what WhatsApp messages cost.

use std::collections::BTreeMap;

use crate::insights::message_costs::{MessageCostReport, MessageCostRow, MessageCostTotal};
use crate::language::say;
use crate::render::numbers::{dash, money, thousands};

/// What WhatsApp messages cost, a row a category and type.
pub(crate) struct MessagesCard {
    pub rows: Vec<MessagesRow>,
    pub totals: Vec<MessagesRow>,
    /// Address of the figures, to which a format is added.
    pub api: String,
}

pub(crate) struct MessagesRow {
    pub category: String,
    pub pricing_type: String,
    pub messages: String,
    pub cost: String,
}

impl MessagesCard {
    /// Of a report; none where it is known of no message.
    pub(crate) fn new(report: &MessageCostReport) -> Option<Self> {
        let mut rows: BTreeMap<(&str, &str, &str), (u64, Option<f64>)> = BTreeMap::new();
        for row in &report.rows {
            let (messages, cost) = rows.entry(key(row)).or_insert((0, Some(0.0)));
            *messages += row.messages;
            *cost = cost.zip(row.cost).map(|(sum, cost)| sum + cost);
        }
        let row =
            |((category, pricing_type, currency), (messages, cost)): (_, (u64, Option<f64>))| {
                MessagesRow {
                    category: called("messages", category),
                    pricing_type: called("messages-type", pricing_type),
                    messages: thousands(messages),
                    cost: cost.map_or_else(dash, |cost| money(cost, currency)),
                }
            };
        let total = |total: &MessageCostTotal| MessagesRow {
            category: say("ads-all-in").with("currency", &total.currency).to_string(),
            pricing_type: say("messages-charged").with("count", total.charged).to_string(),
            messages: thousands(total.messages),
            cost: total.cost.map_or_else(dash, |cost| money(cost, &total.currency)),
        };
        (!report.rows.is_empty()).then(|| Self {
            rows: rows.into_iter().map(row).collect(),
            totals: report.totals.iter().map(total).collect(),
            api: format!("/api/v1/message-costs?from={}&to={}", report.from, report.to),
        })
    }
}

fn key(row: &MessageCostRow) -> (&str, &str, &str) {
    (&row.category, &row.pricing_type, &row.currency)
}

/// What Meta's word is called here; the word itself if it is new.
fn called(kind: &str, word: &str) -> String {
    let name = say(format!("{kind}-{word}"));
    if name.is_known() { name.to_string() } else { word.to_owned() }
}
