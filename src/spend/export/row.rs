//! One row of an export.

use anyhow::{Context, anyhow, bail};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::breakdown::Breakdowns;
use super::everything;
use super::{Field, Mapping};
use crate::domain::{
    AdDay, AmountFault, DateOrder, DecimalMark, MOST_COUNT, MOST_MONEY, WrittenAmount, is_currency,
    plain_number, read_amount, read_amount_in,
};
use crate::sheet::{Cell, Sheet};

/// The year in which Facebook began.
const FIRST_ADS: Date = Date::constant(2004, 2, 4);

/// What a row is.
pub(super) enum Row {
    Total(Total),
    /// Of this ad, without a day.
    Undated(String),
    Day(Box<AdDay>),
}

/// A row of no ad.
pub(super) struct Total {
    /// The campaign of which it is, if it names one.
    pub campaign: Option<String>,
    /// What it says of everything below it.
    pub spend: Option<Decimal>,
    pub impressions: Option<u64>,
}

/// Reads rows of one file.
pub(super) struct RowReader<'a> {
    mapping: &'a Mapping,
    pub(super) mark: Option<DecimalMark>,
    order: DateOrder,
    /// Of all amounts, if the header says so.
    currency: Option<String>,
    /// Of amounts of which the file tells no currency.
    else_currency: Option<&'a str>,
    breakdowns: Breakdowns,
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
        let mark = said_mark.or_else(|| DecimalMark::of(texts(&[Field::Spend])));
        let order = DateOrder::of(texts(&[Field::Date, Field::Starts]));
        let in_header = mapping.header_of(Field::Spend).and_then(between_brackets);
        for currency in in_header.as_deref().into_iter().chain(currency) {
            check_currency(currency)?;
        }
        Ok(Self {
            mapping,
            mark,
            order,
            currency: in_header,
            else_currency: currency,
            breakdowns: Breakdowns::of(mapping, sheet),
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
        if ad_id.is_empty() || everything::is_everything(&ad_id) {
            if !ad_name.is_empty() && !everything::is_name_of_totals(&ad_name) {
                bail!("{}: the ad {ad_name:?} has no id", self.header(Field::AdId));
            }
            return Ok(Row::Total(self.total(cells)));
        }
        if !ad_id.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!(
                "{}: {ad_id:?} is no ad's id, which is digits alone; a spreadsheet rounds such ids: \
                 export again and import the file as it is",
                self.header(Field::AdId)
            );
        }
        if everything::mark(&self.text(cells, self.date_field())).is_none() {
            return Ok(Row::Undated(ad_id));
        }
        let (spend, currency) = self.spend(cells)?;
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
            currency,
            conversations_started: self.metric(cells, Field::Started)?,
            first_replies: self.metric(cells, Field::FirstReplies)?,
            ..AdDay::new(Date::MIN, &ad_id)
        })))
    }

    /// What a row of no ad says, as far as it can be read: it is not counted.
    fn total(&self, cells: &[Cell]) -> Total {
        let texts = [Field::CampaignId, Field::CampaignName].map(|field| self.text(cells, field));
        let is_one = |text: &String| {
            everything::mark(text).is_some() && !everything::is_name_of_totals(text)
        };
        let currency = self.currency(cells).unwrap_or_default();
        let spend = self.number(cells, Field::Spend, &currency).ok().flatten();
        Total {
            campaign: texts.into_iter().find(is_one),
            spend: spend.map(|spend| spend.number),
            impressions: self.count(cells, Field::Impressions).ok().flatten(),
        }
    }

    fn spend(&self, cells: &[Cell]) -> anyhow::Result<(Decimal, String)> {
        let header = self.header(Field::Spend);
        let told = self.currency(cells)?;
        let known = self.else_currency.filter(|_| told.is_empty()).unwrap_or(&told);
        let Some(spend) = self.number(cells, Field::Spend, known)? else {
            // What was not shown cost nothing.
            if self.count(cells, Field::Impressions)? == Some(0) {
                return Ok((Decimal::ZERO, self.known_currency(told)?));
            }
            bail!("{header}: it is empty: what the ad cost is not told; write 0 if it is nothing");
        };
        let currency = spend.currency_beside(&told).map_err(|why| anyhow!("{header}: {why}"))?;
        let spend = spend.number;
        if spend.is_sign_negative() && !spend.is_zero() {
            bail!("{header}: {spend} is negative");
        }
        if spend > Decimal::from(MOST_MONEY) {
            bail!("{header}: {spend} is more than anybody spends");
        }
        Ok((spend, self.known_currency(currency)?))
    }

    /// The row's own, else the header's; empty if neither tells it.
    fn currency(&self, cells: &[Cell]) -> anyhow::Result<String> {
        let own = Some(self.text(cells, Field::Currency).to_uppercase());
        let own = own.filter(|currency| !currency.is_empty());
        if let (Some(own), Some(header)) = (&own, &self.currency)
            && own != header
        {
            bail!("{}: it says {own}, the header {header}", self.header(Field::Currency));
        }
        Ok(own.or_else(|| self.currency.clone()).unwrap_or_default())
    }

    /// What the file tells, else what the caller says.
    fn known_currency(&self, told: String) -> anyhow::Result<String> {
        let told = Some(told).filter(|told| !told.is_empty());
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

    /// What stands in columns that break a day down.
    pub(super) fn named(&self, cells: &[Cell]) -> Vec<Option<String>> {
        marks(&self.breakdowns.named, cells)
    }

    /// What stands in texts that may do so.
    pub(super) fn unknown(&self, cells: &[Cell]) -> Vec<Option<String>> {
        marks(&self.breakdowns.unknown, cells)
    }

    fn date(&self, cells: &[Cell]) -> anyhow::Result<Date> {
        let read = |field: Field| {
            let text = self.text(cells, field);
            let told = |why| anyhow!("{}: {text:?} {why}", self.header(field));
            let date = self.order.read(&text).map_err(told)?;
            if date < FIRST_ADS {
                bail!("{}: {text:?}: nobody paid Meta for ads on {date}", self.header(field));
            }
            Ok(date)
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
    fn number(
        &self,
        cells: &[Cell],
        field: Field,
        currency: &str,
    ) -> anyhow::Result<Option<WrittenAmount>> {
        let Some(cell) = self.shown(cells, field) else { return Ok(None) };
        let number = match cell {
            Cell::Text(text) => {
                read_amount_in(text, self.mark, currency).map_err(|fault| match fault {
                    AmountFault::Open { .. } => format!(
                        "{fault}, and no other amount of the file tells which: say it, --decimal-mark comma or \
                         --decimal-mark point"
                    ),
                    _ => fault.to_string(),
                })
            }
            Cell::Plain(text) | Cell::Rounded(text) => plain_number(text)
                .map(|number| WrittenAmount { number, currencies: &[] })
                .ok_or_else(|| AmountFault::NoAmount.to_string()),
        };
        let told = |why| anyhow!("{}: {:?} {why}", self.header(field), cell.text());
        number.map(Some).map_err(told)
    }

    /// A cell in which something stands.
    fn shown<'c>(&self, cells: &'c [Cell], field: Field) -> Option<&'c Cell> {
        let cell = self.cell(cells, field);
        cell.filter(|cell| !matches!(cell.text(), "" | "-" | "–" | "—" | "N/A"))
    }

    /// A count has no decimals: what may be thousands or decimals is thousands, unless the file's amounts have that mark
    /// before decimals.
    fn count(&self, cells: &[Cell], field: Field) -> anyhow::Result<Option<u64>> {
        let Some(cell) = self.shown(cells, field) else { return Ok(None) };
        let open = match cell {
            Cell::Text(text) => read_amount(text, None).err(),
            Cell::Plain(_) | Cell::Rounded(_) => None,
        };
        let number = match open {
            Some(AmountFault::Open { thousands, decimals, mark }) => {
                if self.mark == Some(mark) {
                    let told = format!("{:?} may be {thousands} or {decimals}", cell.text());
                    bail!("{}: {told}, as amounts of the file have decimals", self.header(field));
                }
                thousands
            }
            _ => match self.number(cells, field, "")? {
                Some(WrittenAmount { number, currencies: [] }) => number,
                _ => bail!("{}: {:?} is no count", self.header(field), cell.text()),
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

fn marks(places: &[usize], cells: &[Cell]) -> Vec<Option<String>> {
    places.iter().map(|place| everything::mark(cells[*place].text())).collect()
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
