//! `import spend`: what Ads Manager or the Marketing API say that ads cost, as CSV or JSON lines.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, bail};
use csv::ReaderBuilder;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;

use super::session::{self, Session};
use crate::config::Settings;
use crate::domain::AdDay;

/// Names of columns: ours, those of the Marketing API, and those of Ads Manager in English.
const DATE: &[&str] = &["date", "date_start", "day", "reporting starts"];
const AD_ID: &[&str] = &["ad_id", "ad id"];
const AD_NAME: &[&str] = &["ad_name", "ad name"];
const ADSET_NAME: &[&str] = &["adset_name", "ad set name"];
const CAMPAIGN_NAME: &[&str] = &["campaign_name", "campaign name"];
const IMPRESSIONS: &[&str] = &["impressions"];
const CLICKS: &[&str] = &["inline_link_clicks", "link clicks", "clicks", "clicks (all)"];
const SPEND: &[&str] = &["spend", "cost", "amount spent"];
const CURRENCY: &[&str] = &["currency", "account_currency"];

/// `import spend`: reads all files, and only if all can be read imports them.
pub(super) async fn import(
    settings: Settings,
    files: &[PathBuf],
    dry_run: bool,
) -> anyhow::Result<()> {
    let mut days = Vec::new();
    for path in files {
        let found = if path.as_os_str() == "-" {
            read(std::io::stdin()).context("standard input")?
        } else {
            let name = || path.display().to_string();
            read(File::open(path).with_context(name)?).with_context(name)?
        };
        let SpendFile { days: own, totals } = found;
        println!("{}: {}", path.display(), told(&own, totals));
        days.extend(own);
    }
    if dry_run || days.is_empty() {
        return Ok(());
    }
    let session = Session::open(&settings).await?;
    let imported_at = u64::try_from(session::now()).unwrap_or(0) * 1000;
    let saved = session.store.save_spend(days, imported_at).await;
    session.close().await;
    Ok(saved?)
}

/// What a file holds, in a line.
fn told(days: &[AdDay], totals: u64) -> String {
    let ads: BTreeSet<&str> = days.iter().map(|day| day.ad_id.as_str()).collect();
    let mut spend: BTreeMap<&str, Decimal> = BTreeMap::new();
    for day in days {
        *spend.entry(&day.currency).or_default() += day.spend;
    }
    let spend: Vec<String> =
        spend.iter().map(|(currency, sum)| format!("{sum} {currency}")).collect();
    let dates = days.iter().map(|day| day.date);
    let range = match (dates.clone().min(), dates.max()) {
        (Some(first), Some(last)) => format!(", {first} to {last}"),
        _ => String::new(),
    };
    let skipped =
        if totals > 0 { format!("; {totals} rows without an ad skipped") } else { String::new() };
    format!("{} ads, {} ad days{range}, {}{skipped}", ads.len(), days.len(), spend.join(" + "))
}

/// What a file holds.
#[derive(Debug, Default)]
struct SpendFile {
    /// Each ad and day once, its rows (of several placements, say) added up.
    days: Vec<AdDay>,
    /// Rows without an ad: totals.
    totals: u64,
}

/// Reads a file, which begins with `{` if it is JSON lines.
///
/// # Errors
/// With the line and the column. Nothing of a file with an error is taken.
fn read(mut input: impl Read) -> anyhow::Result<SpendFile> {
    let mut text = String::new();
    input.read_to_string(&mut text).context("it is not UTF-8 text")?;
    let text = text.trim_start_matches('\u{feff}');
    let mut sums: BTreeMap<(Date, String, String), AdDay> = BTreeMap::new();
    let mut totals = 0;
    let mut add = |fields: &BTreeMap<String, String>| -> anyhow::Result<()> {
        let Some(day) = day(fields)? else {
            totals += 1;
            return Ok(());
        };
        let key = (day.date, day.ad_id.clone(), day.currency.clone());
        match sums.get_mut(&key) {
            Some(sum) => {
                sum.impressions += day.impressions;
                sum.clicks += day.clicks;
                sum.spend += day.spend;
            }
            None => {
                sums.insert(key, day);
            }
        }
        Ok(())
    };
    if text.trim_start().starts_with('{') {
        for (line, row) in text.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
            let place = || format!("line {}", line + 1);
            let fields: BTreeMap<String, Value> = serde_json::from_str(row).with_context(place)?;
            add(&fields.into_iter().map(plain).collect()).with_context(place)?;
        }
    } else {
        let mut reader = ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let header = reader.headers()?.clone();
        for row in reader.records() {
            let row = row?;
            let place = || format!("line {}", row.position().map_or(0, csv::Position::line));
            let fields = header.iter().zip(row.iter());
            let fields = fields.map(|(name, value)| (name.to_lowercase(), value.to_owned()));
            add(&fields.collect()).with_context(place)?;
        }
    }
    Ok(SpendFile { days: sums.into_values().collect(), totals })
}

fn plain((name, value): (String, Value)) -> (String, String) {
    let value = match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    (name.to_lowercase(), value)
}

/// One row; `None` for a total, which has no ad.
fn day(fields: &BTreeMap<String, String>) -> anyhow::Result<Option<AdDay>> {
    let ad_id = text(fields, AD_ID)?;
    if ad_id.is_empty() {
        return Ok(None);
    }
    let date = text(fields, DATE)?;
    let spend = named(fields, SPEND);
    let Some((spend_name, spend)) = spend else { bail!("there is no column {}", SPEND[0]) };
    let currency = match named(fields, CURRENCY) {
        Some((_, currency)) => currency.to_owned(),
        // Ads Manager names it in the header: `Amount spent (EUR)`.
        None => between_brackets(spend_name).to_uppercase(),
    };
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        bail!("currency: {currency:?} is none such as EUR");
    }
    let optional =
        |names| named(fields, names).map_or_else(String::new, |(_, text)| text.to_owned());
    Ok(Some(AdDay {
        date: date.parse().with_context(|| format!("date: {date:?} is none such as 2026-01-31"))?,
        ad_id: ad_id.to_owned(),
        ad_name: optional(AD_NAME),
        adset_name: optional(ADSET_NAME),
        campaign_name: optional(CAMPAIGN_NAME),
        impressions: count(fields, IMPRESSIONS)?,
        clicks: count(fields, CLICKS)?,
        spend: amount(spend)?,
        currency,
    }))
}

/// The first of the columns that there is. One with something in brackets counts too.
fn named<'a>(fields: &'a BTreeMap<String, String>, names: &[&str]) -> Option<(&'a str, &'a str)> {
    names.iter().find_map(|name| {
        let is_it = |column: &str| {
            column == *name || column.strip_prefix(name).is_some_and(|rest| rest.starts_with(" ("))
        };
        let found = fields.iter().find(|(column, _)| is_it(column));
        found.map(|(column, value)| (column.as_str(), value.as_str()))
    })
}

fn text<'a>(fields: &'a BTreeMap<String, String>, names: &[&str]) -> anyhow::Result<&'a str> {
    let known = || {
        let here: Vec<&str> = fields.keys().map(String::as_str).collect();
        format!("there is no column {}; here are: {}", names[0], here.join(", "))
    };
    Ok(named(fields, names).with_context(known)?.1)
}

/// Nothing is none.
fn count(fields: &BTreeMap<String, String>, names: &[&str]) -> anyhow::Result<u64> {
    match named(fields, names) {
        None | Some((_, "")) => Ok(0),
        Some((name, text)) => {
            text.parse().with_context(|| format!("{name}: {text:?} is no whole number"))
        }
    }
}

fn amount(text: &str) -> anyhow::Result<Decimal> {
    if text.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let amount: Decimal =
        text.parse().with_context(|| format!("spend: {text:?} is no amount such as 12.50"))?;
    if amount.is_sign_negative() {
        bail!("spend: {text:?} is negative");
    }
    Ok(amount)
}

fn between_brackets(name: &str) -> &str {
    name.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inside, _)| inside)
}
