//! What a figure comes to by the end of a period: the pattern of the week, the recent level, and an interval from what days
//! differed from that before.
//!
//! The method is told in `docs/reference/statistics.md`, "Goals".

/// Days of history that are looked at, in whole weeks.
pub const HISTORY_DAYS: usize = 56;
/// With fewer nothing is forecast.
const LEAST_DAYS: usize = 28;
/// Days after which a day counts half for the level.
const HALF_LIFE_DAYS: f64 = 5.0;
/// Days that are drawn together, so that what lasts some days stays together.
const BLOCK: usize = 7;
/// Ways in which the days that are left may go.
const PATHS: usize = 2000;
/// A day counts as no more than so many times what was expected of it.
const MOST_RATIO: f64 = 20.0;
/// The interval holds what happens in 80 of 100 periods.
const LOW: f64 = 0.1;
const HIGH: f64 = 0.9;

/// What a day added to a figure: of a ratio above and below its line, of a sum above it alone.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DayPart {
    /// What is summed, or above the line.
    pub above: f64,
    /// What is below the line; 0 of a sum.
    pub below: f64,
}

/// What a figure comes to by the end of its period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// The mean of what may happen.
    pub expected: f64,
    /// What it is below in 10 of 100 periods.
    pub low: f64,
    /// What it is above in 10 of 100 periods.
    pub high: f64,
}

/// One part of a figure by days: its week, its level, and what each day was of what was expected.
struct Series {
    week: [f64; 7],
    level: f64,
    ratios: Vec<f64>,
}

/// Forecasts a figure of which `so_far` is known, by the days before (`history`, one after the other, the last one the
/// day before the first of the `left` days). `None` if too little is known of them, or of a ratio what is below its line
/// stays nothing.
#[must_use]
pub fn forecast(
    history: &[DayPart],
    so_far: DayPart,
    left: usize,
    is_ratio: bool,
) -> Option<Forecast> {
    let history = &history[history.len().saturating_sub(HISTORY_DAYS)..];
    if left == 0 {
        let value = value(so_far, is_ratio)?;
        return Some(Forecast { expected: value, low: value, high: value });
    }
    // Days before the first one of which anything is known are none.
    let is_known = |day: &DayPart| day.above != 0.0 || day.below != 0.0;
    let known = history.len() - history.iter().position(is_known)?;
    if known < LEAST_DAYS {
        return None;
    }
    let history = &history[history.len() - known..];
    let above = Series::of(history.iter().map(|day| day.above).collect());
    let below = is_ratio.then(|| Series::of(history.iter().map(|day| day.below).collect()));
    let mut random = fastrand::Rng::with_seed(7);
    let mut found: Vec<f64> = Vec::with_capacity(PATHS);
    for _ in 0..PATHS {
        let picks = picks(above.ratios.len(), left, &mut random);
        let end = DayPart {
            above: so_far.above + above.path(&picks, known),
            below: so_far.below + below.as_ref().map_or(0.0, |below| below.path(&picks, known)),
        };
        found.extend(value(end, is_ratio));
    }
    // Of a ratio most ways must lead to one.
    if found.len() * 10 < PATHS * 9 {
        return None;
    }
    found.sort_by(f64::total_cmp);
    let mean = found.iter().sum::<f64>() / count(found.len());
    Some(Forecast { expected: mean, low: quantile(&found, LOW), high: quantile(&found, HIGH) })
}

/// What a figure is of its parts.
fn value(part: DayPart, is_ratio: bool) -> Option<f64> {
    if !is_ratio {
        return Some(part.above);
    }
    (part.below > 0.0).then(|| part.above / part.below)
}

/// Which earlier day each of the days that are left is like: blocks of days that follow each other.
fn picks(known: usize, left: usize, random: &mut fastrand::Rng) -> Vec<usize> {
    let mut picks = Vec::with_capacity(left);
    while picks.len() < left {
        let first = random.usize(0..known);
        let more = BLOCK.min(left - picks.len());
        picks.extend((0..more).map(|step| (first + step) % known));
    }
    picks
}

impl Series {
    fn of(days: Vec<f64>) -> Self {
        let week = week(&days);
        let plain: Vec<f64> =
            days.iter().enumerate().map(|(day, value)| value / week[day % 7]).collect();
        let (begin, rest) = plain.split_at(14.min(plain.len()));
        let mut level = begin.iter().sum::<f64>() / count(begin.len().max(1));
        let step = step();
        let mut ratios = Vec::with_capacity(rest.len());
        for value in rest {
            if level > 0.0 {
                ratios.push((value / level).min(MOST_RATIO));
            }
            level += step * (value - level);
        }
        let mean = ratios.iter().sum::<f64>() / count(ratios.len().max(1));
        if mean > 0.0 {
            for ratio in &mut ratios {
                *ratio /= mean;
            }
        }
        if ratios.is_empty() {
            ratios.push(1.0);
        }
        Self { week, level, ratios }
    }

    /// The sum of the days that are left, if they go like the picked ones: each moves the level, as a day does.
    fn path(&self, picks: &[usize], known: usize) -> f64 {
        let (mut level, mut sum) = (self.level, 0.0);
        let step = step();
        for (day, pick) in picks.iter().enumerate() {
            let value = level * self.ratios[pick % self.ratios.len()];
            sum += value * self.week[(known + day) % 7];
            level += step * (value - level);
        }
        sum
    }
}

/// What each day of the week is of its week's mean; with few weeks nearer to one. Days are counted from the first of `days`.
fn week(days: &[f64]) -> [f64; 7] {
    let mut sums = [1.0; 7];
    let mut weeks = 1.0;
    for whole in days.chunks_exact(7) {
        let mean = whole.iter().sum::<f64>() / 7.0;
        if mean > 0.0 {
            weeks += 1.0;
            sums.iter_mut().zip(whole).for_each(|(sum, day)| *sum += day / mean);
        }
    }
    sums.map(|sum| (sum / weeks).max(0.02))
}

/// How far a day moves the level.
fn step() -> f64 {
    1.0 - 0.5_f64.powf(1.0 / HALF_LIFE_DAYS)
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    let place = (share * count(sorted.len() - 1)).round() as usize;
    sorted[place]
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn count(many: usize) -> f64 {
    many as f64
}
