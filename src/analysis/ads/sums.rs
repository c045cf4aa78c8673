//! Adds up what belongs to each row.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;
use polars_core::prelude::PolarsResult;
use rust_decimal::Decimal;

use super::interval::Drawn;
use super::maturity::Maturity;
use super::messages::Charges;
use super::openings::{Key, Ledger, Opening, Openings, ad_key, named};
use super::{AdsData, Level, in_common};
use crate::analysis::STAGES;
use crate::domain::{AdDay, AdNames, Cost, CostOf, Period, Source, add_known};

/// Steps that conversations take: `opened` and the stages.
pub(super) const STEPS: usize = STAGES.len() + 1;

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
    /// Those opened on each day, by its first instant (UTC milliseconds).
    pub opened_by_day: BTreeMap<i64, u64>,
    /// Those of days of which the cost is known.
    pub paid_counts: [u64; STEPS],
    /// Of those the ones that may be unfinished, by the hour of opening (UTC milliseconds).
    pub young: BTreeMap<i64, [u64; STEPS]>,
    /// What ads cost on each day.
    pub spend_by_day: BTreeMap<Date, Decimal>,
    /// Purchases' values in the row's currency, of those days.
    pub value: Drawn,
    /// Conversations of days of which the cost is unknown.
    pub unpaid: u64,
    /// Messages in them that WhatsApp charges for.
    pub charged: u64,
    /// What those cost of which that is known; `None`: none is.
    pub message_cost: Option<Decimal>,
    /// Messages that are charged for at a price that is unknown.
    pub unpriced: u64,
}

impl Sum {
    fn spent(&mut self, amount: Decimal) {
        *self.spend.get_or_insert_default() += amount;
    }

    /// What its messages cost, to a millionth; nothing where none is charged for.
    pub(super) fn messages_cost(&self) -> Option<Decimal> {
        let none = (self.charged == 0).then_some(Decimal::ZERO);
        self.message_cost.or(none).map(|cost| cost.round_dp(6).normalize())
    }

    /// What was paid for the row's conversations; `None` if that is unknown, or if there are none and messages in a
    /// currency of their own alone.
    pub(super) fn paid(&self) -> Option<Decimal> {
        match (self.spend, self.messages_cost().filter(|cost| !cost.is_zero())) {
            (None, None) => None,
            (None, Some(_)) if self.counts[0] == 0 => None,
            (spend, messages) => Some(spend.unwrap_or_default() + messages.unwrap_or_default()),
        }
    }

    /// Names the row of an ad that no spend names.
    pub(super) fn called(&mut self, ledger: &Ledger<'_>, opening: &Opening<'_>, is_ad: bool) {
        if is_ad && self.name.is_empty() && ledger.level != Level::Source {
            let names = ledger.data.ads.get(opening.ad).cloned().unwrap_or_default();
            self.name = ad_key(ledger.level, opening.ad, &names).1;
            self.names = in_common(names, ledger.level);
        }
    }

    fn shown(&mut self, day: &AdDay) {
        add_known(&mut self.impressions, day.impressions);
        add_known(&mut self.clicks, day.clicks);
        add_known(&mut self.started, day.conversations_started);
        add_known(&mut self.first_replies, day.first_replies);
        self.spent(day.spend);
        *self.spend_by_day.entry(day.date).or_default() += day.spend;
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
        let ledger = Ledger::new(data, level, period);
        // Before conversations: those without a cost of their own go to the row of what their messages cost.
        add_messages(&ledger, &mut rows)?;
        add_conversations(&ledger, &mut rows)?;
        add_values(&ledger, &mut rows)?;
        add_young(&ledger, &mut rows)?;
    }
    Ok(rows)
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

/// Adds what messages cost to the rows of the conversations, in the currency in which they are paid. Those of
/// conversations of days of which it is unknown what the ad cost are in no cost, as the ad is, and counted as such.
pub(super) fn add_messages(ledger: &Ledger<'_>, rows: &mut BTreeMap<Key, Sum>) -> PolarsResult<()> {
    let messages = &ledger.data.charged;
    let openings = Openings::of(messages)?;
    let charges = Charges::of(messages)?;
    // Priced ones first: then the others find the row that has a currency, in whatever order they come.
    for is_priced in [true, false] {
        for at in 0..messages.height() {
            let opening = openings.at(at);
            let (charge, count) = charges.at(at);
            let Some((key, is_ad)) = ledger.key(&opening, rows) else { continue };
            let cost = ledger.data.prices.of(&charge, count);
            let cost = cost.filter(|_| !is_ad || ledger.is_known(&opening));
            if cost.is_some() != is_priced {
                continue;
            }
            let currency = cost.map_or(key.1, |(_, currency)| currency.to_owned());
            let row = rows.entry((key.0, currency)).or_default();
            row.called(ledger, &opening, is_ad);
            row.charged += count;
            match cost {
                Some((cost, _)) => *row.message_cost.get_or_insert_default() += cost,
                None => row.unpriced += count,
            }
        }
    }
    Ok(())
}

fn add_conversations(ledger: &Ledger<'_>, rows: &mut BTreeMap<Key, Sum>) -> PolarsResult<()> {
    let counts = &ledger.data.counts;
    let openings = Openings::of(counts)?;
    let mut steps = Vec::new();
    for name in std::iter::once("opened").chain(STAGES) {
        steps.push(counts.column(name)?.u64()?);
    }
    for at in 0..counts.height() {
        let opening = openings.at(at);
        let Some((key, is_ad)) = ledger.key(&opening, rows) else { continue };
        let is_paid = !is_ad || ledger.is_known(&opening);
        let row = rows.entry(key).or_default();
        row.called(ledger, &opening, is_ad);
        if is_ad && is_paid && !ledger.is_told(&opening) {
            // It is known, and was not shown: it cost nothing.
            row.spent(Decimal::ZERO);
            add_known(&mut row.impressions, Some(0));
            add_known(&mut row.clicks, Some(0));
        }
        for (step, counts) in steps.iter().enumerate() {
            let count = counts.get(at).unwrap_or(0);
            row.counts[step] += count;
            if step == 0 {
                *row.opened_by_day.entry(opening.day).or_default() += count;
            }
            if is_paid {
                row.paid_counts[step] += count;
            } else if step == 0 {
                row.unpaid += count;
            }
        }
    }
    Ok(())
}

/// Adds those of which the time may not be over to the rows that hold them already.
fn add_young(ledger: &Ledger<'_>, rows: &mut BTreeMap<Key, Sum>) -> PolarsResult<()> {
    let Maturity::Unfinished(frames) = &ledger.data.maturity else { return Ok(()) };
    let openings = Openings::of(&frames.young)?;
    let steps =
        std::iter::once("opened").chain(STAGES).map(|name| frames.young.column(name)?.u64());
    let steps = steps.collect::<PolarsResult<Vec<_>>>()?;
    for at in 0..frames.young.height() {
        let opening = openings.at(at);
        let Some((key, is_ad)) = ledger.key(&opening, rows) else { continue };
        if is_ad && !ledger.is_known(&opening) {
            continue;
        }
        let Some(row) = rows.get_mut(&key) else { continue };
        let young = row.young.entry(opening.day).or_default();
        for (count, step) in young.iter_mut().zip(&steps) {
            *count += step.get(at).unwrap_or(0);
        }
    }
    Ok(())
}

fn add_values(ledger: &Ledger<'_>, rows: &mut BTreeMap<Key, Sum>) -> PolarsResult<()> {
    let values = &ledger.data.values;
    let openings = Openings::of(values)?;
    let in_currency = values.column("currency")?.str()?;
    let (sums, squares) = (values.column("value")?.f64()?, values.column("squares")?.f64()?);
    let largest = values.column("largest")?.f64()?;
    for at in 0..values.height() {
        let opening = openings.at(at);
        let Some((key, is_ad)) = ledger.key(&opening, rows) else { continue };
        // A value in another currency than the cost says nothing of the return.
        let is_same = in_currency.get(at) == Some(key.1.as_str());
        if !is_same || is_ad && !ledger.is_known(&opening) {
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
