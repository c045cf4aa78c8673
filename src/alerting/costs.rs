//! Looking at what ads cost: ads that bring nobody, and a cost that has jumped.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive;

use super::Alerting;
use super::reason::Reason;
use crate::analysis::{
    Breakdown, CostDay, DEFAULT_FUNNEL, Dimension, Funnels, conversations_missed, cost_jump,
};
use crate::domain::{AdDay, Timestamp};
use crate::insights::error::AnswerError;
use crate::insights::funnel::answer_funnel;
use crate::insights::query::{QueryParams, Question};

/// Days of which costs are looked at, and days before them with which they are compared.
const RECENT_DAYS: i64 = 3;
const DAYS_BEFORE: i64 = 28;

impl Alerting {
    /// What ads cost in the last days and in those before them, and how many conversations each had by day.
    pub(super) async fn costs(&self, now: Timestamp) -> Result<Costs, AnswerError> {
        let (first, last) = self.last_days(now, RECENT_DAYS + DAYS_BEFORE);
        let recent = last.saturating_sub(jiff::Span::new().days(RECENT_DAYS - 1));
        let question = QueryParams {
            from: Some(first.to_string()),
            to: Some(last.saturating_add(jiff::Span::new().days(1)).to_string()),
            ..QueryParams::default()
        };
        let question = question.understand(&self.catalog.defaults, now)?;
        let by = vec![Dimension::Ad, Dimension::Day];
        let question = Question { by, ..question };
        let (store, own) = (&self.catalog.bounded, Funnels::new());
        let spend = async { Ok::<_, AnswerError>(store.spend(first, last).await?) };
        let (spend, report) =
            tokio::try_join!(spend, answer_funnel(store, &own, DEFAULT_FUNNEL, &question))?;
        let row = |row: &Breakdown| {
            let (ad, day) = (row.value("ad")?.to_owned(), row.value("day")?.parse().ok()?);
            Some(((ad, day), row.count("opened").unwrap_or(0)))
        };
        let opened = report.breakdown.iter().filter_map(row).collect();
        Ok(Costs { recent, spend, opened })
    }
}

/// What ads cost by day, and what came of it.
pub(super) struct Costs {
    /// The first of the last days.
    recent: Date,
    spend: Vec<AdDay>,
    /// Conversations by ad and day.
    opened: BTreeMap<(String, Date), u64>,
}

impl Costs {
    /// Ads that cost money in the last days and brought nobody.
    pub(super) fn without_conversation(&self) -> Vec<(String, Reason)> {
        let mut found = Vec::new();
        for (currency, ads) in self.by_ad() {
            let whole = self.days(&currency, |day| day < self.recent);
            let (spent, came) = whole
                .iter()
                .fold((0.0, 0), |(spent, came), day| (spent + day.spend, came + day.conversations));
            // Few conversations say little of what one costs.
            if came < 30 {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
            let usual = spent / came as f64;
            for (id, (name, of_ad)) in ads {
                let CostDay { spend, conversations } = of_ad;
                if let Some(missed) = conversations_missed(spend, conversations, usual) {
                    let name = if name.is_empty() { id.clone() } else { name };
                    let (about, currency) = (id.clone(), currency.clone());
                    let reason =
                        Reason::SpendWithoutConversation { id, name, spend, currency, missed };
                    found.push((about, reason));
                }
            }
        }
        found
    }

    /// Currencies in which a conversation costs much more in the last days than before.
    pub(super) fn jumped(&self) -> Vec<(String, Reason)> {
        let jump = |currency: String| {
            let before = self.days(&currency, |day| day < self.recent);
            let recent = self.days(&currency, |day| day >= self.recent);
            let jump = cost_jump(&before, &recent)?;
            let about = currency.clone();
            Some((about, Reason::CostJump { currency, cost: jump.cost, before: jump.before }))
        };
        self.currencies().into_iter().filter_map(jump).collect()
    }

    fn currencies(&self) -> BTreeSet<String> {
        self.spend.iter().map(|day| day.currency.clone()).collect()
    }

    /// Each day with what its ads cost in a currency, and the conversations of these ads.
    fn days(&self, currency: &str, is_wanted: impl Fn(Date) -> bool) -> Vec<CostDay> {
        let mut days: BTreeMap<Date, (f64, BTreeSet<&str>)> = BTreeMap::new();
        let own = self.spend.iter().filter(|day| day.currency == currency && is_wanted(day.date));
        for day in own {
            let known = days.entry(day.date).or_default();
            known.0 += amount(day);
            known.1.insert(&day.ad_id);
        }
        let day = |(date, (spend, ads)): (Date, (f64, BTreeSet<&str>))| {
            let came = ads.iter().filter_map(|ad| self.opened.get(&((*ad).to_owned(), date)));
            CostDay { spend, conversations: came.sum() }
        };
        days.into_iter().map(day).collect()
    }

    /// Of each currency the ads with their names, and what they cost and brought in the last days.
    fn by_ad(&self) -> BTreeMap<String, BTreeMap<String, (String, CostDay)>> {
        let mut found: BTreeMap<String, BTreeMap<String, (String, CostDay)>> = BTreeMap::new();
        for day in self.spend.iter().filter(|day| day.date >= self.recent) {
            let ads = found.entry(day.currency.clone()).or_default();
            let known = ads.entry(day.ad_id.clone()).or_default();
            known.0.clone_from(&day.ad_name);
            known.1.spend += amount(day);
        }
        // Conversations of days of which nothing was spent count too: the ad brings somebody.
        for ((ad, _), count) in self.opened.iter().filter(|((_, day), _)| *day >= self.recent) {
            for ads in found.values_mut() {
                if let Some((_, known)) = ads.get_mut(ad) {
                    known.conversations += count;
                }
            }
        }
        found
    }
}

fn amount(day: &AdDay) -> f64 {
    day.spend.to_f64().unwrap_or(0.0)
}
