//! Why something is an incident, as it is stored and as it is told.

use serde::{Deserialize, Serialize};

use super::figure::{Figure, Over};
use crate::language::{Message, Value, percent, say};
use crate::render::page_names::page;

/// Why something is an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each part has the name of the value of its message")]
pub enum Reason {
    /// No webhook has come for longer than chance explains.
    WebhooksStopped { minutes: i64, expected: f64 },
    /// Conversations of the last hours are outside of their usual band.
    Unusual { hours: i64, count: u64, low: f64, high: f64 },
    /// An entry point has fallen silent.
    Silence { door: String, id: String, days: f64, usual: f64 },
    /// An ad costs money and brings nobody.
    SpendWithoutConversation { id: String, name: String, spend: f64, currency: String, missed: f64 },
    /// A conversation costs far more than before.
    CostJump { currency: String, cost: f64, before: f64 },
    /// Meta has done something to a Page.
    Policy { action: String, page: String, reason: String },
    /// A figure is over or under its bound.
    Bound { figure: Figure, value: f64, bound: f64, is_above: bool, over: String, currency: String },
    /// A figure has changed against the time before.
    Change { figure: Figure, value: f64, before: f64, over: String, currency: String },
    /// A day's count is outside of its usual band.
    Band { figure: Figure, count: u64, low: f64, high: f64, day: String },
}

impl Reason {
    /// In a sentence.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::WebhooksStopped { minutes, expected } => say("alert-webhooks-stopped")
                .with("minutes", minutes.unsigned_abs())
                .with("expected", Value::Decimal(*expected, 0)),
            Self::Unusual { hours, count, low, high } => say("alert-unusual")
                .with("hours", hours.unsigned_abs())
                .with("count", *count)
                .with("low", Value::Decimal(*low, 0))
                .with("high", Value::Decimal(*high, 0)),
            Self::Silence { door, id, days, usual } => say("alert-silence")
                .with("door", door)
                .with("id", id)
                .with("days", Value::Decimal(*days, 1))
                .with("usual", Value::Decimal(*usual, 1)),
            Self::SpendWithoutConversation { name, spend, currency, missed, .. } => {
                say("alert-spend-without-conversation")
                    .with("name", name)
                    .with("spend", Value::Decimal(*spend, 2))
                    .with("currency", currency)
                    .with("missed", Value::Decimal(*missed, 0))
            }
            Self::CostJump { currency, cost, before } => say("alert-cost-jump")
                .with("currency", currency)
                .with("cost", Value::Decimal(*cost, 2))
                .with("before", Value::Decimal(*before, 2)),
            Self::Policy { action, page: id, reason } => say("alert-policy")
                .with("action", action)
                .with("page", page(id))
                .with("reason", reason),
            Self::Bound { figure, value, bound, is_above, over, currency } => say("alert-bound")
                .with("figure", label(*figure))
                .with("value", amount(*figure, *value, *bound))
                .with("bound", amount(*figure, *bound, *value))
                .with("is", if *is_above { "above" } else { "below" })
                .with("over", Over::told(over))
                .with("unit", unit(currency)),
            Self::Change { figure, value, before, over, currency } => say("alert-change")
                .with("figure", label(*figure))
                .with("value", amount(*figure, *value, *before))
                .with("before", amount(*figure, *before, *value))
                .with("over", Over::told(over))
                .with("unit", unit(currency)),
            Self::Band { figure, count, low, high, day } => say("alert-band")
                .with("figure", label(*figure))
                .with("count", *count)
                .with("low", Value::Decimal(*low, 0))
                .with("high", Value::Decimal(*high, 0))
                .with("day", day),
        }
    }

    /// Where the rows behind it are.
    #[must_use]
    pub fn href(&self) -> String {
        let with = |page: &str, name: &str, value: &str| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            format!("{page}?{}", query.append_pair(name, value).finish())
        };
        match self {
            Self::WebhooksStopped { .. } | Self::Policy { .. } => "/quality".to_owned(),
            Self::Silence { id, .. } | Self::SpendWithoutConversation { id, .. } => {
                with("/ads", "search", id)
            }
            Self::CostJump { .. } => "/ads".to_owned(),
            Self::Bound { figure, .. } | Self::Change { figure, .. } if figure.is_of_ads() => {
                "/ads".to_owned()
            }
            Self::Bound { figure, .. } | Self::Change { figure, .. }
                if matches!(figure, Figure::ReplyRate | Figure::MedianFirstResponse) =>
            {
                "/conversations".to_owned()
            }
            Self::Unusual { .. } | Self::Bound { .. } | Self::Change { .. } | Self::Band { .. } => {
                "/".to_owned()
            }
        }
    }
}

/// What a figure is called.
pub(crate) fn label(figure: Figure) -> Message {
    say(format!("alert-figure-{}", figure.as_str()))
}

/// A currency behind its amount.
fn unit(currency: &str) -> String {
    if currency.is_empty() { String::new() } else { format!(" {currency}") }
}

/// A figure's value, told beside another. Rates may be of a few: they have a decimal only where they would read alike.
fn amount(figure: Figure, value: f64, beside: f64) -> Value {
    let [whole, other] = [value, beside].map(|rate| percent(rate, 0));
    match figure {
        Figure::ReplyRate => Value::Text(if whole == other { percent(value, 1) } else { whole }),
        figure if figure.is_count() => Value::Decimal(value, 0),
        Figure::MedianFirstResponse => Value::Decimal(value, 1),
        _ => Value::Decimal(value, 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_and_read_back() {
        let reason = Reason::Bound {
            figure: Figure::CostPerLead,
            value: 12.345,
            bound: 10.0,
            is_above: true,
            over: "7d".to_owned(),
            currency: "EUR".to_owned(),
        };
        let kept = serde_json::to_string(&reason).unwrap();
        assert_eq!(serde_json::from_str::<Reason>(&kept).unwrap(), reason);
        assert_eq!(
            reason.message().to_string(),
            "Cost per lead over the last 7 days: 12.35 EUR, above 10.00"
        );
        assert_eq!(reason.href(), "/ads");
        let stopped = Reason::WebhooksStopped { minutes: 40, expected: 61.2 };
        assert_eq!(
            stopped.message().to_string(),
            "No webhook has come for 40 minutes; 61 were to be expected"
        );
    }
}
