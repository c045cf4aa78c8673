//! Adds up what belongs to each row.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use polars::frame::DataFrame;
use polars::prelude::{Int64Chunked, PolarsResult, StringChunked};
use rust_decimal::Decimal;

use super::interval::Drawn;
use super::{AdsData, Level, in_common};
use crate::analysis::STAGES;
use crate::analysis::columns::text;
use crate::domain::{AdDay, AdNames, Cost, CostOf, Period, Source, add_known};

/// Steps that conversations take: `opened` and the stages.
pub(super) const STEPS: usize = STAGES.len() + 1;

/// A row's key: what it is about, and the currency of its ads (empty if unknown).
pub(super) type Key = (String, String);

/// What belongs to a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Sum {
    pub name: String,
    pub names: AdNames,
    pub impressions: Option<u64>,
    pub clicks: Option<u64>,
    /// `None`: nothing is known of what it cost.
    pub spend: Option<Decimal>,
    /// That of days of which it is known how often ads were shown.
    pub shown_spend: Decimal,
    /// That of days of which the clicks are known.
    pub clicked_spend: Decimal,
    /// Impressions and clicks of days of which both are known.
    pub both: Option<(u64, u64)>,
    pub started: Option<u64>,
    pub first_replies: Option<u64>,
    /// Conversations by step.
    pub counts: [u64; STEPS],
    /// Those of days of which the cost is known.
    pub paid_counts: [u64; STEPS],
    /// Purchases' values in the row's currency, of those days.
    pub value: Drawn,
    /// Conversations of days of which the cost is unknown.
    pub unpaid: u64,
}

impl Sum {
    fn spent(&mut self, amount: Decimal) {
        *self.spend.get_or_insert_default() += amount;
    }

    fn shown(&mut self, day: &AdDay) {
        add_known(&mut self.impressions, day.impressions);
        add_known(&mut self.clicks, day.clicks);
        add_known(&mut self.started, day.conversations_started);
        add_known(&mut self.first_replies, day.first_replies);
        self.spent(day.spend);
        if day.impressions.is_some() {
            self.shown_spend += day.spend;
        }
        if day.clicks.is_some() {
            self.clicked_spend += day.spend;
        }
        if let Some((impressions, clicks)) = day.impressions.zip(day.clicks) {
            let (shown, clicked) = self.both.unwrap_or_default();
            self.both = Some((shown + impressions, clicked + clicks));
        }
    }
}

/// Adds up everything.
pub(super) fn sums(
    data: &mut AdsData,
    level: Level,
    period: &Period,
) -> PolarsResult<BTreeMap<Key, Sum>> {
    for day in &data.spend {
        data.known.note(&day.ad_id, day.date);
    }
    let currencies = currencies(data);
    let sponsored = sponsored(data)?;
    let mut rows: BTreeMap<Key, Sum> = BTreeMap::new();
    for day in &data.spend {
        let names = names_of(day);
        let (key, name) = match level {
            Level::Placement => (day.placement(), day.placement()),
            Level::Link => continue,
            Level::Source if sponsored.contains(day.ad_id.as_str()) => {
                (Source::Sponsored.as_str().to_owned(), String::new())
            }
            _ => ad_key(level, &day.ad_id, &names),
        };
        let row = rows.entry((key, day.currency.clone())).or_default();
        (row.name, row.names) = (name, in_common(names, level));
        row.shown(day);
    }
    add_costs(data, level, period, &mut rows);
    if level != Level::Placement {
        add_conversations(data, level, period, &currencies, &mut rows)?;
        add_values(data, level, period, &currencies, &mut rows)?;
    }
    Ok(rows)
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

/// Ads that are sponsored messages: those by which people came as by such, and never as by another ad.
fn sponsored(data: &AdsData) -> PolarsResult<HashSet<String>> {
    let openings = Openings::of(&data.counts)?;
    let (mut messages, mut others) = (HashSet::new(), HashSet::new());
    for opening in (0..data.counts.height()).map(|at| openings.at(at)) {
        let is_sponsored = opening.source == Source::Sponsored.as_str();
        let ads = if is_sponsored { &mut messages } else { &mut others };
        ads.insert(opening.ad);
    }
    Ok(messages.difference(&others).map(|ad| (*ad).to_owned()).collect())
}

fn names_of(day: &AdDay) -> AdNames {
    AdNames {
        account_id: day.account_id.clone(),
        ad_name: day.ad_name.clone(),
        adset_id: day.adset_id.clone(),
        adset_name: day.adset_name.clone(),
        campaign_id: day.campaign_id.clone(),
        campaign_name: day.campaign_name.clone(),
        currency: day.currency.clone(),
    }
}

/// An ad's key and name at a level.
fn ad_key(level: Level, ad_id: &str, names: &AdNames) -> (String, String) {
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

/// Costs put down by hand, and clicks and costs of links.
fn add_costs(data: &AdsData, level: Level, period: &Period, rows: &mut BTreeMap<Key, Sum>) {
    let of = match level {
        Level::Link => CostOf::Link,
        Level::Source => CostOf::Source,
        _ => return,
    };
    // Of parts of days it is unknown, as what ads cost.
    if let Some((first, last)) = period.whole_days() {
        for cost in data.costs.iter().filter(|cost| cost.of == of) {
            let part = cost.within(first, last);
            if !part.is_zero() {
                rows.entry((cost.name.clone(), cost.currency.clone())).or_default().spent(part);
            }
        }
    }
    if level != Level::Link {
        return;
    }
    for (slug, before) in &data.links {
        let is_its = |cost: &&Cost| cost.of == CostOf::Link && cost.name == *slug;
        let known = named(rows, slug).next().map(|(_, currency)| currency.clone());
        let own = before.cost.as_ref().map(|(_, currency)| currency.clone());
        let row = (slug.clone(), known.or(own).unwrap_or_default());
        rows.entry(row).or_default().clicks = Some(before.clicks);
        // Beside costs of days that are unknown here it would be taken for all.
        let is_part = period.whole_days().is_none() && data.costs.iter().any(|cost| is_its(&cost));
        if let Some((cost, currency)) = before.cost.as_ref().filter(|_| !is_part) {
            rows.entry((slug.clone(), currency.clone())).or_default().spent(*cost);
        }
    }
}

/// The columns by which a frame's rows are told apart.
struct Openings<'a> {
    ads: &'a StringChunked,
    sources: &'a StringChunked,
    links: &'a StringChunked,
    /// UTC milliseconds.
    days: &'a Int64Chunked,
}

impl<'a> Openings<'a> {
    fn of(frame: &'a DataFrame) -> PolarsResult<Self> {
        let text = |name: &str| frame.column(name)?.str();
        Ok(Self {
            ads: text("ad_id")?,
            sources: text("source")?,
            links: text("link")?,
            days: frame.column("opened_at")?.i64()?,
        })
    }

    fn at(&self, row: usize) -> Opening<'a> {
        Opening {
            ad: text(self.ads, row),
            source: text(self.sources, row),
            link: text(self.links, row),
            day: self.days.get(row).unwrap_or(0),
        }
    }
}

/// What tells a conversation's row.
struct Opening<'a> {
    ad: &'a str,
    source: &'a str,
    link: &'a str,
    /// Its day's first instant, UTC milliseconds.
    day: i64,
}

/// The rows of a name, one a currency.
fn named<'r>(rows: &'r BTreeMap<Key, Sum>, name: &str) -> impl Iterator<Item = &'r Key> {
    let first = (name.to_owned(), String::new());
    let name = name.to_owned();
    rows.range(first..).map(|(key, _)| key).take_while(move |(known, _)| *known == name)
}

impl Opening<'_> {
    fn date(&self, period: &Period) -> Option<Date> {
        let instant = jiff::Timestamp::from_millisecond(self.day).ok()?;
        Some(period.zone.to_datetime(instant).date())
    }

    /// Its row, and whether that has what its ad cost.
    fn key(
        &self,
        data: &AdsData,
        level: Level,
        period: &Period,
        currencies: &HashMap<String, String>,
        rows: &BTreeMap<Key, Sum>,
    ) -> Option<(Key, bool)> {
        let by_hand = |name: &str| {
            named(rows, name).next().cloned().unwrap_or_else(|| (name.to_owned(), String::new()))
        };
        let of_ad = |name: String| {
            let currency = currencies.get(self.ad).cloned().unwrap_or_default();
            Some(((name, currency), true))
        };
        match level {
            Level::Link => (!self.link.is_empty()).then(|| (by_hand(self.link), false)),
            // Of which ad is not known: only where all are paid in one currency it is theirs.
            Level::Source if self.ad.is_empty() && self.source == Source::Ad.as_str() => {
                let of_one_currency = named(rows, self.source).count() <= 1;
                let none = || (self.source.to_owned(), String::new());
                Some((if of_one_currency { by_hand(self.source) } else { none() }, true))
            }
            Level::Source if self.ad.is_empty() => Some((by_hand(self.source), false)),
            Level::Source => {
                // Sponsored messages may be ads that are read, or costs that are put down by hand.
                let has_spend = data.spend.iter().any(|day| day.ad_id == self.ad);
                let (first, last) = period.first_and_last_day();
                let is_its = |cost: &&Cost| {
                    (cost.of, cost.name.as_str()) == (CostOf::Source, self.source)
                        && !cost.within(first, last).is_zero()
                };
                match data.costs.iter().find(is_its).filter(|_| !has_spend) {
                    Some(cost) => Some(((cost.name.clone(), cost.currency.clone()), false)),
                    None => of_ad(self.source.to_owned()),
                }
            }
            _ if self.ad.is_empty() => None,
            _ => {
                let none = AdNames::default();
                let names = data.ads.get(self.ad).unwrap_or(&none);
                of_ad(ad_key(level, self.ad, names).0)
            }
        }
    }
}

fn add_conversations(
    data: &AdsData,
    level: Level,
    period: &Period,
    currencies: &HashMap<String, String>,
    rows: &mut BTreeMap<Key, Sum>,
) -> PolarsResult<()> {
    let counts = &data.counts;
    let openings = Openings::of(counts)?;
    let mut steps = Vec::new();
    for name in std::iter::once("opened").chain(STAGES) {
        steps.push(counts.column(name)?.u64()?);
    }
    for at in 0..counts.height() {
        let opening = openings.at(at);
        let Some((key, is_ad)) = opening.key(data, level, period, currencies, rows) else {
            continue;
        };
        let is_paid = !is_ad || is_known(data, period, &opening);
        let row = rows.entry(key).or_default();
        if is_ad && row.name.is_empty() && level != Level::Source {
            let names = data.ads.get(opening.ad).cloned().unwrap_or_default();
            row.name = ad_key(level, opening.ad, &names).1;
            row.names = in_common(names, level);
        }
        if is_ad && is_paid && !is_told(data, period, &opening) {
            // It is known, and was not shown: it cost nothing.
            row.spent(Decimal::ZERO);
            add_known(&mut row.impressions, Some(0));
            add_known(&mut row.clicks, Some(0));
        }
        for (step, counts) in steps.iter().enumerate() {
            let count = counts.get(at).unwrap_or(0);
            row.counts[step] += count;
            if is_paid {
                row.paid_counts[step] += count;
            } else if step == 0 {
                row.unpaid += count;
            }
        }
    }
    Ok(())
}

fn add_values(
    data: &AdsData,
    level: Level,
    period: &Period,
    currencies: &HashMap<String, String>,
    rows: &mut BTreeMap<Key, Sum>,
) -> PolarsResult<()> {
    let values = &data.values;
    let openings = Openings::of(values)?;
    let in_currency = values.column("currency")?.str()?;
    let (sums, squares) = (values.column("value")?.f64()?, values.column("squares")?.f64()?);
    let largest = values.column("largest")?.f64()?;
    for at in 0..values.height() {
        let opening = openings.at(at);
        let Some((key, is_ad)) = opening.key(data, level, period, currencies, rows) else {
            continue;
        };
        // A value in another currency than the cost says nothing of the return.
        let is_same = in_currency.get(at) == Some(key.1.as_str());
        if !is_same || is_ad && !is_known(data, period, &opening) {
            continue;
        }
        let drawn = Drawn {
            sum: sums.get(at).unwrap_or(0.0),
            squares: squares.get(at).unwrap_or(0.0),
            largest: largest.get(at).unwrap_or(0.0),
        };
        rows.entry(key).or_default().value.add(&drawn);
    }
    Ok(())
}

/// Whether its ad has figures of its own on the day.
fn is_told(data: &AdsData, period: &Period, opening: &Opening<'_>) -> bool {
    opening.date(period).is_some_and(|day| data.known.has_figures(opening.ad, day))
}

/// Whether it is known what the ad of a conversation cost on its day.
fn is_known(data: &AdsData, period: &Period, opening: &Opening<'_>) -> bool {
    // What an ad cost that is not named, nobody can know.
    if opening.ad.is_empty() {
        return false;
    }
    let Some(day) = opening.date(period) else { return false };
    let account = data.ads.get(opening.ad).map_or("", |names| names.account_id.as_str());
    // Outside of whole days nothing was asked of spend.
    let days = period.whole_days();
    days.is_some_and(|(first, last)| (first..=last).contains(&day))
        && data.known.knows(account, opening.ad, day)
}
