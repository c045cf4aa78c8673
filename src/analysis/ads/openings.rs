//! Which row a conversation belongs to, and whether it is known what its ad cost.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use polars_core::frame::DataFrame;
use polars_core::prelude::{Int64Chunked, PolarsResult, StringChunked};

use super::{AdsData, Level};
use crate::analysis::columns::text;
use crate::domain::{AdNames, Cost, CostOf, Period, Source};

/// A row's key: what it is about, and the currency of its ads (empty if unknown).
pub(super) type Key = (String, String);

/// An ad's key and name at a level.
pub(super) fn ad_key(level: Level, ad_id: &str, names: &AdNames) -> (String, String) {
    let or_name = |id: &str, name: &str| {
        let key = if id.is_empty() { name } else { id };
        (key.to_owned(), name.to_owned())
    };
    match level {
        Level::Campaign => or_name(&names.campaign_id, &names.campaign_name),
        Level::AdSet => or_name(&names.adset_id, &names.adset_name),
        Level::Source => (Source::Ad.as_str().to_owned(), String::new()),
        _ => (ad_id.to_owned(), names.ad_name.clone()),
    }
}

/// The columns by which a frame's rows are told apart.
pub(super) struct Openings<'a> {
    ads: &'a StringChunked,
    sources: &'a StringChunked,
    links: &'a StringChunked,
    /// UTC milliseconds.
    days: &'a Int64Chunked,
}

impl<'a> Openings<'a> {
    pub(super) fn of(frame: &'a DataFrame) -> PolarsResult<Self> {
        let text = |name: &str| frame.column(name)?.str();
        Ok(Self {
            ads: text("ad_id")?,
            sources: text("source")?,
            links: text("link")?,
            days: frame.column("opened_at")?.i64()?,
        })
    }

    pub(super) fn at(&self, row: usize) -> Opening<'a> {
        Opening {
            ad: text(self.ads, row),
            source: text(self.sources, row),
            link: text(self.links, row),
            day: self.days.get(row).unwrap_or(0),
        }
    }
}

/// What tells a conversation's row.
pub(super) struct Opening<'a> {
    pub ad: &'a str,
    pub source: &'a str,
    link: &'a str,
    /// Its day's first instant, UTC milliseconds.
    pub day: i64,
}

/// The rows of a name, one a currency.
pub(super) fn named<'r, V>(
    rows: &'r BTreeMap<Key, V>,
    name: &str,
) -> impl Iterator<Item = &'r Key> {
    let first = (name.to_owned(), String::new());
    let name = name.to_owned();
    rows.range(first..).map(|(key, _)| key).take_while(move |(known, _)| *known == name)
}

/// What decides where conversations belong, looked up once.
pub(super) struct Ledger<'a> {
    pub data: &'a AdsData,
    pub level: Level,
    period: &'a Period,
    /// The days of a period of whole ones; of others nothing is known.
    days: Option<(Date, Date)>,
    /// The currency of each ad.
    currencies: HashMap<String, String>,
    /// Ads that have spend in the period.
    spent: HashSet<&'a str>,
    /// Costs in the period that were put down for sources.
    by_hand: HashMap<&'a str, &'a Cost>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(data: &'a AdsData, level: Level, period: &'a Period) -> Self {
        let (first, last) = period.first_and_last_day();
        let is_due =
            |cost: &&Cost| cost.of == CostOf::Source && !cost.within(first, last).is_zero();
        let mut by_hand = HashMap::new();
        for cost in data.costs.iter().filter(is_due) {
            by_hand.entry(cost.name.as_str()).or_insert(cost);
        }
        Self {
            data,
            level,
            period,
            days: period.whole_days(),
            currencies: currencies(data),
            spent: data.spend.iter().map(|day| day.ad_id.as_str()).collect(),
            by_hand,
        }
    }

    /// A conversation's row, and whether that has what its ad cost.
    pub(super) fn key<V>(
        &self,
        opening: &Opening<'_>,
        rows: &BTreeMap<Key, V>,
    ) -> Option<(Key, bool)> {
        let Opening { ad, source, link, .. } = *opening;
        let first_of = |name: &str| {
            named(rows, name).next().cloned().unwrap_or_else(|| (name.to_owned(), String::new()))
        };
        let of_ad = |name: String| {
            let currency = self.currencies.get(ad).cloned().unwrap_or_default();
            Some(((name, currency), true))
        };
        match self.level {
            Level::Link => (!link.is_empty()).then(|| (first_of(link), false)),
            // Of which ad is not known: only where all are paid in one currency it is theirs.
            Level::Source if ad.is_empty() && source == Source::Ad.as_str() => {
                let of_one_currency = named(rows, source).count() <= 1;
                let none = || (source.to_owned(), String::new());
                Some((if of_one_currency { first_of(source) } else { none() }, true))
            }
            Level::Source if ad.is_empty() => Some((first_of(source), false)),
            // Sponsored messages may be ads that are read, or costs that are put down by hand.
            Level::Source => match self.by_hand.get(source) {
                Some(cost) if !self.spent.contains(ad) => {
                    Some(((cost.name.clone(), cost.currency.clone()), false))
                }
                _ => of_ad(source.to_owned()),
            },
            _ if ad.is_empty() => None,
            _ => {
                let none = AdNames::default();
                let names = self.data.ads.get(ad).unwrap_or(&none);
                of_ad(ad_key(self.level, ad, names).0)
            }
        }
    }

    fn date(&self, opening: &Opening<'_>) -> Option<Date> {
        let instant = jiff::Timestamp::from_millisecond(opening.day).ok()?;
        Some(self.period.zone.to_datetime(instant).date())
    }

    /// Whether a conversation's ad has figures of its own on the day.
    pub(super) fn is_told(&self, opening: &Opening<'_>) -> bool {
        self.date(opening).is_some_and(|day| self.data.known.has_figures(opening.ad, day))
    }

    /// Whether it is known what the ad of a conversation cost on its day.
    pub(super) fn is_known(&self, opening: &Opening<'_>) -> bool {
        // What an ad cost that is not named, nobody can know; outside of whole days nothing was asked.
        let (false, Some((first, last))) = (opening.ad.is_empty(), self.days) else { return false };
        let account = self.data.ads.get(opening.ad).map_or("", |names| names.account_id.as_str());
        self.date(opening).is_some_and(|day| {
            (first..=last).contains(&day) && self.data.known.knows(account, opening.ad, day)
        })
    }
}

/// The currency of each ad: of its spend in the period, else of its latest, else of its account.
fn currencies(data: &AdsData) -> HashMap<String, String> {
    let mut currencies: HashMap<String, String> = HashMap::new();
    for (ad, names) in &data.ads {
        let account = data.accounts.iter().find(|account| account.id == names.account_id);
        let own = Some(&names.currency).filter(|currency| !currency.is_empty());
        let currency = own.or(account.map(|account| &account.currency));
        currencies.extend(currency.map(|currency| (ad.clone(), currency.clone())));
    }
    let spent = data.spend.iter().map(|day| (day.ad_id.clone(), day.currency.clone()));
    currencies.extend(spent);
    currencies
}
