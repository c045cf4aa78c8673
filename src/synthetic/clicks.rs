//! Who followed the tracked links: those who came by them, some who never wrote, and programs that made a preview.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Truth, links};
use crate::domain::{ClickId, LinkVisit, Timestamp};

/// People who come to a thread do so within half a minute of the click.
const ON_THE_WAY_MS: i64 = 30_000;
/// Of a hundred clicks so many more never led to a thread, and so many programs came.
const LOST: u32 = 22;
const PREVIEWS: u32 = 15;
/// Numbers of visits by which nobody came: those of clicks are lower.
const OTHERS: u128 = 1 << 70;

/// Visits to the tracked links of some traffic.
#[must_use]
pub fn link_visits(truth: &Truth) -> Vec<LinkVisit> {
    let mut random = ChaCha8Rng::seed_from_u64(truth.seed);
    let links = links();
    let mut all = Vec::new();
    for (time, referral_ref, number) in &truth.clicks {
        let Some(link) = links.iter().find(|link| link.referral_ref == *referral_ref) else {
            continue;
        };
        let mut visit = |number: u128, is_of_person: bool, before: i64| {
            all.push(LinkVisit {
                id: ClickId::from_random(number),
                slug: link.slug.clone(),
                page_id: link.page_id.clone(),
                referral_ref: link.referral_ref.clone(),
                is_of_person,
                time: Timestamp(time - before),
            });
        };
        let number = u128::from(*number);
        visit(number, true, random.random_range(2_000..ON_THE_WAY_MS));
        if random.random_range(0..100) < LOST {
            visit(OTHERS + 2 * number, true, random.random_range(0..3_600_000));
        }
        if random.random_range(0..100) < PREVIEWS {
            visit(OTHERS + 2 * number + 1, false, random.random_range(0..3_600_000));
        }
    }
    all
}
