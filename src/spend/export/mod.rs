//! What Ads Manager exports, as CSV or XLSX, in several languages; and rows of the Marketing API as
//! JSON lines.

mod columns;
mod names;
mod number;
mod sheet;

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use jiff::civil::Date;
use rust_decimal::Decimal;

pub use columns::{Field, Mapping};
pub use number::{DateOrder, DecimalMark};
use sheet::Cell;

use crate::domain::{AdDay, MOST_MONEY, is_currency};

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Each ad, day and placement once.
    pub days: Vec<AdDay>,
    /// Rows without an ad: totals.
    pub totals: u64,
    /// Which column was taken for what.
    pub mapping: Mapping,
    /// What stands before decimals in it.
    pub decimal_mark: DecimalMark,
}

/// Reads a file. `said` names columns that are not recognized by themselves; `currency` is that of
/// amounts whose column does not tell.
///
/// # Errors
/// With the line and the column. Nothing of a file with an error is taken.
pub fn read(
    bytes: &[u8],
    said: &[(Field, String)],
    currency: Option<&str>,
) -> anyhow::Result<Export> {
    let sheet = sheet::read(bytes, |header| Mapping::of(header, said).is_plausible())?;
    let mapping = Mapping::of(&sheet.header, said);
    for (field, name) in said {
        if mapping.header_of(*field).is_none() {
            bail!("there is no column {name:?} for {}", field.name());
        }
    }
    check(&mapping)?;
    let reader = RowReader::new(&mapping, &sheet, currency)?;
    let mut sums: BTreeMap<(Date, String, String, String, String), AdDay> = BTreeMap::new();
    let mut totals = 0;
    for (place, cells) in &sheet.rows {
        let row = reader.row(cells).with_context(|| format!("{} {place}", sheet.unit))?;
        let Some(day) = row else {
            totals += 1;
            continue;
        };
        let placement = (day.platform.clone(), day.position.clone());
        let key = (day.date, day.ad_id.clone(), placement.0, placement.1, day.currency.clone());
        sums.entry(key).and_modify(|sum| sum.add(&day)).or_insert(day);
    }
    let decimal_mark = reader.mark;
    Ok(Export { days: sums.into_values().collect(), totals, mapping, decimal_mark })
}

fn check(mapping: &Mapping) -> anyhow::Result<()> {
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
    if !has(Field::Spend) {
        bail!(
            "there is no column with the amount spent; name it: --column spend=HEADER. Here are: {}",
            here()
        );
    }
    Ok(())
}

/// Reads rows of one file.
struct RowReader<'a> {
    mapping: &'a Mapping,
    mark: DecimalMark,
    order: DateOrder,
    /// Of all amounts, if the file or the caller says so.
    currency: Option<String>,
}

impl<'a> RowReader<'a> {
    fn new(
        mapping: &'a Mapping,
        sheet: &'a sheet::Sheet,
        currency: Option<&str>,
    ) -> anyhow::Result<Self> {
        let texts = |fields: &'static [Field]| {
            let places: Vec<usize> =
                fields.iter().filter_map(|field| mapping.columns.get(field).copied()).collect();
            sheet.rows.iter().flat_map(move |(_, cells)| {
                let cells = places.clone().into_iter().map(move |place| &cells[place]);
                cells.filter_map(|cell| match cell {
                    Cell::Text(text) => Some(text.as_str()),
                    Cell::Plain(_) => None,
                })
            })
        };
        let mark = DecimalMark::of(texts(&[Field::Spend]));
        let order = DateOrder::of(texts(&[Field::Date, Field::Starts]));
        let in_header = mapping.header_of(Field::Spend).and_then(between_brackets);
        let currency = currency.map(str::to_owned).or(in_header);
        if let Some(currency) = &currency {
            check_currency(currency)?;
        }
        Ok(Self { mapping, mark, order, currency })
    }

    fn cell<'c>(&self, cells: &'c [Cell], field: Field) -> Option<&'c Cell> {
        self.mapping.columns.get(&field).map(|place| &cells[*place])
    }

    fn text(&self, cells: &[Cell], field: Field) -> String {
        self.cell(cells, field).map_or_else(String::new, |cell| cell.text().to_owned())
    }

    /// One row; `None` for a total, which has no ad.
    fn row(&self, cells: &[Cell]) -> anyhow::Result<Option<AdDay>> {
        let ad_id = self.text(cells, Field::AdId);
        let ad_name = self.text(cells, Field::AdName);
        if ad_id.is_empty() {
            let is_total = ad_name.is_empty() || ad_name.to_lowercase().starts_with("total");
            if !is_total {
                bail!("{}: the ad {ad_name:?} has no id", self.header(Field::AdId));
            }
            return Ok(None);
        }
        if !ad_id.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!(
                "{}: {ad_id:?} is no ad's id, which is digits alone; a spreadsheet rounds such ids: \
                 export again and import the file as it is",
                self.header(Field::AdId)
            );
        }
        let currency = match (&self.currency, self.text(cells, Field::Currency)) {
            (Some(currency), _) => currency.clone(),
            (None, currency) if !currency.is_empty() => currency.to_uppercase(),
            _ => bail!(
                "the currency is told neither by a column nor by a header such as \
                        Amount spent (EUR); say it: --currency EUR"
            ),
        };
        check_currency(&currency)?;
        let spend = self.number(cells, Field::Spend)?.unwrap_or_default();
        if spend.is_sign_negative() && !spend.is_zero() {
            bail!("{}: {spend} is negative", self.header(Field::Spend));
        }
        if spend > Decimal::from(MOST_MONEY) {
            bail!("{}: {spend} is more than anybody spends", self.header(Field::Spend));
        }
        let clicks = match self.count(cells, Field::Clicks)? {
            Some(clicks) => Some(clicks),
            None if self.mapping.columns.contains_key(&Field::Clicks) => None,
            None => self.count(cells, Field::AllClicks)?,
        };
        Ok(Some(AdDay {
            date: self.date(cells)?,
            account_id: self.text(cells, Field::AccountId).trim_start_matches("act_").to_owned(),
            ad_name,
            adset_id: self.text(cells, Field::AdsetId),
            adset_name: self.text(cells, Field::AdsetName),
            campaign_id: self.text(cells, Field::CampaignId),
            campaign_name: self.text(cells, Field::CampaignName),
            platform: self.text(cells, Field::Platform),
            position: self.text(cells, Field::Position),
            impressions: self.count(cells, Field::Impressions)?.unwrap_or(0),
            clicks: clicks.unwrap_or(0),
            spend,
            currency,
            conversations_started: self.metric(cells, Field::Started)?,
            first_replies: self.metric(cells, Field::FirstReplies)?,
            ..AdDay::new(Date::MIN, &ad_id)
        }))
    }

    fn header(&self, field: Field) -> &str {
        self.mapping.header_of(field).unwrap_or_else(|| field.name())
    }

    fn date(&self, cells: &[Cell]) -> anyhow::Result<Date> {
        let read = |field: Field| {
            let text = self.text(cells, field);
            self.order.read(&text).map_err(|why| anyhow::anyhow!("{}: {why}", self.header(field)))
        };
        if self.mapping.columns.contains_key(&Field::Date) {
            return read(Field::Date);
        }
        let date = read(Field::Starts)?;
        if !self.text(cells, Field::Ends).is_empty() {
            let last = read(Field::Ends)?;
            if last != date {
                bail!(
                    "the row is about {date} to {last}, not about a day: in Ads Manager choose \
                     Breakdown, By time, Day"
                );
            }
        }
        Ok(date)
    }

    /// `None` where the cell is empty or a dash.
    fn number(&self, cells: &[Cell], field: Field) -> anyhow::Result<Option<Decimal>> {
        let Some(cell) = self.cell(cells, field) else { return Ok(None) };
        if matches!(cell.text(), "" | "-" | "–" | "—" | "N/A") {
            return Ok(None);
        }
        let number = match cell {
            Cell::Text(text) => self.mark.read(text),
            Cell::Plain(text) => text.parse().or_else(|_| Decimal::from_scientific(text)).ok(),
        };
        let bad = || format!("{}: {:?} is no number", self.header(field), cell.text());
        number.map(Some).with_context(bad)
    }

    fn count(&self, cells: &[Cell], field: Field) -> anyhow::Result<Option<u64>> {
        let Some(number) = self.number(cells, field)? else { return Ok(None) };
        let whole = number.normalize();
        let bad = || format!("{}: {number} is no whole number", self.header(field));
        if whole.scale() > 0 {
            bail!(bad());
        }
        u64::try_from(whole).map(Some).with_context(bad)
    }

    /// A figure that is unknown without its column, and none in an empty cell of it.
    fn metric(&self, cells: &[Cell], field: Field) -> anyhow::Result<Option<u64>> {
        if !self.mapping.columns.contains_key(&field) {
            return Ok(None);
        }
        Ok(Some(self.count(cells, field)?.unwrap_or(0)))
    }
}

fn check_currency(currency: &str) -> anyhow::Result<()> {
    if !is_currency(currency) {
        bail!("currency: {currency:?} is none such as EUR");
    }
    Ok(())
}

fn between_brackets(name: &str) -> Option<String> {
    let (_, rest) = name.rsplit_once('(')?;
    Some(rest.split(')').next()?.trim().to_uppercase())
}
