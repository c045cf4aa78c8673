//! The full funnel, with what each stage cost: from the impression to the purchase, by campaign, ad set,
//! ad, placement, link or source.

mod interval;
mod known;
mod maturity;
mod messages;
mod openings;
mod picked;
mod report;
mod sums;
mod unfinished;
mod value_curve;

pub use interval::{Drawn, Estimate};
pub use known::KnownDays;
pub use maturity::{Maturity, UnfinishedFrames};
pub use messages::MessagePrices;
pub use picked::{Paid, beside_others, daily_spread, surely_differ};
pub use report::{AdsReport, AdsRow, StageCost, UnknownDays, ads};

use std::collections::HashMap;

use polars_core::frame::DataFrame;
use rust_decimal::Decimal;

use crate::domain::{AdAccount, AdDay, AdNames, Cost, Links};

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
    /// Entry points.
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

/// What all ads of a row at a level have in common.
fn in_common(names: AdNames, level: Level) -> AdNames {
    match level {
        Level::Ad => names,
        Level::AdSet => AdNames { ad_name: String::new(), ..names },
        Level::Campaign => AdNames {
            account_id: names.account_id,
            campaign_id: names.campaign_id,
            campaign_name: names.campaign_name,
            ..AdNames::default()
        },
        Level::Placement | Level::Link | Level::Source => AdNames::default(),
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
#[derive(Debug, Clone)]
pub struct AdsData {
    /// The columns of `queries/funnels/funnel_counts.sql`, broken down by ad, link, source and day.
    pub counts: DataFrame,
    /// The columns of `queries/attribution/purchase_values.sql`.
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
    /// The columns of `queries/message_costs/charged_messages.sql`.
    pub charged: DataFrame,
    /// What such messages cost.
    pub prices: MessagePrices,
    /// Whether the time of the conversations is over.
    pub maturity: Maturity,
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
