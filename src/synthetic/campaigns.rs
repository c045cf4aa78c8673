//! What the team of the synthetic trade has set up: registered links, and spend of its ads.

use jiff::Span;
use jiff::civil::Date;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

use super::world::World;
use crate::domain::{AdDay, Link, Source};

/// The ad account.
const ACCOUNT: &str = "2100000000000001";
/// People of all entry points together come in such shares.
const WHOLE: u64 = 1000;

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

/// What the ads of the traffic cost: `people` in all, from one day through another.
#[must_use]
pub fn spend(seed: u64, people: u64, first: Date, last: Date) -> Vec<AdDay> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let world = World::new();
    let ads: Vec<_> =
        world.entry_points().filter(|entry_point| entry_point.source == Source::Ad).collect();
    let days: Vec<Date> =
        first.series(Span::new().days(1)).take_while(|date| *date <= last).collect();
    let mut all = Vec::new();
    for date in &days {
        for ad in &ads {
            let a_day = people * u64::from(ad.weight()) / WHOLE / days.len().max(1) as u64;
            // Not everybody who clicks opens the thread.
            let clicks = a_day + random.random_range(0..=a_day / 2 + 1);
            let impressions = clicks * random.random_range(45..90);
            let cents = clicks * random.random_range(25..48);
            // Most of it in the feed; what is rounded away there is in the stories.
            for (platform, position, share) in [("facebook", "feed", 7), ("instagram", "story", 3)]
            {
                let part = |whole: u64| {
                    let feed = whole * 7 / 10;
                    if share == 7 { feed } else { whole - feed }
                };
                let clicks = part(clicks);
                let started = part(a_day) * random.random_range(80..95) / 100;
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
                    clicks: Some(clicks),
                    spend: Decimal::from(part(cents)) / Decimal::ONE_HUNDRED,
                    currency: "EUR".to_owned(),
                    conversations_started: Some(started),
                    first_replies: Some(started * 9 / 10),
                    ..AdDay::new(*date, ad.ad_id)
                });
            }
        }
    }
    all
}
