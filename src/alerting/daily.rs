//! What each day added to a figure: from which its week and level are known.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive;

use super::figure::Figure;
use super::{Alerting, RuleError, WrittenRule};
use crate::analysis::{
    Breakdown, DEFAULT_FUNNEL, DayPart, DayValue, Dimension, Funnels, day_values,
};
use crate::domain::{AdDay, Timestamp};
use crate::insights::error::AnswerError;
use crate::insights::funnel::answer_funnel;
use crate::insights::query::{QueryParams, Question};

/// Days of a figure by currency; of what is no money under none.
pub(crate) type Days = BTreeMap<String, BTreeMap<Date, DayPart>>;

impl Alerting {
    /// The figure of that name, of a filter that it takes.
    ///
    /// # Errors
    /// With the key that is wrong.
    pub(crate) fn figure(&self, name: &str, filter: &str) -> Result<Figure, RuleError> {
        let [figure, filter] = [name, filter].map(str::to_owned);
        let rule = WrittenRule { figure, filter, ..WrittenRule::default() };
        Ok(rule.measured(&self.catalog.defaults)?.figure)
    }

    /// The question of a filter.
    pub(crate) fn asked(&self, filter: &str, now: Timestamp) -> Result<Question, AnswerError> {
        let filter = Some(filter.to_owned()).filter(|filter| !filter.is_empty());
        let asked = QueryParams { filter, ..QueryParams::default() };
        Ok(asked.understand(&self.catalog.defaults, now)?)
    }

    /// What each day of the question's period added to a figure. Of a median that is not known by days.
    pub(crate) async fn by_day(
        &self,
        figure: Figure,
        question: &Question,
    ) -> Result<Days, AnswerError> {
        if figure.is_of_ads() {
            return self.of_ads_by_day(figure, question).await;
        }
        if figure == Figure::MedianFirstResponse {
            return Ok(Days::new());
        }
        let asked = Question { by: vec![Dimension::Day], ..question.clone() };
        let own = Funnels::new();
        let store = &self.catalog.bounded;
        let report = answer_funnel(store, &own, DEFAULT_FUNNEL, &asked).await?;
        let day = |row: &Breakdown| {
            let day = row.value("day")?.parse().ok()?;
            let part = match figure {
                Figure::Leads => whole(of(row, "lead")),
                Figure::Purchases => whole(of(row, "purchase")),
                Figure::ReplyRate => {
                    DayPart { above: of(row, "answered"), below: of(row, "messaged") }
                }
                _ => whole(of(row, "opened")),
            };
            Some((day, part))
        };
        let days: BTreeMap<Date, DayPart> = report.breakdown.iter().filter_map(day).collect();
        Ok(Days::from([(String::new(), days)]))
    }

    /// Of what ads cost and brought: the conversations are those of ads that cost something in the same time.
    async fn of_ads_by_day(
        &self,
        figure: Figure,
        question: &Question,
    ) -> Result<Days, AnswerError> {
        let period = &question.period;
        let (first, last) = period.first_and_last_day();
        let by = vec![Dimension::Ad, Dimension::Day];
        let asked = Question { by, filters: Vec::new(), ..question.clone() };
        let (store, own) = (&self.catalog.bounded, Funnels::new());
        let paid_days = async { Ok::<_, AnswerError>(store.spend(first, last).await?) };
        let values = async {
            let found = store.purchase_values(period).await?;
            Ok(day_values(&found, &period.zone)?)
        };
        let report = answer_funnel(store, &own, DEFAULT_FUNNEL, &asked);
        let (paid_days, values, report) = tokio::try_join!(paid_days, values, report)?;
        let is_meant = |day: &&AdDay| match question.filters.as_slice() {
            [one] if one.dimension == Dimension::Campaign => {
                day.campaign_id == one.value || day.campaign_name == one.value
            }
            [one] => day.ad_id == one.value || day.ad_name == one.value,
            _ => true,
        };
        let mut ads: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut days = Days::new();
        let mut add = |currency: &str, day: Date, above: f64, below: f64| {
            let known = days.entry(currency.to_owned()).or_default().entry(day).or_default();
            known.above += above;
            known.below += below;
        };
        let is_cost = !matches!(figure, Figure::Value | Figure::Roas);
        for day in paid_days.iter().filter(is_meant) {
            ads.entry(&day.ad_id).or_default().insert(&day.currency);
            let cost = day.spend.to_f64().unwrap_or(0.0);
            let (above, below) = if is_cost { (cost, 0.0) } else { (0.0, cost) };
            add(&day.currency, day.date, above, below);
        }
        let step = match figure {
            Figure::CostPerConversation => "opened",
            Figure::CostPerLead => "lead",
            Figure::CostPerPurchase => "purchase",
            _ => "",
        };
        for row in report.breakdown.iter().filter(|_| !step.is_empty()) {
            let day = row.value("day").and_then(|day| day.parse().ok());
            let paid = row.value("ad").and_then(|ad| ads.get(ad));
            if let Some((day, currencies)) = day.zip(paid) {
                for currency in currencies {
                    add(currency, day, 0.0, of(row, step));
                }
            }
        }
        for DayValue { ad, currency, day, value } in values.iter().filter(|_| !is_cost) {
            if ads.get(ad.as_str()).is_some_and(|paid| paid.contains(currency.as_str())) {
                add(currency, *day, *value, 0.0);
            }
        }
        Ok(days)
    }
}

fn whole(above: f64) -> DayPart {
    DayPart { above, below: 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn of(row: &Breakdown, step: &str) -> f64 {
    row.count(step).unwrap_or(0) as f64
}
