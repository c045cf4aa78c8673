//! What Ads Manager exports, as CSV or XLSX, in several languages; and rows of the Marketing API as
//! JSON lines.

mod columns;
mod names;
mod number;

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::domain::{AdDay, MOST_COUNT, MOST_MONEY, is_currency};
use crate::sheet::{self, Cell, Sheet};
pub use columns::{Field, Mapping};
pub use number::{DateOrder, DecimalMark};

/// The year in which Facebook began.
const FIRST_ADS: Date = Date::constant(2004, 2, 4);

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Each ad, day and placement once.
    pub days: Vec<AdDay>,
    /// Rows without an ad, or above an ad's placements: totals.
    pub totals: u64,
    /// Rows without an amount: what they cost is not known.
    pub without_amount: u64,
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
    let mut sums: BTreeMap<PlacedDay, (u64, AdDay)> = BTreeMap::new();
    let (mut totals, mut without_amount) = (0, 0);
    for (place, cells) in &sheet.rows {
        let read = sheet.checked(cells).map_err(anyhow::Error::msg);
        let row = read.and_then(|cells| reader.row(cells));
        match row.with_context(|| format!("{} {place}", sheet.unit))? {
            Row::Total => totals += 1,
            Row::WithoutAmount => without_amount += 1,
            Row::Day(day) => {
                let placement = (day.platform.clone(), day.position.clone());
                let key = ((day.date, day.ad_id.clone(), day.currency.clone()), placement);
                sums.entry(key).and_modify(|(_, sum)| sum.add(&day)).or_insert((*place, *day));
            }
        }
    }
    totals += drop_sums_of_placements(&mut sums, &sheet.unit)?;
    let decimal_mark = reader.mark;
    let days: Vec<AdDay> = sums.into_values().map(|(_, day)| day).collect();
    if days.is_empty() {
        bail!("there is no day of an ad in it");
    }
    Ok(Export { days, totals, without_amount, mapping, decimal_mark })
}

/// Day, ad and currency; platform and position.
type PlacedDay = ((Date, String, String), (String, String));

/// Beside an ad's placements a row without one is their sum, and goes. How many did.
fn drop_sums_of_placements(
    days: &mut BTreeMap<PlacedDay, (u64, AdDay)>,
    unit: &str,
) -> anyhow::Result<u64> {
    let mut placed: BTreeMap<(Date, String, String), Decimal> = BTreeMap::new();
    for ((key, placement), (_, day)) in &*days {
        if *placement != Default::default() {
            *placed.entry(key.clone()).or_default() += day.spend;
        }
    }
    let mut dropped = 0;
    for (key, spend) in placed {
        let Some((place, whole)) = days.remove(&(key, Default::default())) else { continue };
        if whole.spend != spend {
            bail!(
                "{unit} {place}: ad {}, {} costs {} here and {spend} in the rows of its placements",
                whole.ad_id,
                whole.date,
                whole.spend
            );
        }
        dropped += 1;
    }
    Ok(dropped)
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

/// What a row is.
enum Row {
    Total,
    WithoutAmount,
    Day(Box<AdDay>),
}

/// Reads rows of one file.
struct RowReader<'a> {
    mapping: &'a Mapping,
    mark: DecimalMark,
    order: DateOrder,
    /// Of all amounts, if the header says so.
    currency: Option<String>,
    /// Of amounts of which the file tells no currency.
    else_currency: Option<&'a str>,
}

impl<'a> RowReader<'a> {
    fn new(
        mapping: &'a Mapping,
        sheet: &'a Sheet,
        currency: Option<&'a str>,
    ) -> anyhow::Result<Self> {
        let texts = |fields: &'static [Field]| {
            let places: Vec<usize> =
                fields.iter().filter_map(|field| mapping.columns.get(field).copied()).collect();
            sheet.rows.iter().flat_map(move |(_, cells)| {
                let cells = places.clone().into_iter().filter_map(|place| cells.get(place));
                cells.filter_map(|cell| match cell {
                    Cell::Text(text) => Some(text.as_str()),
                    Cell::Plain(_) | Cell::Rounded(_) => None,
                })
            })
        };
        let mark = DecimalMark::of(texts(&[Field::Spend]), sheet.separator);
        let order = DateOrder::of(texts(&[Field::Date, Field::Starts]));
        let in_header = mapping.header_of(Field::Spend).and_then(between_brackets);
        for currency in in_header.as_deref().into_iter().chain(currency) {
            check_currency(currency)?;
        }
        Ok(Self { mapping, mark, order, currency: in_header, else_currency: currency })
    }

    fn cell<'c>(&self, cells: &'c [Cell], field: Field) -> Option<&'c Cell> {
        self.mapping.columns.get(&field).map(|place| &cells[*place])
    }

    fn text(&self, cells: &[Cell], field: Field) -> String {
        self.cell(cells, field).map_or_else(String::new, |cell| cell.text().to_owned())
    }

    /// One row. A total has no ad.
    fn row(&self, cells: &[Cell]) -> anyhow::Result<Row> {
        let ad_id = self.text(cells, Field::AdId);
        let ad_name = self.text(cells, Field::AdName);
        if ad_id.is_empty() {
            let is_total = ad_name.is_empty() || ad_name.to_lowercase().starts_with("total");
            if !is_total {
                bail!("{}: the ad {ad_name:?} has no id", self.header(Field::AdId));
            }
            return Ok(Row::Total);
        }
        if !ad_id.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!(
                "{}: {ad_id:?} is no ad's id, which is digits alone; a spreadsheet rounds such ids: \
                 export again and import the file as it is",
                self.header(Field::AdId)
            );
        }
        let Some(spend) = self.spend(cells)? else { return Ok(Row::WithoutAmount) };
        let is_of_links = self.mapping.columns.contains_key(&Field::Clicks);
        let clicks = if is_of_links { Field::Clicks } else { Field::AllClicks };
        Ok(Row::Day(Box::new(AdDay {
            date: self.date(cells)?,
            account_id: self.text(cells, Field::AccountId).trim_start_matches("act_").to_owned(),
            ad_name,
            adset_id: self.text(cells, Field::AdsetId),
            adset_name: self.text(cells, Field::AdsetName),
            campaign_id: self.text(cells, Field::CampaignId),
            campaign_name: self.text(cells, Field::CampaignName),
            platform: self.text(cells, Field::Platform),
            position: self.text(cells, Field::Position),
            impressions: self.metric(cells, Field::Impressions)?,
            clicks: self.metric(cells, clicks)?,
            spend,
            currency: self.currency(cells)?,
            conversations_started: self.metric(cells, Field::Started)?,
            first_replies: self.metric(cells, Field::FirstReplies)?,
            ..AdDay::new(Date::MIN, &ad_id)
        })))
    }

    /// `None` if the cell is empty.
    fn spend(&self, cells: &[Cell]) -> anyhow::Result<Option<Decimal>> {
        let Some(spend) = self.number(cells, Field::Spend)? else { return Ok(None) };
        if spend.is_sign_negative() && !spend.is_zero() {
            bail!("{}: {spend} is negative", self.header(Field::Spend));
        }
        if spend > Decimal::from(MOST_MONEY) {
            bail!("{}: {spend} is more than anybody spends", self.header(Field::Spend));
        }
        Ok(Some(spend))
    }

    /// The row's own, else the header's, else what the caller says.
    fn currency(&self, cells: &[Cell]) -> anyhow::Result<String> {
        let own = Some(self.text(cells, Field::Currency).to_uppercase());
        let own = own.filter(|currency| !currency.is_empty());
        let told = own.or_else(|| self.currency.clone());
        let currency = told.or_else(|| self.else_currency.map(str::to_owned)).context(
            "the currency is told neither by a column nor by a header such as Amount spent (EUR); say \
             it: --currency EUR",
        )?;
        check_currency(&currency)?;
        Ok(currency)
    }

    fn header(&self, field: Field) -> &str {
        self.mapping.header_of(field).unwrap_or_else(|| field.name())
    }

    fn date(&self, cells: &[Cell]) -> anyhow::Result<Date> {
        let read = |field: Field| {
            let text = self.text(cells, field);
            let date = self.order.read(&text).and_then(|date| {
                let told = || format!("{text:?}: nobody paid Meta for ads on {date}");
                if date >= FIRST_ADS { Ok(date) } else { Err(told()) }
            });
            date.map_err(|why| anyhow::anyhow!("{}: {why}", self.header(field)))
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
            Cell::Plain(text) | Cell::Rounded(text) => {
                text.parse().or_else(|_| Decimal::from_scientific(text)).ok()
            }
        };
        let bad = || format!("{}: {:?} is no number", self.header(field), cell.text());
        number.map(Some).with_context(bad)
    }

    fn count(&self, cells: &[Cell], field: Field) -> anyhow::Result<Option<u64>> {
        let Some(number) = self.number(cells, field)? else { return Ok(None) };
        let whole = number.normalize();
        let bad = || format!("{}: {number} is no count", self.header(field));
        if whole.scale() > 0 {
            bail!(bad());
        }
        let count = u64::try_from(whole).ok().filter(|count| *count <= MOST_COUNT);
        count.map(Some).with_context(bad)
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
