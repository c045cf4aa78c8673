//! What Ads Manager exports, as CSV or XLSX, in several languages; and rows of the Marketing API as
//! JSON lines.

mod breakdown;
mod columns;
mod everything;
mod names;
mod row;
mod totals;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use rust_decimal::Decimal;

use crate::domain::{AdDay, DecimalMark, MOST_MONEY};
use crate::sheet;
pub use columns::Mapping;
pub use names::Field;
use row::{Row, RowReader, Total};
use totals::Read;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Each ad, day and placement once.
    pub days: Vec<AdDay>,
    /// Rows without an ad, or above an ad's placements: totals.
    pub totals: u64,
    /// Which column was taken for what.
    pub mapping: Mapping,
    /// What stands before decimals in it, if anything says it.
    pub decimal_mark: Option<DecimalMark>,
}

/// Reads a file. `said` names columns that are not recognized by themselves; `currency` is that of
/// amounts whose column does not tell, `mark` what stands before decimals if the file leaves it open.
///
/// # Errors
/// With the line and the column. Nothing of a file with an error is taken.
pub fn read(
    bytes: &[u8],
    said: &[(Field, String)],
    currency: Option<&str>,
    mark: Option<DecimalMark>,
) -> anyhow::Result<Export> {
    let sheet = sheet::read(bytes, |header| Mapping::of(header, said).is_plausible())?;
    let mapping = Mapping::of(&sheet.header, said);
    for (field, name) in said {
        if mapping.header_of(*field).is_none() {
            bail!("there is no column {name:?} for {}", field.name());
        }
    }
    // In a JSON row of an API a day is one.
    check(&mapping, sheet.is_json)?;
    let reader = RowReader::new(&mapping, &sheet, currency, mark)?;
    let mut rows: Vec<Read> = Vec::new();
    let mut undated = Vec::new();
    let (mut campaigns, mut of_no_ad) = (BTreeSet::new(), Vec::new());
    for (place, cells) in &sheet.rows {
        let read = sheet.checked(cells).map_err(anyhow::Error::msg);
        let row = read.and_then(|cells| Ok((reader.row(cells)?, cells)));
        match row.with_context(|| format!("{} {place}", sheet.unit))? {
            (Row::Total(total), _) => of_no_ad.push((*place, total)),
            (Row::Undated(ad_id), _) => undated.push((*place, ad_id)),
            (Row::Day(day), cells) => {
                campaigns.extend([day.campaign_id.clone(), day.campaign_name.clone()]);
                rows.push(Read {
                    place: *place,
                    named: reader.named(cells),
                    unknown: reader.unknown(cells),
                    day: *day,
                    cells: cells.iter().map(|cell| cell.text().to_owned()).collect(),
                });
            }
        }
    }
    check_ids(&rows)?;
    let mut totals = 0;
    // An ad's sum over its days has no day.
    for (place, ad_id) in undated {
        if !rows.iter().any(|row| row.day.ad_id == ad_id) {
            bail!("{} {place}: {}: it is empty", sheet.unit, reader.header(reader.date_field()));
        }
        totals += 1;
    }
    for (place, total) in &of_no_ad {
        let is_paid = total.spend.is_some_and(|spend| !spend.is_zero());
        if let Some(campaign) = total.campaign.as_ref().filter(|name| !campaigns.contains(*name))
            && is_paid
        {
            bail!(
                "{} {place}: it is of the campaign {campaign:?}, of whose ads nothing is in the file: what it cost \
                 would be lost; export by ad, or leave the row out",
                sheet.unit
            );
        }
        totals += 1;
    }
    let of_all = of_no_ad.into_iter().map(|(_, total)| total);
    let of_all: Vec<Total> = of_all.filter(|total| total.campaign.is_none()).collect();
    let (rows, sums) = totals::without_totals(rows, &of_all, &sheet.unit)?;
    totals += sums;
    let mut days: BTreeMap<_, AdDay> = BTreeMap::new();
    for Read { place, day, .. } in rows {
        let placement = (day.platform.clone(), day.position.clone());
        let key = (day.date, day.ad_id.clone(), placement, day.currency.clone());
        let sum = days.entry(key);
        let sum = sum.and_modify(|sum| sum.add(&day)).or_insert(day);
        if sum.spend > Decimal::from(MOST_MONEY) {
            bail!("{} {place}: {} in all is more than anybody spends", sheet.unit, sum.spend);
        }
    }
    if days.is_empty() {
        bail!("there is no day of an ad in it");
    }
    let decimal_mark = reader.mark;
    Ok(Export { days: days.into_values().collect(), totals, mapping, decimal_mark })
}

/// A spreadsheet shows 15 digits of a number and fills up with zeros: several ads become one.
fn check_ids(rows: &[Read]) -> anyhow::Result<()> {
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.day.ad_id.as_str()).collect();
    let mut long = ids.into_iter().filter(|id| id.len() >= 17).peekable();
    let first = long.peek().copied();
    let is_rounded = |id: &str| id[15..].bytes().all(|digit| digit == b'0');
    if let Some(first) = first
        && long.all(is_rounded)
    {
        bail!(
            "{first:?}: all ids end in zeros, as a spreadsheet rounds them: export again and import the \
             file as it is"
        );
    }
    Ok(())
}

fn check(mapping: &Mapping, is_json: bool) -> anyhow::Result<()> {
    let has = |field| mapping.columns.contains_key(&field);
    let here = || mapping.header.join(", ");
    if !has(Field::AdId) {
        bail!(
            "there is no column with the ad's id, by which conversations are told to be the ad's: in \
             Ads Manager choose Columns, Customize columns, Ad ID; or name it: --column ad_id=HEADER. \
             Here are: {}",
            here()
        );
    }
    if !has(Field::Date) && !has(Field::Starts) {
        bail!(
            "there is no column with the day: in Ads Manager choose Breakdown, By time, Day; or name \
             it: --column date=HEADER. Here are: {}",
            here()
        );
    }
    if !has(Field::Date) && !has(Field::Ends) && !is_json {
        bail!(
            "there is no column with the last day of what a row is about, beside {:?}: export it by day, or \
             name the column: --column ends=HEADER, or --column date=HEADER if each row is a day's. Here \
             are: {}",
            mapping.header_of(Field::Starts).unwrap_or_default(),
            here()
        );
    }
    if let Some((one, other)) = mapping.second_spend() {
        bail!("{one:?} and {other:?}: which is the amount spent? Say it: --column spend=HEADER");
    }
    if !has(Field::Spend) {
        bail!(
            "there is no column with the amount spent; name it: --column spend=HEADER. Here are: {}",
            here()
        );
    }
    Ok(())
}
