//! What messages cost, as pricing analytics of a WhatsApp business account tell it.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Inner, Said, error, good};

/// What the messages of a business account cost.
#[derive(Clone)]
pub struct MessageBook {
    pub account: &'static str,
    pub currency: &'static str,
    pub days: Vec<MessageDay>,
    /// Days that may be asked for at once.
    pub most_days: i64,
}

/// Messages of one day, country, category and type; `cost` is written as it stands.
#[derive(Clone)]
pub struct MessageDay {
    pub date: Date,
    pub country: &'static str,
    pub category: &'static str,
    pub pricing_type: &'static str,
    pub volume: u64,
    pub cost: &'static str,
}

impl Inner {
    /// `fields=id,currency,pricing_analytics.start(S).end(E).granularity(DAILY)...`
    pub fn message_costs(&self, account: &str, query: &HashMap<String, String>) -> Said {
        let fields = query.get("fields").map_or("", String::as_str);
        let argument = |name: &str| {
            let (_, rest) = fields.split_once(&format!(".{name}("))?;
            rest.split_once(')').map(|(value, _)| value.to_owned())
        };
        let seconds = |name: &str| argument(name).and_then(|value| value.parse::<i64>().ok());
        let range = seconds("start").zip(seconds("end"));
        let (Some((start, end)), Some("DAILY")) = (range, argument("granularity").as_deref())
        else {
            return error(400, 100, 0, "(#100) start, end and granularity are required");
        };
        if !fields.contains("pricing_analytics.") || argument("dimensions").is_none() {
            return error(400, 100, 0, "(#100) Tried accessing nonexisting field");
        }
        let book = self.message_books.iter().find(|book| book.account == account).unwrap();
        if end - start > book.most_days * 86_400 {
            return error(500, 1, 99, "Please reduce the amount of data you're asking for");
        }
        let points = book.days.iter().filter_map(|day| {
            let zoned = TimeZone::UTC.to_timestamp(day.date.at(0, 0, 0, 0)).unwrap();
            let midnight = zoned.as_second();
            let mut point = json!({
                "start": midnight, "end": midnight + 86_400, "country": day.country,
                "pricing_category": day.category, "pricing_type": day.pricing_type,
                "volume": day.volume,
            });
            if !day.cost.is_empty() {
                point["cost"] = serde_json::from_str::<Value>(day.cost).unwrap();
            }
            (midnight >= start && midnight < end).then_some(point)
        });
        let points: Vec<Value> = points.collect();
        good(json!({
            "id": account, "currency": book.currency,
            "pricing_analytics": { "data": [{ "data_points": points }] },
        }))
    }
}
