//! The full funnel, with what each stage cost: from the impression to the purchase, by campaign, ad set,
//! ad, placement, link or source.

mod interval;
mod known;
mod report;
mod sums;

pub use interval::{Drawn, Estimate};
pub use known::KnownDays;
pub use report::{AdsReport, AdsRow, StageCost, UnknownDays, ads};

use std::collections::HashMap;

use polars::frame::DataFrame;
use rust_decimal::Decimal;

use crate::domain::{AdAccount, AdDay, Cost, Links, Period};

/// What rows are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Campaigns of ads.
    Campaign,
    /// Ad sets.
    AdSet,
    /// Ads.
    Ad,
    /// Where ads were shown. A referral names the ad alone, so what came of each is unknown.
    Placement,
    /// Registered links.
    Link,
    /// Doors.
    Source,
}

impl Level {
    /// All levels.
    pub const ALL: [Self; 6] =
        [Self::Campaign, Self::AdSet, Self::Ad, Self::Placement, Self::Link, Self::Source];

    /// Its name in questions and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Campaign => "campaign",
            Self::AdSet => "ad_set",
            Self::Ad => "ad",
            Self::Placement => "placement",
            Self::Link => "link",
            Self::Source => "source",
        }
    }

    /// The level of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }

    /// All names, for messages.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

/// What an ad belongs to.
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

impl AdNames {
    /// What all ads of a row at a level have in common.
    fn at(self, level: Level) -> Self {
        match level {
            Level::Ad => self,
            Level::AdSet => Self { ad_name: String::new(), ..self },
            Level::Campaign => Self {
                account_id: self.account_id,
                campaign_id: self.campaign_id,
                campaign_name: self.campaign_name,
                ..Self::default()
            },
            Level::Placement | Level::Link | Level::Source => Self::default(),
        }
    }
}

/// What links had before a thread was opened, and what they cost without a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkBefore {
    /// Clicks of people.
    pub clicks: u64,
    /// What making it cost, and its currency.
    pub cost: Option<(Decimal, String)>,
}

/// Everything that the report is made of.
#[derive(Debug)]
pub struct AdsData {
    /// The columns of `queries/funnel_counts.sql`, told apart by ad, link, source and day.
    pub counts: DataFrame,
    /// The columns of `queries/purchase_values.sql`.
    pub values: DataFrame,
    /// What ads cost in the period.
    pub spend: Vec<AdDay>,
    /// Of which days that is known.
    pub known: KnownDays,
    /// What ads belong to, by id.
    pub ads: HashMap<String, AdNames>,
    /// Ad accounts.
    pub accounts: Vec<AdAccount>,
    /// Costs that were put down by hand.
    pub costs: Vec<Cost>,
    /// Links by slug.
    pub links: HashMap<String, LinkBefore>,
}

impl LinkBefore {
    /// Of a link and its visits.
    #[must_use]
    pub fn of(links: &Links, visits: impl Fn(&str) -> u64) -> HashMap<String, Self> {
        let before = links.values().map(|link| {
            let cost = link.cost.map(|cost| (cost, link.currency.clone()));
            (link.slug.clone(), Self { clicks: visits(&link.slug), cost })
        });
        before.collect()
    }
}

/// The days of a period.
fn days_of(period: &Period) -> Vec<jiff::civil::Date> {
    period.days().into_iter().map(|(date, _)| date).collect()
}
