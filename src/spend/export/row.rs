//! One row of an export.

use anyhow::{Context, bail};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::totals;
use super::{DateOrder, DecimalMark, Field, Mapping, number};
use crate::domain::{AdDay, MOST_COUNT, MOST_MONEY, is_currency};
use crate::sheet::{Cell, Sheet};

/// The year in which Facebook began.
const FIRST_ADS: Date = Date::constant(2004, 2, 4);

/// What a row is.
pub(super) enum Row {
    Total,
    /// Of this ad, without a day.
    Undated(String),
    Day(Box<AdDay>),
}

/// Reads rows of one file.
pub(super) struct RowReader<'a> {
    mapping: &'a Mapping,
    pub(super) mark: DecimalMark,
    order: DateOrder,
    /// Of all amounts, if the header says so.
    currency: Option<String>,
    /// Of amounts of which the file tells no currency.
    else_currency: Option<&'a str>,
    /// Places of columns that break an ad's day down: those of placements, and texts that we know not.
    breakdowns: Vec<usize>,
    /// Places of columns of numbers that we know not.
    numbers: Vec<usize>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(
        mapping: &'a Mapping,
        sheet: &'a Sheet,
        currency: Option<&'a str>,
        said_mark: Option<DecimalMark>,
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
        let mark = match said_mark {
            Some(mark) => mark,
            None => DecimalMark::of(texts(&[Field::Spend]), sheet.separator)
                .map_err(anyhow::Error::msg)?,
        };
        let order = DateOrder::of(texts(&[Field::Date, Field::Starts]));
        let in_header = mapping.header_of(Field::Spend).and_then(between_brackets);
        for currency in in_header.as_deref().into_iter().chain(currency) {
            check_currency(currency)?;
        }
        let breakdowns = breakdowns(mapping, sheet, mark);
        let is_other = |place: &usize| {
            !breakdowns.contains(place) && mapping.columns.values().all(|known| known != place)
        };
        let numbers = (0..sheet.header.len()).filter(is_other).collect();
        Ok(Self {
            mapping,
            mark,
            order,
            currency: in_header,
            else_currency: currency,
            breakdowns,
            numbers,
        })
    }

    fn cell<'c>(&self, cells: &'c [Cell], field: Field) -> Option<&'c Cell> {
        self.mapping.columns.get(&field).map(|place| &cells[*place])
    }

    fn text(&self, cells: &[Cell], field: Field) -> String {
        self.cell(cells, field).map_or_else(String::new, |cell| cell.text().to_owned())
    }

    /// One row. A total has no ad.
    pub(super) fn row(&self, cells: &[Cell]) -> anyhow::Result<Row> {
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
        if self.text(cells, self.date_field()).is_empty() {
            return Ok(Row::Undated(ad_id));
        }
        let spend = self.spend(cells)?;
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
            clicks: self.metric(cells, Field::Clicks)?,
            spend,
            currency: self.currency(cells)?,
            conversations_started: self.metric(cells, Field::Started)?,
            first_replies: self.metric(cells, Field::FirstReplies)?,
            ..AdDay::new(Date::MIN, &ad_id)
        })))
    }

    fn spend(&self, cells: &[Cell]) -> anyhow::Result<Decimal> {
        let header = self.header(Field::Spend);
        let Some(spend) = self.number(cells, Field::Spend)? else {
            // What was not shown cost nothing.
            if self.count(cells, Field::Impressions)? == Some(0) {
                return Ok(Decimal::ZERO);
            }
            bail!("{header}: it is empty: what the ad cost is not told; write 0 if it is nothing");
        };
        if spend.is_sign_negative() && !spend.is_zero() {
            bail!("{}: {spend} is negative", self.header(Field::Spend));
        }
        if spend > Decimal::from(MOST_MONEY) {
            bail!("{}: {spend} is more than anybody spends", self.header(Field::Spend));
        }
        Ok(spend)
    }

    /// The row's own, else the header's, else what the caller says.
    fn currency(&self, cells: &[Cell]) -> anyhow::Result<String> {
        let own = Some(self.text(cells, Field::Currency).to_uppercase());
        let own = own.filter(|currency| !currency.is_empty());
        if let (Some(own), Some(header)) = (&own, &self.currency)
            && own != header
        {
            bail!("{}: it says {own}, the header {header}", self.header(Field::Currency));
        }
        let told = own.or_else(|| self.currency.clone());
        let currency = told.or_else(|| self.else_currency.map(str::to_owned)).context(
            "the currency is told neither by a column nor by a header such as Amount spent (EUR); say \
             it: --currency EUR",
        )?;
        check_currency(&currency)?;
        Ok(currency)
    }

    pub(super) fn header(&self, field: Field) -> &str {
        self.mapping.header_of(field).unwrap_or_else(|| field.name())
    }

    pub(super) fn date_field(&self) -> Field {
        let has_day = self.mapping.columns.contains_key(&Field::Date);
        if has_day { Field::Date } else { Field::Starts }
    }

    /// What tells a row from the ad's others of the day.
    pub(super) fn marks(&self, cells: &[Cell]) -> Vec<Option<String>> {
        let texts = self.breakdowns.iter().map(|place| totals::mark(cells[*place].text()));
        texts.collect()
    }

    /// What stands in columns of numbers that we know not.
    pub(super) fn numbers(&self, cells: &[Cell]) -> Vec<Option<String>> {
        self.numbers.iter().map(|place| totals::mark(cells[*place].text())).collect()
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
        let grouped = self.cell(cells, field).and_then(|cell| match cell {
            Cell::Text(text) => number::grouped(text),
            Cell::Plain(_) | Cell::Rounded(_) => None,
        });
        let number = match grouped {
            Some(number) => number,
            None => match self.number(cells, field)? {
                Some(number) => number,
                None => return Ok(None),
            },
        };
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

fn breakdowns(mapping: &Mapping, sheet: &Sheet, mark: DecimalMark) -> Vec<usize> {
    let is_known = |place: &usize| {
        let field = mapping.columns.iter().find(|(_, known)| *known == place);
        field.map(|(field, _)| matches!(field, Field::Platform | Field::Position))
    };
    let is_number = |cell: &Cell| !cell.text().is_empty() && mark.read(cell.text()).is_some();
    let has_numbers =
        |place: &usize| sheet.rows.iter().filter_map(|(_, cells)| cells.get(*place)).any(is_number);
    (0..sheet.header.len())
        .filter(|place| is_known(place).unwrap_or_else(|| !has_numbers(place)))
        .collect()
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
