//! The report, as views render it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use polars_core::prelude::PolarsResult;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use utoipa::ToSchema;

use super::interval::{Drawn, Estimate};
use super::openings::{Key, ad_key};
use super::sums::{STEPS, Sum, sums};
use super::unfinished::{Curves, Expected};
use super::{AdsData, Level};
use crate::analysis::time_to_convert::Outlook;
use crate::analysis::{AnalysisError, Rate, STAGES, wilson};
use crate::domain::{Clock, Period, add_known};
use crate::language::{Message, say};

/// What ads, links or entry points cost and brought in a period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AdsReport {
    /// What rows are about.
    pub level: &'static str,
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// The zone of its days.
    pub time_zone: String,
    /// Which day a conversion counts on.
    pub clock: Clock,
    /// Days of which it is unknown what ads cost, by account; they are in no cost.
    pub unknown_days: Vec<UnknownDays>,
    /// What else has to be known to read it.
    #[schema(value_type = Vec<String>)]
    pub notes: Vec<Message>,
    /// Everything together, a row a currency.
    pub totals: Vec<AdsRow>,
    /// The rows, the dearest first.
    pub rows: Vec<AdsRow>,
}

/// Days of which it is unknown what an account's ads cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnknownDays {
    /// The account; empty: files.
    pub account_id: String,
    /// The days.
    pub days: Vec<String>,
}

/// One campaign, ad set, ad, placement, link or entry point. Money is in `currency`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AdsRow {
    /// Id of the ad, ad set or campaign; slug of the link; name of the placement or entry point. Empty of
    /// totals, and where an export names no campaign.
    pub id: String,
    /// What it is called; may be empty.
    pub name: String,
    /// Its campaign; may be empty.
    pub campaign: String,
    /// Its ad set; may be empty.
    pub ad_set: String,
    /// Its ad account; may be empty.
    pub account_id: String,
    /// ISO 4217; `None` if it has no cost.
    pub currency: Option<String>,
    /// What it cost on the days that are known; `None` if none is.
    pub spend: Option<f64>,
    /// How often it was shown; `None` if unknown.
    pub impressions: Option<u64>,
    /// Clicks; `None` if unknown.
    pub clicks: Option<u64>,
    /// Clicks of impressions.
    pub ctr: Option<Rate>,
    /// Cost of a thousand impressions.
    pub cpm: Option<f64>,
    /// Cost of a click.
    pub cost_per_click: Option<Estimate>,
    /// What conversations did.
    pub steps: Vec<StageCost>,
    /// Id of the row that it is a part of, a level higher: of an ad its ad set, of that its campaign; else empty.
    #[serde(skip)]
    pub parent: String,
    /// Conversations opened on each day that has some, by its first instant (UTC milliseconds).
    #[serde(skip)]
    pub opened_by_day: BTreeMap<i64, u64>,
    /// What its ads cost on each day, by its first instant (UTC milliseconds).
    #[serde(skip)]
    pub spend_by_day: BTreeMap<i64, f64>,
    /// Conversations of days of which the cost is unknown: counted in `steps`, in no cost.
    pub without_cost: u64,
    /// Value of the purchases in `currency`, of the conversations that were opened in the period.
    pub value: Option<f64>,
    /// Return on ad spend by day of opening: `value` of each unit of spend.
    pub roas: Option<Estimate>,
    /// The part of `value` that there was time for, 0 to 1; `None` where the data do not bear it.
    pub value_matured_share: Option<f64>,
    /// The return when the time of all conversations is over: what came back so far and what is still expected, with
    /// the interval that holds it 95 times of 100. `None` where the data do not bear it.
    pub expected_roas: Option<Estimate>,
    /// Meta's `onsite_conversion.messaging_conversation_started_7d`; `None` if unknown.
    pub conversations_started: Option<u64>,
    /// Meta's `onsite_conversion.messaging_first_reply`; `None` if unknown.
    pub first_replies: Option<u64>,
    /// Messages that WhatsApp charges for, in the conversations of days of which the cost is known; `None` if that
    /// cannot be told (placements).
    pub charged_messages: Option<u64>,
    /// What they cost, of those whose price is known; `None` if none is, and of the total of what no spend brought.
    pub message_cost: Option<f64>,
    /// Those whose price is unknown: in no cost.
    pub messages_without_cost: u64,
}

/// A stage, and what each conversation that reached it cost.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StageCost {
    /// Its name.
    pub name: &'static str,
    /// Conversations that reached it; `None` if that cannot be told (placements).
    pub count: Option<u64>,
    /// Spend and what messages cost, by those of days of which it is known.
    pub cost: Option<Estimate>,
    /// The part of those who will reach it for which there was time, 0 to 1; `None` where the data do not bear it.
    pub matured_share: Option<f64>,
    /// What each costs when the time of all conversations is over, with the interval that holds it 95 times of 100. `None`
    /// where the data do not bear it.
    pub expected_cost: Option<Estimate>,
    /// Conversations of days of which the cost is known.
    #[serde(skip)]
    pub paid_count: u64,
    /// What was paid for the part of them that there was time for; with it rows are compared. `None` if that is unknown.
    #[serde(skip)]
    pub paid_at_same_age: Option<f64>,
}

/// What each of those who are expected costs.
fn each(paid: f64, outlook: &Outlook) -> Option<Estimate> {
    let of = |count: f64| (count > 0.0).then(|| paid / count);
    Some(Estimate {
        value: of(outlook.expected?),
        low: of(outlook.high?).unwrap_or(0.0),
        high: of(outlook.low?),
    })
}

/// Computes the report. Spend is that of whole days; in a period of parts of days it is unknown.
///
/// # Errors
/// If a frame is not what its documentation says.
pub fn ads(mut data: AdsData, level: Level, period: &Period) -> Result<AdsReport, AnalysisError> {
    let rows = sums(&mut data, level, period)?;
    let mut curves = Curves::new(&data, level, period)?;
    let mut totals: BTreeMap<String, Sum> = BTreeMap::new();
    for ((_, currency), sum) in &rows {
        // Conversations that no spend brought are in no cost of those that it did; what their messages cost stands in
        // their own row.
        if sum.spend.is_none() && sum.message_cost.is_some() && sum.counts[0] > 0 {
            let sum = Sum { message_cost: None, ..sum.clone() };
            add(totals.entry(String::new()).or_default(), &sum);
        } else {
            add(totals.entry(currency.clone()).or_default(), sum);
        }
    }
    let days = period.days().into_iter().map(|(date, first)| (date, first.0)).collect();
    // Those with costs first.
    let totals = totals.into_iter().rev().map(|(currency, sum)| ((String::new(), currency), sum));
    let totals = totals.map(|(key, sum)| AdsRow::new(key, &sum, level, &curves, &days)).collect();
    curves.told_of_rows(rows.values());
    let row = |(key, sum): (Key, Sum)| AdsRow::new(key, &sum, level, &curves, &days);
    let mut all: Vec<AdsRow> = rows.into_iter().map(row).collect();
    all.sort_by(|one, other| {
        let spend = |row: &AdsRow| row.spend.unwrap_or(-1.0);
        let opened = |row: &AdsRow| row.steps[0].count;
        spend(other).total_cmp(&spend(one)).then(opened(other).cmp(&opened(one)))
    });
    Ok(AdsReport {
        level: level.as_str(),
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        time_zone: period.zone.iana_name().unwrap_or("UTC").to_owned(),
        clock: Clock::Opening,
        unknown_days: unknown(&data, period)?,
        notes: notes(&data, level, period),
        totals,
        rows: all,
    })
}

fn unknown(data: &AdsData, period: &Period) -> PolarsResult<Vec<UnknownDays>> {
    let days: Vec<Date> = period.days().into_iter().map(|(date, _)| date).collect();
    let mut came = BTreeSet::new();
    let (ads, opened) = (data.counts.column("ad_id")?.str()?, data.counts.column("opened")?.u64()?);
    for (ad, opened) in ads.iter().zip(opened.iter()) {
        if let Some(ad) = ad.filter(|ad| !ad.is_empty() && opened.is_some_and(|opened| opened > 0))
        {
            let account = data.ads.get(ad).map(|names| names.account_id.clone());
            came.insert(account.unwrap_or_default());
        }
    }
    let unknown = data.known.unknown(&days, came).into_iter();
    Ok(unknown
        .map(|(account_id, days)| UnknownDays {
            account_id,
            days: days.iter().map(ToString::to_string).collect(),
        })
        .collect())
}

fn notes(data: &AdsData, level: Level, period: &Period) -> Vec<Message> {
    let mut notes = Vec::new();
    let zone = period.zone.iana_name().unwrap_or("UTC");
    for account in &data.accounts {
        if account.time_zone != zone && !account.time_zone.is_empty() {
            let note = say("ads-note-zone").with("account", &account.id);
            notes.push(note.with("own", &account.time_zone).with("zone", zone));
        }
    }
    match level {
        Level::Placement => notes.push(say("ads-note-placement")),
        Level::Link if data.links.values().any(|before| before.cost.is_some()) => {
            notes.push(say("ads-note-link"));
        }
        _ => {}
    }
    if period.whole_days().is_none() {
        notes.push(say("ads-note-days"));
    }
    notes
}

fn add(total: &mut Sum, sum: &Sum) {
    add_known(&mut total.impressions, sum.impressions);
    add_known(&mut total.clicks, sum.clicks);
    add_known(&mut total.started, sum.started);
    add_known(&mut total.first_replies, sum.first_replies);
    if let Some(spend) = sum.spend {
        *total.spend.get_or_insert_default() += spend;
    }
    total.shown_spend += sum.shown_spend;
    total.clicked_spend += sum.clicked_spend;
    if let Some((shown, clicked)) = sum.both {
        let (before, clicked_before) = total.both.unwrap_or_default();
        total.both = Some((before + shown, clicked_before + clicked));
    }
    for step in 0..STEPS {
        total.counts[step] += sum.counts[step];
        total.paid_counts[step] += sum.paid_counts[step];
    }
    for (hour, counts) in &sum.young {
        let young = total.young.entry(*hour).or_default();
        young.iter_mut().zip(counts).for_each(|(all, own)| *all += own);
    }
    for (day, spend) in &sum.spend_by_day {
        *total.spend_by_day.entry(*day).or_default() += *spend;
    }
    for (day, opened) in &sum.opened_by_day {
        *total.opened_by_day.entry(*day).or_default() += opened;
    }
    total.value.add(&sum.value);
    total.unpaid += sum.unpaid;
    total.charged += sum.charged;
    total.unpriced += sum.unpriced;
    if let Some(cost) = sum.message_cost {
        *total.message_cost.get_or_insert_default() += cost;
    }
}

impl AdsRow {
    fn new(
        (id, currency): Key,
        sum: &Sum,
        level: Level,
        curves: &Curves,
        days: &BTreeMap<Date, i64>,
    ) -> Self {
        let is_placement = level == Level::Placement;
        let spend = sum.spend.and_then(|spend: Decimal| spend.to_f64());
        let paid = sum.paid().and_then(|paid| paid.to_f64());
        let steps = std::iter::once("opened").chain(STAGES).enumerate();
        let paid = paid.filter(|_| !is_placement);
        let steps = steps.map(|(step, name)| {
            let outlook = curves.reached(sum, step);
            StageCost {
                name,
                count: (!is_placement).then_some(sum.counts[step]),
                cost: paid.map(|paid| Drawn::count(sum.paid_counts[step]).cost(paid)),
                matured_share: outlook.matured_share.filter(|_| !is_placement),
                expected_cost: paid.and_then(|paid| each(paid, &outlook)),
                paid_count: sum.paid_counts[step],
                paid_at_same_age: paid.and_then(|paid| curves.paid_at_same_age(sum, step, paid)),
            }
        });
        let (impressions, clicks) = (sum.impressions, sum.clicks);
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let per_thousand = |spend: f64| {
            impressions.filter(|shown| *shown > 0).map(|shown| spend * 1000.0 / shown as f64)
        };
        // Of links the clicks are visits, and all that was paid is for them.
        let has_days = !sum.clicked_spend.is_zero() || sum.both.is_some();
        let clicked_spend = if has_days { sum.clicked_spend.to_f64() } else { spend };
        // Purchases without a value in this currency say nothing of the return.
        let is_valued = sum.paid_counts[STEPS - 1] == 0 || sum.value.largest > 0.0;
        let returned = spend.filter(|_| !is_placement && is_valued);
        let expected =
            returned.map_or_else(Expected::default, |spend| curves.returned(sum, &currency, spend));
        Self {
            steps: steps.collect(),
            id,
            name: sum.name.clone(),
            campaign: sum.names.campaign_name.clone(),
            ad_set: sum.names.adset_name.clone(),
            account_id: sum.names.account_id.clone(),
            currency: Some(currency).filter(|currency| !currency.is_empty()),
            spend,
            impressions,
            clicks,
            // More clicks than impressions happen; they are no share.
            ctr: sum
                .both
                .filter(|(shown, clicks)| clicks <= shown)
                .and_then(|(shown, clicks)| wilson(clicks, shown)),
            // Only of days of which both are known.
            cpm: sum.shown_spend.to_f64().filter(|_| spend.is_some()).and_then(per_thousand),
            cost_per_click: clicked_spend
                .filter(|_| spend.is_some())
                .zip(clicks)
                .map(|(spend, clicks)| Drawn::count(clicks).cost(spend)),
            parent: match level {
                Level::Ad => ad_key(Level::AdSet, "", &sum.names).0,
                Level::AdSet => ad_key(Level::Campaign, "", &sum.names).0,
                _ => String::new(),
            },
            opened_by_day: sum.opened_by_day.clone(),
            spend_by_day: sum
                .spend_by_day
                .iter()
                .filter_map(|(date, spend)| Some((*days.get(date)?, spend.to_f64()?)))
                .collect(),
            without_cost: sum.unpaid,
            value: returned.map(|_| sum.value.sum),
            roas: returned.and_then(|spend| sum.value.return_on(spend)),
            value_matured_share: expected.matured_share,
            expected_roas: expected.figure,
            conversations_started: sum.started,
            first_replies: sum.first_replies,
            charged_messages: (!is_placement).then_some(sum.charged),
            message_cost: sum
                .messages_cost()
                .filter(|_| !is_placement)
                .and_then(|cost| cost.to_f64()),
            messages_without_cost: sum.unpriced,
        }
    }

    /// What was paid for its conversations: spend and what messages cost; `None` if neither is known.
    #[must_use]
    pub fn paid(&self) -> Option<f64> {
        let messages = self.message_cost.filter(|cost| *cost > 0.0);
        match (self.spend, messages) {
            (None, None) => None,
            (spend, messages) => Some(spend.unwrap_or(0.0) + messages.unwrap_or(0.0)),
        }
    }
}
