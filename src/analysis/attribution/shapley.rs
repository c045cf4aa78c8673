//! Shapley values.
//!
//! The channels are players; a coalition S is worth the conversions of all journeys whose set of
//! channels lies within S: v(S) = sum of R(T) over the observed sets T ⊆ S (Zhao, Mahboobi and
//! Bagheri, "Shapley Value Methods for Attribution Modeling in Online Advertising", 2018,
//! arXiv:1804.05327). v is a sum of unanimity games, one for each observed set, and in the game of
//! T the Shapley value is R(T) / |T| for each member (Shapley 1953). The sum over the observed sets
//! is thus the exact value, for any number of channels: no coalition has to be enumerated, and
//! nothing to be sampled.

use super::credits::Credits;
use super::journeys::Journeys;

/// Each distinct channel of a path earns the same.
pub(super) fn shapley(journeys: &Journeys) -> Credits {
    Credits::by_path(journeys, |path, _, give| {
        let is_new = |position: usize| {
            let channel = path[position].channel();
            path[..position].iter().all(|earlier| earlier.channel() != channel)
        };
        if path.len() <= SHORT {
            let mut members = [0; SHORT];
            let mut count = 0;
            for position in (0..path.len()).filter(|position| is_new(*position)) {
                members[count] = position;
                count += 1;
            }
            share_equally(&members[..count], give);
        } else {
            // Longer paths: by their sorted channels, not by comparing all pairs.
            let mut order: Vec<usize> = (0..path.len()).collect();
            order.sort_unstable_by_key(|position| path[*position].channel());
            order.dedup_by_key(|position| path[*position].channel());
            share_equally(&order, give);
        }
    })
}

/// Paths up to this length are looked through without memory of their own.
const SHORT: usize = 16;

#[expect(clippy::cast_precision_loss, reason = "paths are far shorter than 2^52")]
fn share_equally(members: &[usize], give: &mut dyn FnMut(usize, f64)) {
    let share = 1.0 / members.len() as f64;
    for position in members {
        give(*position, share);
    }
}
