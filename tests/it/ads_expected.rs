//! What ads come to when the time of all their conversations is over, against what they did come to, over traffic that is
//! drawn; and what is said of ads that differ in age alone.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use messenger_funnel::analysis::{
    AdsData, AdsReport, Estimate, KnownDays, Level, Maturity, MessagePrices, Paid,
    UnfinishedFrames, ads, beside_others, daily_spread, surely_differ,
};
use messenger_funnel::domain::{AdDay, Period, Timestamp};
use polars_core::frame::DataFrame;
use polars_core::prelude::{Column, NamedFrom, Series};
use rust_decimal::Decimal;

use crate::calibration_kinds::{draws, seed};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const WINDOW: i64 = 28 * DAY;
/// Days of traffic; the last are those of the report.
const DAYS: i64 = 98;
const REPORTED: i64 = 14;

/// A conversation: ad, when it was opened, when it became a lead (0: not), and purchases with what they were worth.
struct Conversation {
    ad: usize,
    opened: i64,
    lead: i64,
    purchases: Vec<(i64, f64)>,
}

/// The first instant of the traffic: a day's.
fn begin() -> i64 {
    "2026-06-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn now() -> i64 {
    begin() + DAYS * DAY - 6 * HOUR
}

/// Each ad's conversations a day, share that becomes a lead, and first day.
type Ad = (u64, f64, i64);

fn drawn(random: &mut fastrand::Rng, ads: &[Ad], spread: f64) -> Vec<Conversation> {
    let mut all = Vec::new();
    let normal = |random: &mut fastrand::Rng| (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
    let after = |random: &mut fastrand::Rng, days: f64| {
        (-(1.0 - random.f64()).ln() * days * DAY as f64) as i64
    };
    for day in 0..DAYS {
        let of_day = 1.0 + spread * normal(random);
        for (ad, (many, share, _)) in ads.iter().enumerate().filter(|(_, ad)| day >= ad.2) {
            for _ in 0..(many - many / 10 + random.u64(0..=many / 5)) {
                let opened = begin() + day * DAY + random.i64(0..DAY);
                let mut one = Conversation { ad, opened, lead: 0, purchases: Vec::new() };
                if random.f64() < share * of_day {
                    let days = if random.bool() { 0.04 } else { 5.0 };
                    one.lead = opened + after(random, days);
                    let mut at = one.lead;
                    for chance in [0.4, 0.15] {
                        if one.lead == 0 || random.f64() >= chance {
                            break;
                        }
                        at += after(random, 4.0);
                        one.purchases.push((at, (40.0 + 20.0 * normal(random)).max(5.0).round()));
                    }
                }
                one.purchases.retain(|(at, _)| *at <= opened + WINDOW);
                if one.lead > opened + WINDOW {
                    one.lead = 0;
                }
                all.push(one);
            }
        }
    }
    all
}

/// What is known at an instant.
fn seen(all: &[Conversation], at: i64) -> Vec<Conversation> {
    let known = all.iter().filter(|one| one.opened <= at);
    let one = |one: &Conversation| Conversation {
        lead: if one.lead <= at { one.lead } else { 0 },
        purchases: one.purchases.iter().copied().filter(|(time, _)| *time <= at).collect(),
        ..*one
    };
    known.map(one).collect()
}

type Key = (String, &'static str, i64, i64);

/// A frame of counts: by ad, source, opening and age.
fn frame(rows: &BTreeMap<Key, [u64; 6]>) -> DataFrame {
    let texts = |get: fn(&Key) -> &str| rows.keys().map(get).collect::<Vec<_>>();
    let mut columns = vec![
        column("ad_id", texts(|key| &key.0)),
        column("source", texts(|key| key.1)),
        column("link", vec![""; rows.len()]),
        Column::from(Series::new(
            "opened_at".into(),
            rows.keys().map(|key| key.2).collect::<Vec<_>>(),
        )),
        Column::from(Series::new("age".into(), rows.keys().map(|key| key.3).collect::<Vec<_>>())),
    ];
    let names = ["opened", "messaged", "answered", "engaged", "lead", "purchase"];
    for (step, name) in names.into_iter().enumerate() {
        let counts: Vec<u64> = rows.values().map(|counts| counts[step]).collect();
        columns.push(Column::from(Series::new(name.into(), counts)));
    }
    DataFrame::new(rows.len(), columns).unwrap()
}

fn column(name: &str, texts: Vec<&str>) -> Column {
    Column::from(Series::new(name.into(), texts))
}

/// How many reached each step: all but a lead and a purchase at once.
fn counts(one: &Conversation) -> [u64; 6] {
    let lead = u64::from(one.lead > 0);
    [1, 1, 1, 1, lead, lead * u64::from(!one.purchases.is_empty())]
}

fn by(all: &[Conversation], unit: i64, has_ad: bool) -> DataFrame {
    let mut rows: BTreeMap<Key, [u64; 6]> = BTreeMap::new();
    for one in all {
        let ad = if has_ad { one.ad.to_string() } else { String::new() };
        let key = (ad, "ad", one.opened.div_euclid(unit) * unit, 0);
        let row = rows.entry(key).or_default();
        row.iter_mut().zip(counts(one)).for_each(|(sum, count)| *sum += count);
    }
    frame(&rows)
}

fn ages(all: &[Conversation]) -> DataFrame {
    let mut rows: BTreeMap<Key, [u64; 6]> = BTreeMap::new();
    for one in all {
        let purchase = one.purchases.first().map_or(0, |(at, _)| *at);
        let reached = [one.opened, one.opened, one.opened, one.lead, purchase];
        for (step, at) in reached.into_iter().enumerate().filter(|(_, at)| *at > 0) {
            let age = (at - one.opened).div_euclid(300_000) * 300_000;
            rows.entry((String::new(), "ad", 0, age)).or_default()[step + 1] += 1;
        }
    }
    frame(&rows)
}

fn values(all: &[Conversation], by_age: bool) -> DataFrame {
    let mut rows: BTreeMap<Key, (u64, f64, f64, f64)> = BTreeMap::new();
    for one in all {
        for (at, value) in &one.purchases {
            let key = if by_age {
                (String::new(), "ad", 0, (at - one.opened).div_euclid(HOUR) * HOUR)
            } else {
                (one.ad.to_string(), "ad", one.opened.div_euclid(DAY) * DAY, 0)
            };
            let row = rows.entry(key).or_default();
            *row = (row.0 + 1, row.1 + value, row.2 + value * value, row.3.max(*value));
        }
    }
    let numbers = |name: &str, get: fn(&(u64, f64, f64, f64)) -> f64| {
        Column::from(Series::new(name.into(), rows.values().map(get).collect::<Vec<_>>()))
    };
    let columns = vec![
        column("ad_id", rows.keys().map(|key| key.0.as_str()).collect()),
        column("source", vec!["ad"; rows.len()]),
        column("link", vec![""; rows.len()]),
        column("currency", vec!["EUR"; rows.len()]),
        Column::from(Series::new(
            "opened_at".into(),
            rows.keys().map(|key| key.2).collect::<Vec<_>>(),
        )),
        Column::from(Series::new("age".into(), rows.keys().map(|key| key.3).collect::<Vec<_>>())),
        Column::from(Series::new(
            "purchases".into(),
            rows.values().map(|row| row.0).collect::<Vec<_>>(),
        )),
        numbers("value", |row| row.1),
        numbers("squares", |row| row.2),
        numbers("largest", |row| row.3),
    ];
    DataFrame::new(rows.len(), columns).unwrap()
}

fn no_messages() -> DataFrame {
    let texts = ["ad_id", "source", "link", "business_account", "country", "category"];
    let mut columns: Vec<Column> = texts.map(|name| column(name, Vec::new())).into();
    columns.push(Column::from(Series::new("opened_at".into(), Vec::<i64>::new())));
    columns.push(Column::from(Series::new("month".into(), Vec::<u32>::new())));
    columns.push(Column::from(Series::new("messages".into(), Vec::<u64>::new())));
    DataFrame::new(0, columns).unwrap()
}

/// The report of the last days, of what is known of them; `maturity` of the rest.
fn report(all: &[Conversation], of: &[Ad], maturity: Maturity) -> AdsReport {
    let from = begin() + (DAYS - REPORTED) * DAY;
    let period =
        Period { from: Timestamp(from), to: Timestamp(begin() + DAYS * DAY), zone: TimeZone::UTC };
    let all: Vec<Conversation> =
        seen(all, i64::MAX).into_iter().filter(|one| one.opened >= from).collect();
    let days: Vec<Date> = period.days().into_iter().map(|(date, _)| date).collect();
    let mut spend = Vec::new();
    for (place, date) in days.iter().enumerate() {
        for (ad, (many, ..)) in
            of.iter().enumerate().filter(|(_, ad)| DAYS - REPORTED + place as i64 >= ad.2)
        {
            let mut day = AdDay::new(*date, &ad.to_string());
            "EUR".clone_into(&mut day.currency);
            day.spend = Decimal::from(*many);
            spend.push(day);
        }
    }
    let data = AdsData {
        counts: by(&all, DAY, true),
        values: values(&all, false),
        spend,
        known: KnownDays::new(days.into_iter().map(|day| (day, String::new(), true)), []),
        ads: HashMap::new(),
        accounts: Vec::new(),
        costs: Vec::new(),
        links: HashMap::new(),
        charged: no_messages(),
        prices: MessagePrices::new(Vec::new()),
        maturity,
    };
    ads(data, Level::Ad, &period).unwrap()
}

fn known(all: &[Conversation]) -> Maturity {
    let history: Vec<Conversation> =
        seen(all, i64::MAX).into_iter().filter(|one| one.opened >= now() - 84 * DAY).collect();
    let from = begin() + (DAYS - REPORTED) * DAY;
    let young: Vec<Conversation> =
        seen(all, i64::MAX).into_iter().filter(|one| one.opened >= from).collect();
    Maturity::Unfinished(Box::new(UnfinishedFrames {
        young: by(&young, HOUR, true),
        history: by(&history, HOUR, false),
        ages: ages(&history),
        values: values(&history, true),
        known_until: now(),
    }))
}

#[test]
fn costs_and_returns_come_to_what_is_expected() {
    let mut random = fastrand::Rng::with_seed(seed());
    // Of many conversations and few, leads often and seldom; one has had four days.
    let of: [Ad; 6] =
        [(60, 0.2, 0), (40, 0.3, 0), (30, 0.1, 0), (20, 0.2, 0), (8, 0.15, 0), (30, 0.2, 94)];
    for spread in [0.0, 0.15] {
        // Held, all, and the sums of what was expected and of what came, of costs of leads and of returns.
        let mut told = [(0, 0, 0.0, 0.0); 2];
        for _ in 0..draws(40) {
            let mut all = drawn(&mut random, &of, spread);
            all.retain(|one| one.opened <= now());
            let at_now = seen(&all, now());
            let early = report(&at_now, &of, known(&at_now));
            let late = report(&all, &of, Maturity::Finished);
            for row in early.rows.iter().chain(&early.totals) {
                let after =
                    late.rows.iter().chain(&late.totals).find(|one| one.id == row.id).unwrap();
                let (lead, end) = (&row.steps[4], &after.steps[4]);
                assert!(lead.matured_share.unwrap() < 0.9, "{lead:?}");
                let pairs = [
                    (lead.expected_cost.unwrap(), end.cost.and_then(|cost| cost.value)),
                    (row.expected_roas.unwrap(), after.roas.and_then(|roas| roas.value)),
                ];
                for (told, (expected, came)) in told.iter_mut().zip(pairs) {
                    let Some(came) = came else { continue };
                    let Estimate { value, low, high } = expected;
                    told.0 += usize::from(
                        low <= came + 1e-9 && high.is_none_or(|high| came <= high + 1e-9),
                    );
                    told.1 += 1;
                    told.2 += value.unwrap();
                    told.3 += came;
                }
            }
        }
        for ((held, all, expected, came), what) in told.into_iter().zip(["cost per lead", "ROAS"]) {
            let off = expected / came - 1.0;
            println!(
                "{what}, days differ by {spread}: {held} of {all} held, off by {off:.3} on average"
            );
            let held = held as f64 / f64::from(all);
            assert!((0.9..0.995).contains(&held), "{what} {spread}: {held}");
            assert!(off.abs() < 0.05, "{what} {spread}: {off}");
        }
    }
}

/// Ads by which a lead costs the same in the end, of which two are as new as three days: their leads have not come yet.
#[test]
fn new_ads_are_not_called_worse_for_their_age() {
    let of: [Ad; 6] =
        [(40, 0.2, 0), (40, 0.2, 0), (30, 0.2, 0), (20, 0.2, 0), (150, 0.2, 95), (150, 0.2, 95)];
    let mut random = fastrand::Rng::with_seed(seed() + 1);
    let extremes = |report: &AdsReport| {
        let rows: Vec<_> = report.rows.iter().collect();
        let paid: Vec<Paid> = rows.iter().map(|row| Paid::of(&row.steps[4]).unwrap()).collect();
        let cost = |paid: &Paid| paid.came as f64 / paid.spend;
        let best = paid.iter().max_by(|one, other| cost(one).total_cmp(&cost(other))).unwrap();
        let worst = paid.iter().min_by(|one, other| cost(one).total_cmp(&cost(other))).unwrap();
        surely_differ(*best, *worst, paid.len(), daily_spread(&rows))
    };
    let (mut marked, mut picked, mut by_all_so_far) = (0, 0, 0);
    for _ in 0..draws(40) {
        let all = drawn(&mut random, &of, 0.0);
        let at_now = seen(&all, now());
        let told = report(&at_now, &of, known(&at_now));
        marked += usize::from(!beside_others(&told.rows, "lead").is_empty());
        picked += usize::from(extremes(&told));
        // As though the time of all were over.
        let whole = report(&at_now, &of, Maturity::Finished);
        by_all_so_far += usize::from(!beside_others(&whole.rows, "lead").is_empty());
    }
    let draws = draws(40);
    println!(
        "{draws} draws of ads alike: {marked} with a mark, best and worst differ in {picked}, by all so far {by_all_so_far}"
    );
    // 5 %, and two standard errors of so many draws.
    let most = draws / 20 + 2 * (draws / 21).isqrt() + 1;
    assert!(marked <= most && picked <= most, "{marked}, {picked} of {draws}");
    // Else this test could not fail.
    assert!(by_all_so_far > most, "{by_all_so_far} of {draws}");
}
