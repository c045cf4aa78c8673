//! Figures of rules by their names, and over how long they are looked at.

use serde::{Deserialize, Serialize};

use crate::language::{Message, say};

const HOUR_MS: i64 = 3_600_000;

/// How long a figure is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// The last hours.
    Hours(i64),
    /// The last whole days.
    Days(i64),
}

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Conversations opened.
    Conversations,
    /// Of them those that became leads.
    Leads,
    /// Of them those that became purchases.
    Purchases,
    /// Answered of those that wrote.
    ReplyRate,
    /// Minutes until the first answer.
    MedianFirstResponse,
    /// What ads cost.
    Spend,
    /// Of a conversation.
    CostPerConversation,
    /// Of a lead.
    CostPerLead,
    /// Of a purchase.
    CostPerPurchase,
    /// What conversions were worth.
    Value,
    /// Return on ad spend.
    Roas,
}

impl Figure {
    /// All of them, by name.
    pub const ALL: [(&'static str, Self); 11] = [
        ("conversations", Self::Conversations),
        ("leads", Self::Leads),
        ("purchases", Self::Purchases),
        ("reply_rate", Self::ReplyRate),
        ("median_first_response", Self::MedianFirstResponse),
        ("spend", Self::Spend),
        ("cost_per_conversation", Self::CostPerConversation),
        ("cost_per_lead", Self::CostPerLead),
        ("cost_per_purchase", Self::CostPerPurchase),
        ("value", Self::Value),
        ("roas", Self::Roas),
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, figure)| *figure == self).map_or("", |(name, _)| name)
    }

    /// Whether it is a count, of which a usual band can be told.
    pub(crate) fn is_count(self) -> bool {
        matches!(self, Self::Conversations | Self::Leads | Self::Purchases)
    }

    /// Whether it is made of what ads cost, which is known by whole days.
    pub(crate) fn is_of_ads(self) -> bool {
        !self.is_count() && !matches!(self, Self::ReplyRate | Self::MedianFirstResponse)
    }
}

impl Over {
    /// Reads `6h` or `7d`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let number = number.parse().ok().filter(|number| (1..=366).contains(number))?;
        match unit {
            "h" => Some(Self::Hours(number)),
            "d" => Some(Self::Days(number)),
            _ => None,
        }
    }

    /// A time that is written, in words.
    pub(crate) fn told(written: &str) -> Message {
        match Self::parse(written) {
            Some(Self::Hours(count)) => say("alert-over-hours").with("count", count.unsigned_abs()),
            Some(Self::Days(count)) => say("alert-over-days").with("count", count.unsigned_abs()),
            None => say("alert-over-other").with("time", written),
        }
    }

    /// How long an incident of it may rest before it is over, milliseconds.
    pub(crate) fn calm_ms(self) -> i64 {
        match self {
            Self::Hours(_) => HOUR_MS,
            // A whole day is what it is: what is not found any more is over.
            Self::Days(_) => 0,
        }
    }
}
