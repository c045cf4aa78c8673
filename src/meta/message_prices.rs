//! What WhatsApp messages cost: Meta's "Pricing analytics" of a business account.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::client::Graph;
use super::error::GraphError;
use crate::domain::{AccountMessages, MessageCost};

/// A business account with its pricing analytics.
#[derive(Debug, Deserialize)]
struct Answer<'a> {
    #[serde(default)]
    currency: String,
    #[serde(borrow)]
    pricing_analytics: Option<Analytics<'a>>,
}

#[derive(Debug, Deserialize)]
struct Analytics<'a> {
    #[serde(borrow, default)]
    data: Vec<Points<'a>>,
}

#[derive(Debug, Deserialize)]
struct Points<'a> {
    #[serde(borrow, default)]
    data_points: Vec<Point<'a>>,
}

/// Messages of one day, country, category, type and tier.
#[derive(Debug, Deserialize)]
struct Point<'a> {
    /// UTC seconds.
    start: i64,
    end: i64,
    #[serde(default)]
    country: String,
    #[serde(default)]
    pricing_category: String,
    #[serde(default)]
    pricing_type: String,
    #[serde(default)]
    volume: u64,
    /// As it is written: a binary fraction of it would not be what was charged.
    #[serde(borrow)]
    cost: Option<&'a RawValue>,
}

impl Graph {
    /// What the messages of a WhatsApp business account cost on the days from one through another.
    ///
    /// # Errors
    /// If Meta does not say.
    pub async fn message_costs(
        &self,
        account: &str,
        since: Date,
        until: Date,
    ) -> Result<AccountMessages, GraphError> {
        // Days may be those of another zone: what lies beside the range is asked for too, and left out again.
        let start = midnight(since) - DAY_SECONDS;
        let end = midnight(until) + 2 * DAY_SECONDS;
        let analytics = format!(
            "pricing_analytics.start({start}).end({end}).granularity(DAILY)\
             .metric_types([\"COST\",\"VOLUME\"])\
             .dimensions([\"COUNTRY\",\"PRICING_CATEGORY\",\"PRICING_TYPE\"])"
        );
        let fields = [("fields", format!("id,currency,{analytics}"))];
        let answer: Box<RawValue> = self.get(account, &fields).await?;
        read(answer.get(), since, until)
    }
}

const DAY_SECONDS: i64 = 86_400;

fn midnight(date: Date) -> i64 {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_or(0, Timestamp::as_second)
}

/// What an answer tells of the days from one through another. Points of one key (such as of two tiers) are added up.
fn read(answer: &str, since: Date, until: Date) -> Result<AccountMessages, GraphError> {
    let form = |reason: String| GraphError::Form(reason);
    let answer: Answer<'_> = serde_json::from_str(answer)
        .map_err(|error| form(format!("{error}, in pricing analytics")))?;
    let points = answer.pricing_analytics.into_iter().flat_map(|analytics| analytics.data);
    let mut costs: BTreeMap<_, (u64, Option<Decimal>)> = BTreeMap::new();
    for point in points.flat_map(|points| points.data_points) {
        let Some(date) = date_of(&point).filter(|date| (since..=until).contains(date)) else {
            continue;
        };
        let cost = match point.cost.map(RawValue::get) {
            None | Some("null") => None,
            Some(told) => {
                let amount = amount(told);
                Some(amount.ok_or_else(|| form(format!("{told} is no cost of messages")))?)
            }
        };
        let key = (
            date,
            point.country.to_uppercase(),
            point.pricing_category.to_lowercase(),
            point.pricing_type.to_lowercase(),
        );
        let (messages, sum) = costs.entry(key).or_insert((0, Some(Decimal::ZERO)));
        *messages += point.volume;
        // What is unknown of a part is unknown of all.
        *sum = sum.zip(cost).map(|(sum, cost)| sum + cost);
    }
    let costs = costs.into_iter().map(|((date, country, category, pricing_type), told)| {
        let (messages, cost) = told;
        MessageCost { date, country, category, pricing_type, messages, cost }
    });
    Ok(AccountMessages { currency: answer.currency.to_uppercase(), costs: costs.collect() })
}

/// The day that an interval is: that of its middle, in whichever zone its midnight is.
fn date_of(point: &Point<'_>) -> Option<Date> {
    let middle = Timestamp::from_second(point.start)
        .ok()?
        .checked_add(SignedDuration::from_secs(point.end.saturating_sub(point.start) / 2))
        .ok()?;
    Some(TimeZone::UTC.to_datetime(middle).date())
}

/// A number as JSON writes it, or the same as a text.
fn amount(told: &str) -> Option<Decimal> {
    let text = match serde_json::from_str(told).ok()? {
        Value::String(text) => text,
        _ => told.to_owned(),
    };
    text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(day: i8) -> Date {
        Date::constant(2026, 11, day)
    }

    #[test]
    fn points_are_days_wherever_their_midnight_is_and_amounts_stay_as_they_are_written() {
        // Midnights in UTC, California (8 hours behind) and India (5.5 ahead), all of 3 November.
        let point = |start: i64, rest: &str| {
            format!(r#"{{"start":{start},"end":{},{rest}}}"#, start + 86_400)
        };
        let three = 1_793_664_000;
        let points = [
            point(
                three,
                r#""country":"US","pricing_category":"MARKETING","pricing_type":"REGULAR","volume":3,"cost":0.0753"#,
            ),
            point(
                three + 8 * 3600,
                r#""country":"US","pricing_category":"MARKETING","pricing_type":"REGULAR","tier":"0:1000","volume":2,"cost":"0.05""#,
            ),
            point(
                three - 19_800,
                r#""country":"IN","pricing_category":"UTILITY","pricing_type":"REGULAR","volume":4,"cost":1.2e-3"#,
            ),
            point(
                three,
                r#""country":"US","pricing_category":"SERVICE","pricing_type":"FREE_CUSTOMER_SERVICE","volume":9"#,
            ),
            // Beside the range.
            point(three + 86_400, r#""country":"US","volume":1,"cost":1"#),
        ];
        let answer = format!(
            r#"{{"id":"1","currency":"usd","pricing_analytics":{{"data":[{{"data_points":[{}]}}]}}}}"#,
            points.join(",")
        );
        let told = read(&answer, date(3), date(3)).unwrap();
        let lines: Vec<String> = told
            .costs
            .iter()
            .map(|cost| {
                let amount = cost.cost.map_or("?".to_owned(), |cost| cost.to_string());
                let MessageCost { date, country, category, messages, .. } = cost;
                format!("{date} {country} {category} {messages} {amount}")
            })
            .collect();
        assert_eq!(told.currency, "USD");
        assert_eq!(
            lines,
            [
                "2026-11-03 IN utility 4 0.0012",
                "2026-11-03 US marketing 5 0.1253",
                "2026-11-03 US service 9 ?",
            ]
        );
    }

    #[test]
    fn an_account_without_messages_has_none_and_nonsense_is_refused() {
        let none = read(r#"{"id":"1","currency":"EUR"}"#, date(1), date(2)).unwrap();
        assert_eq!((none.currency.as_str(), none.costs.len()), ("EUR", 0));
        let odd = r#"{"pricing_analytics":{"data":[{"data_points":[
            {"start":1793664000,"end":1793750400,"volume":1,"cost":"much"}]}]}}"#;
        assert!(read(odd, date(3), date(3)).unwrap_err().to_string().contains("much"));
    }
}
