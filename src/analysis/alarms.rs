//! When the default alert rules sound: pure decisions over counts, so that how often they are wrong can be measured.
//!
//! The thresholds are those of `docs/reference/statistics.md`, "Alerts"; BENCHMARKS.md has what was measured.

use jiff::tz::TimeZone;

use super::refs::Silence;
use super::usual::{Slots, Usual, root, usual, usual_if};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Windows in which nothing came.
const STOPPED_FOR: [i64; 7] =
    [15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 8 * HOUR_MS, 24 * HOUR_MS];
/// Windows that are held against their usual band.
const UNUSUAL_OVER: [i64; 2] = [HOUR_MS, 6 * HOUR_MS];
/// Natural logarithm of the probability below which nothing at all is no chance: one in 15,000.
const NOTHING: f64 = -9.6;
/// Standard deviations outside of which a count is unusual.
pub const DEVIATIONS: f64 = 4.0;
/// What changes by less is no alert, however sure it is.
const LEAST_RATIO: f64 = 2.0;
/// Silences of entry points that chance may make in four weeks, of all of them together.
const SILENCES_BY_CHANCE: f64 = 0.02;
/// An ad has spent what this many conversations usually cost, and none came.
pub const CONVERSATIONS_MISSED: f64 = 20.0;
/// A cost has jumped if it is so many times what it was, and so many standard deviations from it.
pub const COST_RATIO: f64 = 1.5;
const COST_DEVIATIONS: f64 = 4.5;

/// For how long nothing has come where that is no chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stopped {
    /// Milliseconds for which nothing has come, at least.
    pub length: i64,
    /// What was to be expected in them.
    pub expected: f64,
}

/// A window that is outside of its usual band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unusual {
    /// How long it is, milliseconds.
    pub length: i64,
    /// It, and what is usual.
    pub usual: Usual,
}

/// What a day's ads cost, and how many came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CostDay {
    /// In one currency.
    pub spend: f64,
    /// Conversations of these ads.
    pub conversations: u64,
}

/// A cost that has jumped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostJump {
    /// Of a conversation, in the last days.
    pub cost: f64,
    /// In the days before them.
    pub before: f64,
}

/// Whether webhooks have stopped until `to`: of the windows in which nothing came the longest that chance does not explain.
#[must_use]
pub fn stopped(slots: &Slots, to: i64, zone: &TimeZone) -> Option<Stopped> {
    STOPPED_FOR.into_iter().rev().find_map(|length| {
        // Most often something has come: nothing else has to be looked at then.
        if slots.sum(to - length, to)? > 0.0 {
            return None;
        }
        let found = usual(slots, to, length, zone)?;
        let is_stopped = found.log_probability_of_nothing() < NOTHING;
        is_stopped.then_some(Stopped { length, expected: found.expected })
    })
}

/// Whether a count until `to` is outside of its usual band, and less than half or more than twice what is usual; the
/// shortest window of which that is so.
#[must_use]
pub fn unusual(slots: &Slots, to: i64, zone: &TimeZone) -> Option<Unusual> {
    UNUSUAL_OVER.into_iter().find_map(|length| {
        // No counts scatter less than dice.
        let is_far = |count: f64, expected: f64| {
            let is_far = count * LEAST_RATIO <= expected || count >= expected * LEAST_RATIO;
            is_far && 2.0 * (root(count) - root(expected)).abs() >= DEVIATIONS
        };
        let usual = usual_if(slots, to, length, zone, is_far)?;
        (usual.score().abs() >= DEVIATIONS).then_some(Unusual { length, usual })
    })
}

/// Whether a silence of an entry point is worth an alert: many entry points have many waits, the longest of which is long.
/// `waits` are the hours of all entry points in which somebody came, within four weeks.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn is_long_silence(silence: &Silence, waits: u64) -> bool {
    silence.probability * waits as f64 <= SILENCES_BY_CHANCE
}

/// What an ad has cost in conversations that did not come: of `spend` at the usual `cost` of one; nothing if some came, or
/// if chance may explain it.
#[must_use]
pub fn conversations_missed(spend: f64, conversations: u64, cost: f64) -> Option<f64> {
    let missed = spend / cost;
    (conversations == 0 && cost > 0.0 && missed >= CONVERSATIONS_MISSED).then_some(missed)
}

/// Whether the cost of a conversation in the `recent` days is far above that of the days `before`: fewer came of what was
/// spent than days that differ as these do explain.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn cost_jump(before: &[CostDay], recent: &[CostDay]) -> Option<CostJump> {
    let sums = |days: &[CostDay]| {
        days.iter().fold((0.0, 0.0), |(spend, count), day| {
            (spend + day.spend, count + day.conversations as f64)
        })
    };
    let ((spend_before, count_before), (spend, count)) = (sums(before), sums(recent));
    let paid = before.iter().filter(|day| day.spend > 0.0).count();
    if paid < 10 || count_before < 30.0 || spend <= 0.0 {
        return None;
    }
    let rate = count_before / spend_before;
    let expected = rate * spend;
    // Days scatter by more than dice: variance `m + b m^2`, by the method of moments.
    let (over, squares) = before.iter().fold((0.0, 0.0), |(over, squares), day| {
        let mean = rate * day.spend;
        (over + (day.conversations as f64 - mean).powi(2) - mean, squares + mean * mean)
    });
    let variation = (over / squares).max(0.0);
    let days = recent.iter().filter(|day| day.spend > 0.0).count().max(1) as f64;
    // The recent days scatter each for itself; what is usual is itself uncertain.
    let relative = variation / days + variation / paid as f64;
    let scale = (1.0 + expected / count_before + relative * expected).sqrt();
    let score = 2.0 * ((count + 0.375).sqrt() - (expected + 0.375).sqrt()) / scale;
    let (cost, cost_before) = (spend / count.max(0.5), 1.0 / rate);
    let is_jump = score <= -COST_DEVIATIONS && cost >= cost_before * COST_RATIO;
    is_jump.then_some(CostJump { cost, before: cost_before })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(count: usize, spend: f64, conversations: u64) -> Vec<CostDay> {
        vec![CostDay { spend, conversations }; count]
    }

    #[test]
    fn a_cost_jumps_by_half_and_by_more_than_chance() {
        let before = days(28, 100.0, 50);
        let jump = cost_jump(&before, &days(3, 100.0, 25)).unwrap();
        assert!((jump.before - 2.0).abs() < 1e-9 && (jump.cost - 4.0).abs() < 1e-9);
        // Surely dearer, and not by much; by much, and not surely; cheaper.
        assert_eq!(cost_jump(&days(28, 100.0, 5000), &days(3, 100.0, 4000)), None);
        assert_eq!(cost_jump(&days(28, 10.0, 5), &days(3, 10.0, 3)), None);
        assert_eq!(cost_jump(&before, &days(3, 100.0, 100)), None);
        // Days that differ by as much as that anyway.
        let wild: Vec<CostDay> = (0..28)
            .map(|day| CostDay { spend: 100.0, conversations: if day % 2 == 0 { 10 } else { 90 } })
            .collect();
        assert_eq!(cost_jump(&wild, &days(3, 100.0, 25)), None);
        assert_eq!(cost_jump(&days(9, 100.0, 50), &days(3, 100.0, 0)), None);
    }

    #[test]
    fn an_ad_without_conversations_has_to_have_spent_enough() {
        assert_eq!(conversations_missed(40.0, 0, 2.0), Some(20.0));
        assert_eq!(conversations_missed(39.0, 0, 2.0), None);
        assert_eq!(conversations_missed(400.0, 1, 2.0), None);
        assert_eq!(conversations_missed(400.0, 0, 0.0), None);
    }
}
