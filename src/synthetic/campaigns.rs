//! What the team of the synthetic trade has set up: registered links, and spend of its ads.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

use super::world::World;
use super::{Plan, Truth, story};
use crate::domain::{AdDay, Link};

/// The ad account.
const ACCOUNT: &str = "2100000000000001";

/// What the Pages and the account of the traffic are called; the number is called what people dial.
pub const PAGE_NAMES: [(&str, &str); 3] = [
    ("104857600000001", "Bakery, Market Square"),
    ("104857600000002", "Bakery, Station Road"),
    ("17841400000000001", "the.bakery"),
];

/// The registered links: those whose refs the traffic holds.
#[must_use]
pub fn links() -> Vec<Link> {
    let link = |slug: &str, referral_ref: &str, campaign: &str, medium: &str, cost: i64| Link {
        referral_ref: referral_ref.to_owned(),
        campaign: campaign.to_owned(),
        medium: medium.to_owned(),
        owner: "shop".to_owned(),
        cost: (cost > 0).then(|| Decimal::from(cost)),
        currency: if cost > 0 { "EUR".to_owned() } else { String::new() },
        is_printed: cost > 0,
        ..Link::new(slug, "bakery")
    };
    vec![
        link("footer", "site_footer", "Website", "footer", 0),
        link("hotel", "partner-hotel", "Partners", "room card", 0),
        link("counter", "counter_card", "Shop", "counter card", 120),
        link("box", "cake_box", "Shop", "cake box", 340),
    ]
}

/// What the ads of some traffic cost, by what the books say that they brought: each day of the period in a time zone.
#[must_use]
pub fn spend(plan: Plan, truth: &Truth, zone: &TimeZone) -> Vec<AdDay> {
    let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
    let world = World::new();
    let mut opened: BTreeMap<(Date, &str), u64> = BTreeMap::new();
    for ((ad, hour), count) in &truth.by_ad_and_hour {
        let instant = jiff::Timestamp::from_second(hour * 3_600).unwrap_or_default();
        *opened.entry((zone.to_datetime(instant).date(), ad)).or_default() += count;
    }
    let mut all = Vec::new();
    for ((date, ad_id), conversations) in opened {
        let Some(ad) = world.entry_points().find(|one| one.ad_id == ad_id) else { continue };
        let noon = date.at(12, 0, 0, 0);
        let noon = zone.to_ambiguous_zoned_datetime(noon).compatible();
        let noon = noon.map_or(0, |noon| noon.timestamp().as_millisecond());
        // Not everybody who clicks opens the thread, and Meta counts some conversations on another day.
        let clicks = conversations + random.random_range(0..=conversations / 3 + 1);
        let impressions = clicks * random.random_range(55..80);
        let cents = clicks * random.random_range(30..40);
        let started = conversations * random.random_range(94..=100) / 100;
        let price = story::price(plan, ad_id, noon);
        // Most of it in the feed; what is rounded away there is in the stories.
        for (platform, position, is_feed) in
            [("facebook", "feed", true), ("instagram", "story", false)]
        {
            let part = |whole: u64| {
                let feed = whole * 7 / 10;
                if is_feed { feed } else { whole - feed }
            };
            let cost = Decimal::from(part(cents)) / Decimal::ONE_HUNDRED;
            let cost = cost * Decimal::from_f64_retain(price).unwrap_or(Decimal::ONE);
            all.push(AdDay {
                ad_name: ad.ad_title.to_owned(),
                account_id: ACCOUNT.to_owned(),
                adset_id: format!("{}8", &ad.ad_id[..16]),
                adset_name: format!("Town {}", &ad.ad_id[14..16]),
                campaign_id: "120211234567890001".to_owned(),
                campaign_name: "Autumn".to_owned(),
                platform: platform.to_owned(),
                position: position.to_owned(),
                impressions: Some(part(impressions)),
                clicks: Some(part(clicks)),
                spend: cost.round_dp(2),
                currency: "EUR".to_owned(),
                conversations_started: Some(part(started)),
                first_replies: Some(part(started) * 9 / 10),
                ..AdDay::new(date, ad.ad_id)
            });
        }
    }
    all
}
