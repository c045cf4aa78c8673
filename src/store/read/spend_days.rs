//! Which of several imports of an ad's day counts. It is decided here because ClickHouse takes longer to plan it than to
//! read a year of it. Nothing is asked here.

use std::collections::HashMap;

use clickhouse::Row;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::{AdDay, AdNames};
use crate::store::client::decimal::ten_thousandths;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// A row of `ad_days`.
#[derive(Debug, Row, Serialize, Deserialize)]
pub(super) struct DayRow {
    /// Days since 1970-01-01.
    pub(super) date: u16,
    pub(super) account_id: String,
    only_ad: String,
    ad_ids: Vec<String>,
    platforms: Vec<String>,
    positions: Vec<String>,
    currencies: Vec<String>,
    impressions: Vec<Option<u64>>,
    clicks: Vec<Option<u64>>,
    /// 1/10,000 of the currency.
    spend: Vec<i64>,
    started: Vec<Option<u64>>,
    first_replies: Vec<Option<u64>>,
    version: u64,
}

impl DayRow {
    pub(super) fn new(
        date: Date,
        account_id: &str,
        only_ad: &str,
        days: &[&AdDay],
        version: u64,
    ) -> Self {
        let texts =
            |text: fn(&AdDay) -> &String| days.iter().map(|day| text(day).clone()).collect();
        Self {
            date: day_number(date),
            account_id: account_id.to_owned(),
            only_ad: only_ad.to_owned(),
            ad_ids: texts(|day| &day.ad_id),
            platforms: texts(|day| &day.platform),
            positions: texts(|day| &day.position),
            currencies: texts(|day| &day.currency),
            impressions: days.iter().map(|day| day.impressions).collect(),
            clicks: days.iter().map(|day| day.clicks).collect(),
            spend: days.iter().map(|day| ten_thousandths(day.spend).unwrap_or(0)).collect(),
            started: days.iter().map(|day| day.conversations_started).collect(),
            first_replies: days.iter().map(|day| day.first_replies).collect(),
            version,
        }
    }
}

/// The days of ads that count, by day, ad, platform, position and currency. Of the imports of an ad's day the last one counts;
/// what a file told of an ad is no more once its account's day is known as a whole. `account`: only what days of that account
/// hold as they were read as a whole; empty: all. Names are those of today.
pub(super) fn days_that_count(
    rows: &[DayRow],
    names: &HashMap<String, AdNames>,
    account: &str,
) -> Vec<AdDay> {
    let is_asked =
        |row: &&DayRow| account.is_empty() || row.account_id == account && row.only_ad.is_empty();
    let mut newest: HashMap<(u16, &str), u64> = HashMap::new();
    for row in rows.iter().filter(is_asked) {
        for ad in &row.ad_ids {
            let version = newest.entry((row.date, ad)).or_default();
            *version = row.version.max(*version);
        }
    }
    let mut whole: HashMap<(u16, &str), u64> = HashMap::new();
    for row in rows.iter().filter(|row| row.only_ad.is_empty()) {
        let version = whole.entry((row.date, &row.account_id)).or_default();
        *version = row.version.max(*version);
    }
    let nameless = AdNames::default();
    let mut days = Vec::new();
    for row in rows.iter().filter(is_asked) {
        for (place, ad) in row.ad_ids.iter().enumerate() {
            let names = names.get(ad).unwrap_or(&nameless);
            let account =
                if row.account_id.is_empty() { &names.account_id } else { &row.account_id };
            let known_whole = whole.get(&(row.date, account)).copied().unwrap_or_default();
            let is_last = newest.get(&(row.date, ad)) == Some(&row.version);
            if is_last && (row.only_ad.is_empty() || known_whole <= row.version) {
                days.push(day(row, place, account, names));
            }
        }
    }
    let key = |day: &AdDay| {
        let texts = [&day.ad_id, &day.platform, &day.position, &day.currency];
        (day.date, texts.map(String::clone))
    };
    days.sort_by_cached_key(key);
    days
}

fn day(row: &DayRow, place: usize, account: &str, names: &AdNames) -> AdDay {
    AdDay {
        date: date_of(row.date),
        account_id: account.to_owned(),
        ad_id: row.ad_ids[place].clone(),
        ad_name: names.ad_name.clone(),
        adset_id: names.adset_id.clone(),
        adset_name: names.adset_name.clone(),
        campaign_id: names.campaign_id.clone(),
        campaign_name: names.campaign_name.clone(),
        platform: row.platforms[place].clone(),
        position: row.positions[place].clone(),
        impressions: row.impressions[place],
        clicks: row.clicks[place],
        spend: Decimal::new(row.spend[place], 4).normalize(),
        currency: row.currencies[place].clone(),
        conversations_started: row.started[place],
        first_replies: row.first_replies[place],
    }
}

/// As ClickHouse's `Date` has it; what lies outside of it (1970 to 2149) becomes its end.
pub(in crate::store) fn day_number(date: Date) -> u16 {
    let days = date.since(EPOCH).map_or(0, |span| i64::from(span.get_days()));
    u16::try_from(days.max(0)).unwrap_or(u16::MAX)
}

pub(in crate::store) fn date_of(day_number: u16) -> Date {
    EPOCH.saturating_add(jiff::Span::new().days(i64::from(day_number)))
}
