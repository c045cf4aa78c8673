//! The kinds of sentences that claim a difference, each told of one instant of some traffic.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::AddAssign;

use jiff::tz::TimeZone;
use messenger_funnel::analysis::{
    Breakdown, DEFAULT_FUNNEL, DailyVariation, FunnelReport, Funnels, Rhythm, Verdict,
    WeekdayCount, compare_periods, silence,
};
use messenger_funnel::domain::{AgeLimit, Period, Timestamp};
use messenger_funnel::insights::funnel::answer_funnel;
use messenger_funnel::insights::funnel_comparison::period_days;
use messenger_funnel::insights::funnel_correlation::answer_drivers;
use messenger_funnel::insights::funnel_verdicts::answer_verdicts;
use messenger_funnel::insights::query::{Defaults, QueryParams, Question};
use messenger_funnel::store::{ActiveEntryPoint, Store};

pub const DAY: i64 = 86_400_000;

/// What is drawn, and its seed; `make calibrate` for the table in BENCHMARKS.md.
pub fn draws(usual: usize) -> usize {
    std::env::var("MESSENGER_FUNNEL_TEST_PAIRS").map_or(usual, |count| count.parse().unwrap())
}

pub fn seed() -> u64 {
    std::env::var("MESSENGER_FUNNEL_TEST_SEED").map_or(21, |seed| seed.parse().unwrap())
}

/// Traffic, and the first instant of which something is asked.
pub struct Drawn {
    pub store: Store,
    pub defaults: Defaults,
    pub own: Funnels,
    pub begin: i64,
}

impl Drawn {
    fn asked(&self, [from, to]: [i64; 2], by: Option<&str>, now: Timestamp) -> Question {
        let asked = QueryParams {
            from: Some(Timestamp(from).to_rfc3339()),
            to: Some(Timestamp(to).to_rfc3339()),
            by: by.map(str::to_owned),
            step: Some("lead".to_owned()),
            ..QueryParams::default()
        };
        asked.understand(&self.defaults, now).unwrap()
    }
}

/// How many times as large as of independent draws the standard error is: of periods of 1, 4, 7 and 14 days at a hundred
/// instants of 70 days, some 60, 15, 8 and 4 do not overlap.
const OVERLAP: f64 = 1.7;

/// How often something was claimed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Looked {
    claims: f64,
    of: f64,
    /// Lowest and highest share of claims that is right.
    bounds: (f64, f64),
}

impl Looked {
    /// There was nothing to claim: at most 5 % are.
    pub fn wrong(is_claim: bool) -> Self {
        Self::share(f64::from(u8::from(is_claim)))
    }

    /// A part of what was claimed was wrong: on average at most 5 %.
    fn share(claims: f64) -> Self {
        Self { claims, of: 1.0, bounds: (0.0, 0.05) }
    }

    /// A way that is known to claim too often: else the test could not fail.
    pub fn wrong_too_often(is_claim: bool) -> Self {
        Self { bounds: (0.06, 1.0), ..Self::wrong(is_claim) }
    }

    /// Told, whatever it is.
    pub fn told(is_claim: bool) -> Self {
        Self { bounds: (0.0, 1.0), ..Self::wrong(is_claim) }
    }

    /// There was something to claim: at least 80 % are.
    fn right(is_claim: bool) -> Self {
        Self { bounds: (0.8, 1.0), ..Self::wrong(is_claim) }
    }

    /// What is wrong about it, if anything, beyond two and a half standard errors: many are looked at. Periods of one traffic
    /// overlap, so that they tell less than as many draws.
    pub fn problem(&self) -> Option<String> {
        let share = self.claims / self.of;
        let (low, high) = self.bounds;
        let error = |bound: f64| 2.5 * OVERLAP * (bound * (1.0 - bound) / self.of).sqrt();
        let is_fine = share >= low - error(low) && share <= high + error(high);
        (!is_fine).then(|| format!("{self}, which is not between {low} and {high}"))
    }
}

impl AddAssign for Looked {
    fn add_assign(&mut self, other: Self) {
        self.claims += other.claims;
        self.of += other.of;
        self.bounds = other.bounds;
    }
}

impl fmt::Display for Looked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { claims, of, .. } = self;
        write!(formatter, "{claims:.1} of {of} ({:.1} %)", claims * 100.0 / of)
    }
}

/// Rows, tiles, movers and silences: hours and periods do not differ.
pub async fn others(drawn: &Drawn, now: Timestamp, pair: usize) -> Vec<(String, Looked)> {
    let (store, own) = (&drawn.store, &drawn.own);
    let midnight = now.0.div_euclid(DAY) * DAY;
    // By the hour of the opening, on which nothing depends.
    let days = [7, 14][pair % 2];
    let by_hour = drawn.asked([midnight - days * DAY, midnight], Some("hour"), now);
    let verdicts = answer_verdicts(store, own, DEFAULT_FUNNEL, &by_hour).await.unwrap();
    let rows = verdicts.rows.iter().any(Verdict::is_claim);

    let days = [7, 10, 14, 28][pair % 4];
    let mut sides = Vec::new();
    for back in [1, 2] {
        let period = [midnight - back * days * DAY, midnight - (back - 1) * days * DAY];
        let mut question = drawn.asked(period, Some("source,day"), now);
        question.counted_until = Some(AgeLimit::within(DAY));
        sides.push(answer_funnel(store, own, DEFAULT_FUNNEL, &question).await.unwrap());
    }
    let differ = |step: &str, source: Option<&str>, known_by: &str, compared: usize| {
        let [one, other] = [0, 1].map(|side: usize| daily(&sides[side], known_by, None));
        let [now, before] = [0, 1].map(|side: usize| sum(&daily(&sides[side], step, source)));
        DailyVariation::of(&one, &other)
            .is_some_and(|known| known.surely_differ(now, before, compared))
    };
    let tiles = ["opened", "lead", "purchase"].iter().any(|step| differ(step, None, step, 3));
    let sources: BTreeSet<&str> =
        sides[0].breakdown.iter().filter_map(|row| row.value("source")).collect();
    let movers =
        sources.iter().any(|source| differ("opened", Some(source), "opened", sources.len()));

    let live = Period { from: Timestamp(now.0 - 28 * DAY), to: now, zone: TimeZone::UTC };
    let doors = store.active_entry_points(&live).await.unwrap();
    let rhythm = Rhythm::of(&store.touchpoint_hours(&live).await.unwrap());
    let is_silent = |door: &ActiveEntryPoint| {
        let seen = (door.first_seen, door.last_seen, now.0);
        silence((door.touchpoints, door.hours), seen, &rhythm, doors.len()).is_some()
    };
    let silent = doors.iter().any(is_silent);
    [("rows by hour", rows), ("tiles", tiles), ("movers", movers), ("silence", silent)]
        .map(|(what, is_claim)| (what.to_owned(), Looked::wrong(is_claim)))
        .into()
}

fn daily(report: &FunnelReport, step: &str, source: Option<&str>) -> Vec<WeekdayCount> {
    let mut days: BTreeMap<String, u64> = BTreeMap::new();
    let is_its = |row: &&Breakdown| source.is_none() || row.value("source") == source;
    for row in report.breakdown.iter().filter(is_its) {
        let day = row.value("day").unwrap().to_owned();
        *days.entry(day).or_default() += row.count(step).unwrap();
    }
    let weekday = |day: &str| {
        let weekday = day.parse::<jiff::civil::Date>().unwrap().weekday();
        usize::try_from(weekday.to_monday_zero_offset()).unwrap()
    };
    days.iter().map(|(day, count)| (weekday(day), *count)).collect()
}

fn sum(days: &[WeekdayCount]) -> u64 {
    days.iter().map(|(_, count)| count).sum()
}

/// Properties that go with leads: sources and ads truly do, Pages and hours do not. Of what is claimed the false part is
/// held down.
pub async fn drivers(drawn: &Drawn, now: Timestamp, pair: usize) -> Vec<(String, Looked)> {
    // They ask eleven questions by day: a third of the pairs do.
    if !pair.is_multiple_of(3) {
        return Vec::new();
    }
    let days = [7, 14][pair % 2];
    let midnight = now.0.div_euclid(DAY) * DAY;
    let asked = drawn.asked([midnight - days * DAY, midnight], None, now);
    let told = answer_drivers(&drawn.store, &drawn.own, DEFAULT_FUNNEL, &asked).await.unwrap();
    let claimed: Vec<&Verdict> = told.rows.iter().filter(|row| row.is_claim()).collect();
    let is_false = |row: &&&Verdict| ["page", "hour"].iter().any(|name| row.by.contains_key(*name));
    let wrong = claimed.iter().filter(is_false).count();
    let is_found = claimed.iter().any(|row| row.by.contains_key("source"));
    vec![
        ("drivers, false of claimed".to_owned(), {
            Looked::share(wrong as f64 / claimed.len().max(1) as f64)
        }),
        ("drivers, a source is found".to_owned(), Looked::right(is_found)),
    ]
}

/// Whether a true difference of a fifth is found, over ten days, which are about 2,000 conversations.
pub async fn found(
    drawn: &Drawn,
    now: Timestamp,
    pair: usize,
    random: &mut fastrand::Rng,
) -> Vec<(String, Looked)> {
    let question = drawn.asked([now.0 - 10 * DAY, now.0], None, now);
    let known =
        period_days(&drawn.store, &drawn.own, DEFAULT_FUNNEL, &question, None).await.unwrap();
    let is_fewer = pair.is_multiple_of(2);
    let mut told = Vec::new();
    for step in ["engaged", "lead"] {
        let mut changed = known.clone();
        let mut whole = 0;
        for row in &mut changed.own.breakdown {
            let opened = row.count("opened").unwrap();
            let one = row.steps.iter_mut().find(|one| one.name == step).unwrap();
            let count = one.count.unwrap();
            let share = count as f64 / opened.max(1) as f64;
            // Those who reached it do not, with the probability of a fifth; or of the others as many as a fifth do too.
            let after: u64 = if is_fewer {
                (0..count).map(|_| u64::from(random.u8(0..5) > 0)).sum()
            } else {
                let chance = 0.2 * share / (1.0 - share).max(1e-9);
                count + (count..opened).map(|_| u64::from(random.f64() < chance)).sum::<u64>()
            };
            one.count = Some(after);
            whole += after;
        }
        let one = changed.own.steps.iter_mut().find(|one| one.name == step).unwrap();
        one.count = Some(whole);
        let verdict = compare_periods(&changed.own, &changed, step, "opened").unwrap();
        let how = if is_fewer { "fewer" } else { "more" };
        let name = format!("{step} of opened, a fifth {how} is found");
        told.push((name, Looked::right(verdict.rows[0].is_claim())));
    }
    told
}
