//! The Pages, ads, links and codes of a small trade: a bakery's two Pages and its Instagram
//! account, with the share of traffic that each entry point has and how far people get behind it.

use rand::{Rng, RngExt};

use crate::domain::Source;

/// A Page or an Instagram account.
#[derive(Debug)]
pub(super) struct Page {
    pub id: &'static str,
    pub is_instagram: bool,
    /// Whether Meta tells no source of its links.
    pub is_european: bool,
    /// Its share of the people.
    weight: u32,
}

/// How people go on behind an entry point: chances out of 100, each of those who came so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chances {
    pub writes: u32,
    pub is_answered: u32,
    pub engages: u32,
    pub leads: u32,
    pub buys: u32,
}

/// An entry point that somebody can come through.
#[derive(Debug)]
pub(super) struct EntryPoint {
    pub source: Source,
    /// Name on the wire.
    pub wire_name: &'static str,
    pub referral_ref: &'static str,
    pub ad_id: &'static str,
    pub ad_title: &'static str,
    /// Whether it is a tracked link, which puts a mark of each click behind its ref.
    pub is_tracked: bool,
    pub chances: Chances,
    /// Its share of the people, of about a thousand.
    weight: u32,
}

#[derive(Debug)]
pub(super) struct World {
    pages: Vec<Page>,
    entry_points: Vec<EntryPoint>,
}

impl World {
    pub(super) fn new() -> Self {
        let page =
            |id, is_instagram, is_european, weight| Page { id, is_instagram, is_european, weight };
        Self {
            pages: vec![
                page("104857600000001", false, false, 5),
                page("104857600000002", false, true, 3),
                page("17841400000000001", true, false, 2),
            ],
            entry_points: entry_points(),
        }
    }

    pub(super) fn page(&self, random: &mut impl Rng) -> &Page {
        pick(&self.pages, |page| page.weight, random)
    }

    pub(super) fn entry_points(&self) -> impl Iterator<Item = &EntryPoint> {
        self.entry_points.iter()
    }

    pub(super) fn entry_point(&self, random: &mut impl Rng) -> &EntryPoint {
        pick(&self.entry_points, |entry_point| entry_point.weight, random)
    }
}

/// Columns: weight, source, wire name, ref, ad, title, chances.
fn entry_points() -> Vec<EntryPoint> {
    let chances = |[writes, is_answered, engages, leads, buys]: [u32; 5]| Chances {
        writes,
        is_answered,
        engages,
        leads,
        buys,
    };
    let ad = |weight, ad_id, referral_ref, ad_title, numbers| EntryPoint {
        source: Source::Ad,
        wire_name: "ADS",
        referral_ref,
        ad_id,
        ad_title,
        is_tracked: false,
        chances: chances(numbers),
        weight,
    };
    let entry_point = |weight, source, wire_name, referral_ref, numbers| EntryPoint {
        source,
        wire_name,
        referral_ref,
        ad_id: "",
        ad_title: "",
        is_tracked: source == Source::Link && !referral_ref.contains('='),
        chances: chances(numbers),
        weight,
    };
    vec![
        ad(
            150,
            "120211234567890101",
            "spring_feed_a",
            "Café au lait, first one free",
            [88, 93, 74, 42, 38],
        ),
        ad(
            120,
            "120211234567890102",
            "spring_feed_b",
            "Birthday cakes in two days",
            [90, 94, 80, 55, 44],
        ),
        ad(95, "120211234567890103", "", "Brötchen \u{2192} your door", [72, 88, 52, 24, 20]),
        ad(60, "120211234567890201", "stories_1", "Win a wedding cake!", [55, 82, 30, 9, 5]),
        ad(70, "120211234567890202", "stories_2", "Gluten-free, really", [84, 90, 70, 47, 40]),
        ad(45, "120211234567890301", "ig_reel", "Watch it rise", [80, 86, 58, 30, 26]),
        entry_point(70, Source::Link, "SHORTLINK", "site_footer", [92, 95, 78, 50, 45]),
        entry_point(
            40,
            Source::Link,
            "SHORTLINK",
            "src=newsletter_medium=email_week=47",
            [94, 95, 82, 60, 52],
        ),
        entry_point(20, Source::Link, "SHORTLINK", "partner-hotel", [90, 90, 66, 36, 33]),
        entry_point(35, Source::Qr, "MESSENGER_CODE", "counter_card", [93, 92, 80, 56, 60]),
        entry_point(15, Source::Qr, "MESSENGER_CODE", "cake_box", [91, 93, 76, 48, 58]),
        entry_point(
            10,
            Source::ChatPlugin,
            "CUSTOMER_CHAT_PLUGIN",
            "shop_widget",
            [86, 90, 64, 33, 30],
        ),
        entry_point(6, Source::Discover, "DISCOVER_TAB", "", [70, 84, 40, 15, 12]),
        entry_point(4, Source::Other, "MARKETPLACE_TILE", "", [76, 85, 50, 20, 18]),
        entry_point(50, Source::Comment, "", "", [89, 96, 60, 28, 22]),
        entry_point(210, Source::Organic, "", "", [97, 91, 65, 26, 34]),
    ]
}

fn pick<'a, T>(all: &'a [T], weight: impl Fn(&T) -> u32, random: &mut impl Rng) -> &'a T {
    let mut left = random.random_range(0..all.iter().map(&weight).sum::<u32>());
    for one in all {
        if left < weight(one) {
            return one;
        }
        left -= weight(one);
    }
    &all[0]
}
