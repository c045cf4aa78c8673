//! What ads cost, a day at a time.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An ad's figures of one day of its account, in one currency, of one placement if it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdDay {
    /// The day, in the ad account's time zone.
    pub date: Date,
    /// The ad account's digits; empty if unknown.
    pub account_id: String,
    /// The ad.
    pub ad_id: String,
    /// Its name; may be empty.
    pub ad_name: String,
    /// Its ad set; may be empty.
    pub adset_id: String,
    /// Name of its ad set; may be empty.
    pub adset_name: String,
    /// Its campaign; may be empty.
    pub campaign_id: String,
    /// Name of its campaign; may be empty.
    pub campaign_name: String,
    /// Where it was shown, such as `facebook`; may be empty.
    pub platform: String,
    /// Where in it, such as `feed`; may be empty.
    pub position: String,
    /// How often it was shown; `None` if unknown.
    pub impressions: Option<u64>,
    /// Link clicks; `None` if unknown.
    pub clicks: Option<u64>,
    /// What it cost.
    pub spend: Decimal,
    /// ISO 4217.
    pub currency: String,
    /// Meta's `onsite_conversion.messaging_conversation_started_7d`; `None` if unknown.
    pub conversations_started: Option<u64>,
    /// Meta's `onsite_conversion.messaging_first_reply`; `None` if unknown.
    pub first_replies: Option<u64>,
}

impl AdDay {
    /// A day of an ad of which nothing more is known.
    #[must_use]
    pub fn new(date: Date, ad_id: &str) -> Self {
        Self {
            date,
            account_id: String::new(),
            ad_id: ad_id.to_owned(),
            ad_name: String::new(),
            adset_id: String::new(),
            adset_name: String::new(),
            campaign_id: String::new(),
            campaign_name: String::new(),
            platform: String::new(),
            position: String::new(),
            impressions: None,
            clicks: None,
            spend: Decimal::ZERO,
            currency: String::new(),
            conversations_started: None,
            first_replies: None,
        }
    }

    /// Its placement: platform and position; empty if unknown.
    #[must_use]
    pub fn placement(&self) -> String {
        match (self.platform.as_str(), self.position.as_str()) {
            ("", position) => position.to_owned(),
            (platform, "") => platform.to_owned(),
            (platform, position) => format!("{platform} {position}"),
        }
    }

    /// Adds the figures of another row of the same ad and day.
    pub fn add(&mut self, other: &Self) {
        add_known(&mut self.impressions, other.impressions);
        add_known(&mut self.clicks, other.clicks);
        self.spend += other.spend;
        add_known(&mut self.conversations_started, other.conversations_started);
        add_known(&mut self.first_replies, other.first_replies);
    }
}

/// Adds a figure that may be unknown: only what is unknown on both sides stays so.
pub fn add_known(sum: &mut Option<u64>, part: Option<u64>) {
    if let Some(part) = part {
        *sum.get_or_insert_default() += part;
    }
}

/// What an ad belongs to, and what that is called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdNames {
    /// Its account; may be empty.
    pub account_id: String,
    /// Its name; may be empty.
    pub ad_name: String,
    /// Its ad set; may be empty.
    pub adset_id: String,
    /// Name of its ad set; may be empty.
    pub adset_name: String,
    /// Its campaign; may be empty.
    pub campaign_id: String,
    /// Name of its campaign; may be empty.
    pub campaign_name: String,
    /// ISO 4217, in which it is paid; may be empty.
    pub currency: String,
}

/// What entered through an ad on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurAdDay {
    /// The ad; empty: first conversations without a referral.
    pub ad_id: String,
    /// The day.
    pub date: Date,
    /// Conversations.
    pub opened: u64,
    /// Those in which the person wrote.
    pub messaged: u64,
    /// Those of them that are the person's first.
    pub first: u64,
    /// Entries by the ad.
    pub touches: u64,
    /// Events that came in more than an hour after their time.
    pub late: u64,
}

/// An ad account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdAccount {
    /// Its digits, without `act_`.
    pub id: String,
    /// Its name; may be empty.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// IANA name of the zone of its days.
    pub time_zone: String,
}
