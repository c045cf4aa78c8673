//! Figures of rules: the very ones that the API tells.

use std::collections::BTreeMap;

use super::Alerting;
use super::figure::{Figure, Over};
use super::rule::Measured;
use crate::analysis::{AdsRow, DEFAULT_FUNNEL, Dimension, FunnelReport, Funnels};
use crate::domain::{Period, Timestamp};
use crate::insights::ads::answer_ads;
use crate::insights::error::AnswerError;
use crate::insights::funnel::answer_funnel;
use crate::insights::query::Question;

const HOUR_MS: i64 = 3_600_000;

/// A figure's values by currency; of what is no money under none.
pub(crate) type Values = BTreeMap<String, f64>;

/// The time that a figure is looked at as of `now`, and the one before it of the same length.
pub(super) fn periods(over: Over, now: Timestamp, question: &Question) -> [Period; 2] {
    let zone = question.period.zone.clone();
    let [from, to, before] = match over {
        Over::Hours(hours) => {
            let length = hours * HOUR_MS;
            [now.0 - length, now.0, now.0 - 2 * length]
        }
        Over::Days(days) => {
            let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
            let today = zone.to_datetime(instant).date();
            let back = |days: i64| {
                let day = today.saturating_sub(jiff::Span::new().days(days));
                question.period.start_of(day).0
            };
            [back(days), back(0), back(2 * days)]
        }
    };
    let period = |from, to| Period { from: Timestamp(from), to: Timestamp(to), zone: zone.clone() };
    [period(from, to), period(before, from)]
}

impl Alerting {
    /// The question of a figure, of the time that its rule looks at.
    pub(super) fn question(&self, of: &Measured, now: Timestamp) -> Result<Question, AnswerError> {
        self.asked(&of.filter, now)
    }

    /// A figure in a period; nothing where it is not known.
    pub(crate) async fn measure(
        &self,
        figure: Figure,
        question: &Question,
    ) -> Result<Values, AnswerError> {
        let store = &self.catalog.bounded;
        if figure.is_of_ads() {
            let level = question.filters.first().map_or(Dimension::Ad, |one| one.dimension.clone());
            let asked = Question { by: vec![level], filters: Vec::new(), ..question.clone() };
            let report = answer_ads(store, &asked).await?;
            let wanted = question.filters.first().map(|one| one.value.as_str());
            let rows = match wanted {
                None => report.totals.iter().collect::<Vec<_>>(),
                Some(value) => {
                    let is_it = |row: &&AdsRow| row.id == value || row.name == value;
                    report.rows.iter().filter(is_it).collect()
                }
            };
            return Ok(of_rows(figure, &rows));
        }
        let value = if figure == Figure::MedianFirstResponse {
            let all = store.first_response(&question.period).await?;
            all.median_ms.map(|ms| ms / 60_000.0)
        } else {
            let own = Funnels::new();
            let report = answer_funnel(store, &own, DEFAULT_FUNNEL, question).await?;
            of_funnel(figure, &report)
        };
        Ok(value.into_iter().map(|value| (String::new(), value)).collect())
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn of_funnel(figure: Figure, report: &FunnelReport) -> Option<f64> {
    let count = |step: &str| report.count(step).map(|count| count as f64);
    match figure {
        Figure::Conversations => count("opened"),
        Figure::Leads => count("lead"),
        Figure::Purchases => count("purchase"),
        _ => Some(count("answered")? / count("messaged").filter(|wrote| *wrote > 0.0)?),
    }
}

fn of_rows(figure: Figure, rows: &[&AdsRow]) -> Values {
    let value = |row: &&AdsRow| {
        let cost = |name: &str| {
            let step = row.steps.iter().find(|step| step.name == name)?;
            step.cost?.value
        };
        let value = match figure {
            Figure::Spend => row.spend,
            Figure::CostPerConversation => cost("opened"),
            Figure::CostPerLead => cost("lead"),
            Figure::CostPerPurchase => cost("purchase"),
            Figure::Value => row.value,
            _ => row.roas.and_then(|roas| roas.value),
        };
        Some((row.currency.clone()?, value?))
    };
    rows.iter().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::analysis::{Model, Parameters};
    use crate::insights::query::{Defaults, QueryParams};

    #[test]
    fn days_are_whole_ones_and_hours_the_last() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let defaults = Defaults {
            zone,
            model: Model::Last,
            parameters: Parameters::default(),
            refs: std::sync::Arc::default(),
        };
        // The clock was put back on the 25th.
        let now: jiff::Timestamp = "2026-10-27T10:30:00Z".parse().unwrap();
        let now = Timestamp(now.as_millisecond());
        let question = QueryParams::default().understand(&defaults, now).unwrap();
        let told = |over| {
            periods(over, now, &question)
                .map(|period| format!("{} {}", period.from.to_rfc3339(), period.to.to_rfc3339()))
        };
        assert_eq!(
            told(Over::Days(2)),
            [
                "2026-10-24T22:00:00.000Z 2026-10-26T23:00:00.000Z",
                "2026-10-22T22:00:00.000Z 2026-10-24T22:00:00.000Z"
            ]
        );
        assert_eq!(
            told(Over::Hours(6)),
            [
                "2026-10-27T04:30:00.000Z 2026-10-27T10:30:00.000Z",
                "2026-10-26T22:30:00.000Z 2026-10-27T04:30:00.000Z"
            ]
        );
    }
}
