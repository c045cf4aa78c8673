//! What is still to come of conversations that have not had their whole time.
//!
//! Of a conversation that is younger than the window nobody knows yet whether it converts: its time is right-censored.
//! The share that has converted by an age is therefore one minus the product-limit estimate (E. L. Kaplan and P. Meier,
//! "Nonparametric estimation from incomplete observations", Journal of the American Statistical Association 53, 1958,
//! 457-481), in which every conversation counts for as long as it has been seen. With S for what that leaves, a
//! conversation of the age a that has not converted does so until the end T of the window with the probability
//! 1 - S(T) / S(a).
//!
//! How many of some will is not sure for three reasons, whose variances are added: the curve is estimated (variance by
//! M. Greenwood, "The natural duration of cancer", Reports on Public Health and Medical Subjects 33, 1926, by the delta
//! method on the logarithm of S), conversations are thrown like coins, and days differ. The count is taken as
//! beta-binomial with that mean and variance; its 2.5th and 97.5th percentiles are the interval.

use serde::Serialize;
use utoipa::ToSchema;

use super::dispersion::{DayCount, Dispersion, sum};

/// Fewer conversions tell no curve.
const LEAST_CONVERTED: u64 = 20;
/// Fewer conversations whose whole window is over tell not where it ends.
const LEAST_COMPLETE: u64 = 30;
/// The parts of the distribution beyond the ends of a 95 % interval.
const TAIL: f64 = 0.025;
/// The normal distribution's 97.5th percentile.
const Z: f64 = 1.959_963_984_540_054;
/// With a larger deviation the normal distribution is as good.
const LARGE_DEVIATION: f64 = 1_000.0;

/// What some conversations of which the window is not over come to. All are `None` where the data do not bear it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Outlook {
    /// The part of the conversions that there will be for which the conversations have had time, 0 to 1: of each
    /// conversation, what part of those that convert does so by its age.
    #[schema(required = false)]
    pub matured_share: Option<f64>,
    /// How many will have reached the step when the window of each is over: those that did so far, and those that are
    /// still expected.
    #[schema(required = false)]
    pub expected: Option<f64>,
    /// Lower end of the 95 % interval of that.
    #[schema(required = false)]
    pub low: Option<f64>,
    /// Upper end.
    #[schema(required = false)]
    pub high: Option<f64>,
}

/// Conversations of one age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgedCount {
    /// Milliseconds since they were opened.
    pub age: i64,
    /// How many they are.
    pub of: u64,
    /// How many of them have converted.
    pub reached: u64,
}

/// How much the log odds of days differ: then what is to come of a day's conversations differs with them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DaySpread {
    /// Variance of the log odds.
    pub variance: f64,
    /// Days by which the curve is known.
    pub days: f64,
}

impl DaySpread {
    /// By days whose window is over; `None` if there are too few.
    #[must_use]
    pub fn of(days: &[DayCount]) -> Option<Self> {
        let differ = Dispersion::within(&[days.to_vec()])?;
        let (reached, of) = sum(days);
        let share = float(reached) / float(of.max(1));
        // The variance of a share by day is that of its log odds times the square of p (1 - p).
        let coin = share * (1.0 - share);
        let variance = if coin > 0.0 { differ.correlation / coin } else { 0.0 };
        let days = days.iter().filter(|(_, of)| *of > 0).count();
        Some(Self { variance, days: float(days as u64) })
    }
}

/// What share of conversations has converted by which age.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversionCurve {
    window: i64,
    /// In the order of ages.
    points: Vec<Point>,
    converted: u64,
    complete: u64,
    /// Those that have been seen until the end of the window and have not converted.
    left: u64,
}

/// An age at which conversations converted.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    age: i64,
    /// The share that has not converted behind it.
    open: f64,
    /// Greenwood's sum up to it.
    variance: f64,
}

impl ConversionCurve {
    /// Of how many converted at which age, and of conversations by the age they have by now (both in milliseconds).
    /// What happens behind `window` is not looked at.
    #[must_use]
    pub fn new(converted: &[(i64, u64)], seen: &[AgedCount], window: i64) -> Self {
        let mut events: Vec<(i64, u64)> =
            converted.iter().copied().filter(|(age, count)| *age <= window && *count > 0).collect();
        events.sort_unstable();
        events.dedup_by(|next, first| {
            let is_same = next.0 == first.0;
            first.1 += if is_same { next.1 } else { 0 };
            is_same
        });
        let mut still: Vec<(i64, u64)> = seen
            .iter()
            .map(|count| (count.age.min(window), count.of.saturating_sub(count.reached)))
            .collect();
        still.sort_unstable();
        let all: u64 = events.iter().chain(&still).map(|(_, count)| count).sum();
        let (mut at_risk, mut censored) = (all, still.iter().peekable());
        let (mut open, mut variance) = (1.0, 0.0);
        let mut points = Vec::with_capacity(events.len());
        for (age, count) in &events {
            // Who is seen up to this age is at risk at it.
            while let Some((_, gone)) = censored.next_if(|(seen, _)| seen < age) {
                at_risk -= gone;
            }
            let rest = at_risk - count;
            open *= float(rest) / float(at_risk);
            if rest > 0 {
                variance += float(*count) / (float(at_risk) * float(rest));
            }
            points.push(Point { age: *age, open, variance });
            at_risk = rest;
        }
        let is_complete = |count: &&AgedCount| count.age >= window;
        Self {
            window,
            points,
            converted: events.iter().map(|(_, count)| count).sum(),
            complete: seen.iter().filter(is_complete).map(|count| count.of).sum(),
            left: still.iter().filter(|(age, _)| *age >= window).map(|(_, count)| count).sum(),
        }
    }

    fn at(&self, age: i64) -> Point {
        let behind = self.points.partition_point(|point| point.age <= age);
        let begin = Point { age: 0, open: 1.0, variance: 0.0 };
        behind.checked_sub(1).map_or(begin, |place| self.points[place])
    }

    /// The share that has converted by an age, 0 to 1.
    #[must_use]
    pub fn share(&self, age: i64) -> f64 {
        1.0 - self.at(age.min(self.window)).open
    }

    /// The standard error of [`share`](Self::share), by Greenwood's formula.
    #[must_use]
    pub fn standard_error(&self, age: i64) -> f64 {
        let point = self.at(age.min(self.window));
        point.open * point.variance.sqrt()
    }

    /// Whether it tells how much sooner some convert than others, up to the age that has been seen: 20 conversions.
    #[must_use]
    pub fn tells_times(&self) -> bool {
        self.converted >= LEAST_CONVERTED
    }

    /// Whether it is known well enough to expect anything by it: 20 conversions, and 30 conversations whose window is
    /// over.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.converted >= LEAST_CONVERTED && self.complete >= LEAST_COMPLETE
    }

    /// What conversations come to, day by day of opening.
    #[must_use]
    pub fn outlook(&self, days: &[Vec<AgedCount>], spread: DaySpread) -> Outlook {
        let conversations = &days.concat();
        let reached: u64 = conversations.iter().map(|count| count.reached).sum();
        let of: u64 = conversations.iter().map(|count| count.of).sum();
        let done = float(reached);
        if conversations.iter().all(|count| count.of == 0 || count.age >= self.window) {
            let [expected, low, high] = [Some(done); 3];
            return Outlook { matured_share: (of > 0).then_some(1.0), expected, low, high };
        }
        let end = self.at(self.window);
        if !self.is_known() || end.open >= 1.0 {
            return Outlook::default();
        }
        let mature: f64 =
            conversations.iter().map(|count| float(count.of) * self.share(count.age)).sum();
        let matured_share = Some((mature / (float(of) * (1.0 - end.open))).min(1.0));
        let mut coming = self.coming(conversations);
        let thrown = days.iter().map(|day| self.coming(day).variance[0].powi(2)).sum::<f64>();
        coming.variance[2] =
            spread.variance * (thrown + coming.variance[0].powi(2) / spread.days.max(1.0));
        let (low, high) = coming.interval();
        Outlook {
            matured_share,
            expected: Some(done + coming.mean),
            low: Some(done + low),
            high: Some(done + high),
        }
    }

    /// How many of them are still to come, but for days that differ.
    pub(super) fn coming(&self, conversations: &[AgedCount]) -> Coming {
        let end = self.at(self.window);
        let mut coming = Coming { mean: 0.0, variance: [0.0; 3], most: 0 };
        let mut young: Vec<(i64, u64)> = conversations
            .iter()
            .filter(|count| count.age < self.window)
            .map(|count| (count.age, count.of.saturating_sub(count.reached)))
            .collect();
        young.sort_unstable();
        // The variance of the curve between two ages is that of all who are younger than the first, together.
        let (mut staying, mut before) = (0.0, 0.0);
        for (age, count) in young {
            let point = self.at(age);
            let stays = if point.open > 0.0 { end.open / point.open } else { 1.0 };
            coming.mean += float(count) * (1.0 - stays);
            coming.variance[0] += float(count) * stays * (1.0 - stays);
            coming.most += count;
            coming.variance[1] += staying * staying * (point.variance - before);
            (staying, before) = (staying + float(count) * stays, point.variance);
        }
        // Where no conversion was seen none is impossible: as though one more came at the end.
        let one_more = 1.0 / float(self.left.max(1)).powi(2);
        coming.variance[1] += staying * staying * (end.variance - before + one_more);
        coming
    }
}

/// How many are still to come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coming {
    pub mean: f64,
    /// By chance, because the curve is estimated, and because days differ.
    pub variance: [f64; 3],
    pub most: u64,
}

impl Coming {
    /// What 95 % of the counts that come lie between, and the mean between them: whole numbers.
    pub(super) fn interval(&self) -> (f64, f64) {
        let (low, high) = self.percentiles();
        // The mean of a few that hardly come lies above the count that nearly always comes.
        (low.floor().min(self.mean.floor()), high.ceil().max(self.mean.ceil()))
    }

    fn percentiles(&self) -> (f64, f64) {
        let most = float(self.most);
        let (mean, variance) = (self.mean, self.variance.iter().sum::<f64>());
        if self.most == 0 || variance <= 0.0 {
            return (mean, mean);
        }
        let deviation = variance.sqrt();
        if mean <= 0.0 || mean >= most || deviation > LARGE_DEVIATION {
            return ((mean - Z * deviation).max(0.0), (mean + Z * deviation).min(most));
        }
        let part = mean / most;
        let thrown = mean * (1.0 - part);
        let correlation =
            if self.most > 1 { (variance / thrown - 1.0) / (most - 1.0) } else { 0.0 };
        percentiles(self.most, part, correlation.clamp(0.0, 0.999))
    }
}

/// The 2.5th and 97.5th percentile of a beta-binomial count of `most` with a share and a correlation; without a
/// correlation it is binomial. Terms are computed from the mean to both sides, each from its neighbour.
fn percentiles(most: u64, part: f64, correlation: f64) -> (f64, f64) {
    const NEGLIGIBLE: f64 = 1e-12;
    let all = float(most);
    // The term of one more, beside that of `count`.
    let ratio = |count: u64| {
        let count = float(count);
        let places = (all - count) / (count + 1.0);
        if correlation < 1e-12 {
            return places * part / (1.0 - part);
        }
        let weight = 1.0 / correlation - 1.0;
        places * (count + part * weight) / (all - count - 1.0 + (1.0 - part) * weight)
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let middle = (part * all).floor() as u64;
    let mut below = vec![1.0];
    let (mut sum, mut first) = (1.0, middle);
    while first > 0 && below[below.len() - 1] > NEGLIGIBLE * sum {
        first -= 1;
        below.push(below[below.len() - 1] / ratio(first));
        sum += below[below.len() - 1];
    }
    let mut terms: Vec<f64> = below.into_iter().rev().collect();
    let mut last = middle;
    while last < most && terms[terms.len() - 1] > NEGLIGIBLE * sum {
        terms.push(terms[terms.len() - 1] * ratio(last));
        sum += terms[terms.len() - 1];
        last += 1;
    }
    let percentile = |part: f64| {
        let mut up_to = 0.0;
        let place = terms.iter().position(|term| {
            up_to += term;
            up_to >= part * sum
        });
        float(first + place.unwrap_or(terms.len() - 1) as u64)
    };
    (percentile(TAIL), percentile(1.0 - TAIL))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}
