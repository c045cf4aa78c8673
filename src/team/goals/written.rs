//! A goal as it is written, and whether it can be one.

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::alerting::{Alerting, Figure};
use crate::language::{Message, say};

/// A goal as it is written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WrittenGoal {
    /// By which it is known: letters, digits, `-` and `_`. With the name of another goal it takes its place.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// `conversations`, `leads`, `purchases`, `reply_rate`, `median_first_response` (minutes), `value`, `roas`, `spend`,
    /// `cost_per_conversation`, `cost_per_lead` or `cost_per_purchase`.
    pub figure: String,
    /// What it is to come to. What is spent (a budget), what something costs and how long an answer takes are to be no more
    /// than that; all others no less.
    pub target: f64,
    /// By `day`, `week` (from Monday) or `month`.
    pub per: String,
    /// Only what has this value: `page=123`, `campaign=Autumn` or `ad=1202`, as a filter of the API; all without it.
    pub filter: String,
    /// Of money: its currency, ISO 4217; without it the one that there is.
    pub currency: String,
}

/// What is wrong with a goal, by its key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GoalError {
    pub key: &'static str,
    pub reason: Message,
}

/// A goal that has been checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Goal {
    pub written: WrittenGoal,
    pub figure: Figure,
    pub per: Per,
}

/// How long a goal's period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Per {
    Day,
    Week,
    Month,
}

impl Per {
    /// All of them, by name.
    pub(super) const ALL: [(&'static str, Self); 3] =
        [("day", Self::Day), ("week", Self::Week), ("month", Self::Month)];

    /// First and last day of the period that a day lies in.
    pub(crate) fn days(self, today: Date) -> (Date, Date) {
        match self {
            Self::Day => (today, today),
            Self::Week => {
                let behind = i64::from(today.weekday().to_monday_zero_offset());
                let monday = today.saturating_sub(Span::new().days(behind));
                (monday, monday.saturating_add(Span::new().days(6)))
            }
            Self::Month => (today.first_of_month(), today.last_of_month()),
        }
    }
}

impl WrittenGoal {
    /// Checks it.
    ///
    /// # Errors
    /// With the key that is wrong.
    pub(crate) fn check(&self, alerting: &Alerting) -> Result<Goal, GoalError> {
        let wrong = |key, reason: Message| Err(GoalError { key, reason });
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if !(1..=60).contains(&self.name.len()) || !self.name.bytes().all(is_plain) {
            return wrong("name", say("goals-bad-name"));
        }
        if self.title.chars().count() > 100 || self.title.chars().any(char::is_control) {
            return wrong("title", say("goals-bad-title"));
        }
        let figure = alerting.figure(&self.figure, &self.filter);
        let figure = figure.map_err(|error| GoalError { key: error.key, reason: error.reason })?;
        let Some((_, per)) = Per::ALL.into_iter().find(|(name, _)| *name == self.per) else {
            return wrong("per", say("goals-bad-per").with("per", &self.per));
        };
        if !self.target.is_finite() || self.target <= 0.0 || self.target > 1e12 {
            return wrong("target", say("goals-bad-target"));
        }
        if figure == Figure::ReplyRate && self.target > 1.0 {
            return wrong("target", say("goals-bad-share"));
        }
        let is_code =
            self.currency.len() == 3 && self.currency.bytes().all(|one| one.is_ascii_uppercase());
        if !(self.currency.is_empty() || is_code && figure.is_of_ads()) {
            return wrong("currency", say("goals-bad-currency").with("currency", &self.currency));
        }
        Ok(Goal { written: self.clone(), figure, per })
    }
}

impl Goal {
    /// Whether the figure is to be no more than the target.
    pub(crate) fn is_limit(&self) -> bool {
        use Figure::{
            CostPerConversation, CostPerLead, CostPerPurchase, MedianFirstResponse, Spend,
        };
        matches!(
            self.figure,
            Spend | CostPerConversation | CostPerLead | CostPerPurchase | MedianFirstResponse
        )
    }

    /// Whether the figure is a sum over days, of which a share is done.
    pub(crate) fn is_sum(&self) -> bool {
        use Figure::{Conversations, Leads, Purchases, Spend, Value};
        matches!(self.figure, Conversations | Leads | Purchases | Spend | Value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday_and_months_on_their_first() {
        let days = |per: Per, day: &str| {
            let (first, last) = per.days(day.parse().unwrap());
            format!("{first} {last}")
        };
        assert_eq!(days(Per::Day, "2026-11-30"), "2026-11-30 2026-11-30");
        assert_eq!(days(Per::Week, "2026-11-30"), "2026-11-30 2026-12-06");
        assert_eq!(days(Per::Week, "2026-11-29"), "2026-11-23 2026-11-29");
        assert_eq!(days(Per::Month, "2028-02-10"), "2028-02-01 2028-02-29");
    }
}
