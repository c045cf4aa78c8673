//! Which of several imports of an ad's day counts, as the program decides it, beside a statement that says the same in SQL
//! (`tests/oracles/spend_by_day.sql`), over random imports.

use clickhouse::Row;
use jiff::civil::{Date, date};
use messenger_funnel::domain::AdDay;
use messenger_funnel::store::Store;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::support::{World, client, start_engine};

const ORACLE: &str = include_str!("../oracles/spend_by_day.sql");
const FIRST: Date = date(2026, 10, 1);
const DAYS: u8 = 4;
const ROUNDS: u64 = 12;

#[derive(Debug, PartialEq, Row, Deserialize)]
struct SpendRow {
    date: u16,
    account_id: String,
    ad_id: String,
    ad_name: String,
    adset_id: String,
    adset_name: String,
    campaign_id: String,
    campaign_name: String,
    platform: String,
    position: String,
    currency: String,
    impressions: Option<u64>,
    clicks: Option<u64>,
    spend: i64,
    started: Option<u64>,
    first_replies: Option<u64>,
}

fn day_number(date: Date) -> u16 {
    let days = date.since(jiff::civil::date(1970, 1, 1)).unwrap().get_days();
    u16::try_from(days).unwrap()
}

impl From<&AdDay> for SpendRow {
    fn from(day: &AdDay) -> Self {
        Self {
            date: day_number(day.date),
            account_id: day.account_id.clone(),
            ad_id: day.ad_id.clone(),
            ad_name: day.ad_name.clone(),
            adset_id: day.adset_id.clone(),
            adset_name: day.adset_name.clone(),
            campaign_id: day.campaign_id.clone(),
            campaign_name: day.campaign_name.clone(),
            platform: day.platform.clone(),
            position: day.position.clone(),
            currency: day.currency.clone(),
            impressions: day.impressions,
            clicks: day.clicks,
            spend: i64::try_from((day.spend * Decimal::from(10_000)).mantissa()).unwrap()
                / 10_i64.pow((day.spend * Decimal::from(10_000)).scale()),
            started: day.conversations_started,
            first_replies: day.first_replies,
        }
    }
}

/// Random days of ads, of this account; a file may not tell it.
fn days(random: &mut fastrand::Rng, account: &str) -> Vec<AdDay> {
    let mut days = Vec::new();
    for after in 0..DAYS {
        for ad in 1..=4 {
            for platform in ["", "facebook", "instagram"] {
                if random.bool() {
                    continue;
                }
                let date = FIRST.saturating_add(jiff::Span::new().days(i64::from(after)));
                let mut day = AdDay::new(date, &ad.to_string());
                account.clone_into(&mut day.account_id);
                platform.clone_into(&mut day.platform);
                random.choice(["", "Old", "New"]).unwrap().clone_into(&mut day.ad_name);
                random.choice(["", "Spring", "Autumn"]).unwrap().clone_into(&mut day.campaign_name);
                random.choice(["EUR", "USD"]).unwrap().clone_into(&mut day.currency);
                day.spend = Decimal::new(random.i64(0..1_000_000), 4);
                day.impressions = random.bool().then(|| random.u64(0..1_000));
                day.conversations_started = random.bool().then(|| random.u64(0..10));
                days.push(day);
            }
        }
    }
    days
}

#[tokio::test]
async fn the_imports_that_count_are_those_that_a_statement_finds() {
    let world = World::new();
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let endpoint = engine.endpoint("messenger_funnel");
    let (store, database) = (Store::new(endpoint.clone()), client(&endpoint));
    let last = FIRST.saturating_add(jiff::Span::new().days(i64::from(DAYS) - 1));
    let mut seen = 0;
    for seed in 0..ROUNDS {
        for table in ["ad_days", "ads"] {
            database.query(&format!("TRUNCATE TABLE {table}")).execute().await.unwrap();
        }
        let mut random = fastrand::Rng::with_seed(seed);
        for import in 0..6 {
            let account = *random.choice(&["", "11", "12"]).unwrap();
            let days = days(&mut random, account);
            let at = seed * 100 + import;
            if account.is_empty() || random.bool() {
                store.save_spend(&days, at).await.unwrap();
            } else {
                let until = FIRST.saturating_add(jiff::Span::new().days(random.i64(0..4)));
                let days: Vec<AdDay> = days.into_iter().filter(|day| day.date <= until).collect();
                store.save_account_days(account, FIRST, until, &days, at).await.unwrap();
            }
            for asked in ["", "11", "12"] {
                let found = if asked.is_empty() {
                    store.spend(FIRST, last).await.unwrap()
                } else {
                    store.account_spend(asked, FIRST, last).await.unwrap()
                };
                let wanted = database.query(ORACLE).param("account", asked);
                let wanted = wanted.param("first", day_number(FIRST));
                let wanted = wanted.param("last", day_number(last));
                let wanted: Vec<SpendRow> = wanted.fetch_all().await.unwrap();
                let found: Vec<SpendRow> = found.iter().map(SpendRow::from).collect();
                assert_eq!(found, wanted, "seed {seed}, import {import}, account {asked:?}");
                seen += wanted.len();
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
    engine.stop().await;
}
