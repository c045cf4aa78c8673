//! The costs of each stage beside a plain loop over conversations, conversions and spend.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::Value;

use crate::support::{World, client, start_engine};

const STAGES: [&str; 6] = ["opened", "messaged", "answered", "engaged", "lead", "purchase"];
const ADS: [&str; 6] = [
    "120211234567890101",
    "120211234567890102",
    "120211234567890103",
    "120211234567890201",
    "120211234567890202",
    "120211234567890301",
];
const WINDOW_MS: i64 = 28 * 86_400_000;
const ZONE: &str = "Europe/Paris";

/// (Page, person, opened at, source, ad, link, stages reached).
type Conversation = (String, String, i64, String, String, String, u8);
/// (Page, person, at, 1/10,000 of the currency, currency).
type Purchase = (String, String, i64, i64, String);

/// What a row comes to.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    spend_cents: Option<u64>,
    counts: [u64; 6],
    paid: [u64; 6],
    value_e4: i64,
}

fn day(time: i64) -> Date {
    let zone = jiff::tz::TimeZone::get(ZONE).unwrap();
    zone.to_datetime(jiff::Timestamp::from_millisecond(time).unwrap()).date()
}

/// Ads with odd places are paid in USD; of some days nothing is known.
fn currency(ad: &str) -> &'static str {
    if ADS.iter().position(|known| *known == ad).unwrap() % 2 == 1 { "USD" } else { "EUR" }
}

fn campaign(ad: &str) -> String {
    format!("C{}", &ad[14..16])
}

#[tokio::test]
async fn every_level_equals_a_plain_loop() {
    let world = World::new().with("time_zone", ZONE);
    world.fill(900, 77, ["2026-10-01", "2026-11-20"]);
    let mut random = fastrand::Rng::with_seed(3);
    let mut spend: BTreeMap<(Date, &str), u64> = BTreeMap::new();
    let mut text = "Day,Ad ID,Campaign name,Amount spent,Currency\n".to_owned();
    let first = Date::constant(2026, 10, 10);
    let last = Date::constant(2026, 11, 12);
    for date in first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last) {
        // Whole days are missing, and single ads were not shown.
        if random.u8(0..6) == 0 {
            continue;
        }
        for ad in ADS {
            if random.u8(0..4) == 0 {
                continue;
            }
            let cents = random.u64(0..2000);
            spend.insert((date, ad), cents);
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            text.push_str(
                &[
                    &date.to_string(),
                    ",",
                    ad,
                    ",",
                    &campaign(ad),
                    ",",
                    &amount,
                    ",",
                    currency(ad),
                    "\n",
                ]
                .concat(),
            );
        }
    }
    let file = world.write("spend.csv", text);
    world.succeed(&["import", "spend", file.to_str().unwrap()]);
    world.succeed(&["link", "add", "--slug", "foot", "--page", "bakery", "--ref", "site_footer"]);
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let database = client(&engine.endpoint("messenger_funnel"));
    let conversations: Vec<Conversation> = database
        .query(
            "SELECT toString(page_id), person_id, toUnixTimestamp64Milli(opened_at), source, \
             toString(ad_id), link, depth FROM v_conversations",
        )
        .fetch_all()
        .await
        .unwrap();
    let purchases: Vec<Purchase> = database
        .query(
            "SELECT toString(page_id), person_id, toUnixTimestamp64Milli(time), assumeNotNull(value_e4), \
             toString(currency) FROM conversions FINAL WHERE name = 'purchase' AND value_e4 IS NOT NULL",
        )
        .fetch_all()
        .await
        .unwrap();
    engine.stop().await;
    assert!(conversations.len() > 900 && purchases.len() > 40, "{}", purchases.len());

    for (from, to) in
        [("2026-10-10", "2026-11-13"), ("2026-10-20", "2026-10-27"), ("2026-11-01", "2026-11-02")]
    {
        for level in ["ad", "campaign", "source", "link"] {
            let report =
                world.json(&["ads", "--by", level, "--from", from, "--to", to, "--format", "json"]);
            let days = (from.parse().unwrap(), to.parse::<Date>().unwrap().yesterday().unwrap());
            let right = slow(level, days, &conversations, &purchases, &spend);
            assert_eq!(found(&report), right, "{level}, {from} to {to}");
        }
    }
}

/// The key of a conversation's row: what it is about, and its ad's currency.
fn key(level: &str, source: &str, ad: &str, link: &str) -> Option<(String, String)> {
    let paid = |name: String| Some((name, currency(ad).to_owned()));
    match level {
        "link" => (!link.is_empty()).then(|| (link.to_owned(), String::new())),
        "source" if ad.is_empty() => Some((source.to_owned(), String::new())),
        _ if ad.is_empty() => None,
        "source" => paid(source.to_owned()),
        "campaign" => paid(campaign(ad)),
        _ => paid(ad.to_owned()),
    }
}

fn slow(
    level: &str,
    (first, last): (Date, Date),
    conversations: &[Conversation],
    purchases: &[Purchase],
    spend: &BTreeMap<(Date, &str), u64>,
) -> BTreeMap<(String, String), Sums> {
    let known: BTreeSet<Date> = spend.keys().map(|(date, _)| *date).collect();
    let mut rows: BTreeMap<(String, String), Sums> = BTreeMap::new();
    if level == "link" {
        rows.entry(("foot".to_owned(), String::new())).or_default();
    } else {
        for ((date, ad), cents) in spend {
            if (first..=last).contains(date) {
                let row = rows.entry(key(level, "ad", ad, "").unwrap()).or_default();
                *row.spend_cents.get_or_insert_default() += cents;
            }
        }
    }
    for (page, person, opened, source, ad, link, depth) in conversations {
        if !(first..=last).contains(&day(*opened)) {
            continue;
        }
        let Some(key) = key(level, source, ad, link) else { continue };
        let is_paid = ad.is_empty() || level == "link" || known.contains(&day(*opened));
        let row = rows.entry(key.clone()).or_default();
        if is_paid && !ad.is_empty() && level != "link" {
            row.spend_cents.get_or_insert_default();
        }
        for step in 0..=usize::from(*depth) {
            row.counts[step] += 1;
            row.paid[step] += u64::from(is_paid);
        }
        let next = conversations
            .iter()
            .filter(|other| (&other.0, &other.1) == (page, person) && other.2 > *opened)
            .map(|other| other.2)
            .min()
            .unwrap_or(i64::MAX);
        let own = purchases.iter().filter(|one| {
            (&one.0, &one.1) == (page, person)
                && (*opened..next).contains(&one.2)
                && one.2 <= opened + WINDOW_MS
                && one.4 == key.1
        });
        if is_paid {
            row.value_e4 += own.map(|one| one.3).sum::<i64>();
        }
    }
    rows
}

#[expect(clippy::cast_sign_loss, reason = "it is no debt")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

/// What the report says, in the same terms; costs are checked against the counts.
fn found(report: &Value) -> BTreeMap<(String, String), Sums> {
    let rows = report["rows"].as_array().unwrap().iter().map(|row| {
        let key = (
            row["id"].as_str().unwrap().to_owned(),
            row["currency"].as_str().unwrap_or_default().to_owned(),
        );
        let spend = row["spend"].as_f64();
        let mut sums = Sums {
            spend_cents: spend.map(|spend| whole(spend * 100.0)),
            value_e4: row["value"].as_f64().map_or(0, |value| (value * 10_000.0).round() as i64),
            ..Sums::default()
        };
        for (place, name) in STAGES.iter().enumerate() {
            let step = &row["steps"][place];
            assert_eq!(step["name"], *name);
            sums.counts[place] = step["count"].as_u64().unwrap();
            sums.paid[place] = match (spend, step["cost"]["value"].as_f64()) {
                // Spend by cost is how many paid for it.
                (Some(spend), Some(cost)) if spend > 0.0 => whole(spend / cost),
                (Some(_), None) => 0,
                _ => sums.counts[place],
            };
        }
        (key, sums)
    });
    rows.collect()
}
