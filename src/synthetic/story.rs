//! What happens over months in the small trade: a season, a campaign that begins, a code that is printed, and an ad
//! that people tire of. Without a story every day is like the others.

use super::world::{Chances, EntryPoint};
use super::{Plan, variation};
use crate::domain::DAY_MS;

/// Days from one height of the season to the next.
const SEASON_DAYS: f64 = 56.0;
/// The part of the traffic that the season takes away at its lowest.
const SEASON: f64 = 0.35;
/// Entry points that begin within the period: by ad or ref, and after which part of it.
const BEGINS: [(&str, f64); 2] = [("120211234567890301", 0.62), ("cake_box", 0.45)];
/// The ad that people tire of, and what is left in the end of those who write and who leave their number.
const TIRES: (&str, f64, f64) = ("120211234567890201", 0.7, 0.35);

/// How much of the usual traffic there is at an instant: 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "instants are far below 2^52")]
pub(super) fn season(plan: Plan, time: i64) -> f64 {
    if !plan.has_story {
        return 1.0;
    }
    let days = (plan.to.0 - time) as f64 / DAY_MS as f64;
    let height = (days / SEASON_DAYS * std::f64::consts::TAU).cos();
    1.0 - SEASON * (1.0 - height) / 2.0
}

/// Whether people can come through an entry point at an instant.
pub(super) fn is_there(plan: Plan, entry_point: &EntryPoint, time: i64) -> bool {
    let own = [entry_point.ad_id, entry_point.referral_ref];
    let begins = BEGINS.iter().find(|(id, _)| own.contains(id));
    !plan.has_story || begins.is_none_or(|(_, begins)| progress(plan, time) >= *begins)
}

/// How people go on behind an entry point at an instant.
pub(super) fn chances(plan: Plan, entry_point: &EntryPoint, time: i64) -> Chances {
    let usual = variation::chances(plan, time, entry_point.chances);
    let (ad, writes, leads) = TIRES;
    if !plan.has_story || entry_point.ad_id != ad {
        return usual;
    }
    let left = |usual: u32, end: f64| {
        let part = 1.0 - (1.0 - end) * progress(plan, time);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 100")]
        let left = (f64::from(usual) * part).round() as u32;
        left
    };
    Chances { writes: left(usual.writes, writes), leads: left(usual.leads, leads), ..usual }
}

/// The part of the period that is over at an instant.
#[expect(clippy::cast_precision_loss, reason = "instants are far below 2^52")]
fn progress(plan: Plan, time: i64) -> f64 {
    let length = (plan.to.0 - plan.from.0).max(1) as f64;
    ((time - plan.from.0) as f64 / length).clamp(0.0, 1.0)
}

/// How many times as much a click on an ad costs at an instant as usually: people who have seen it often click less.
pub(super) fn price(plan: Plan, ad: &str, time: i64) -> f64 {
    if plan.has_story && ad == TIRES.0 { 1.0 + 0.6 * progress(plan, time) } else { 1.0 }
}
