//! How far a goal is: its figure so far, which is the API's, its pace, and what it comes to.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::written::Goal;
use crate::alerting::{Alerting, Figure};
use crate::analysis::{DayPart, Forecast, HISTORY_DAYS, forecast};
use crate::domain::{Period, Timestamp};
use crate::insights::error::AnswerError;
use crate::insights::query::Question;
use crate::insights::saved_views::today;
use crate::language::{Message, say};

/// How far a goal is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Progress {
    /// The period's first day.
    pub from: String,
    /// Its last day.
    pub through: String,
    /// The figure until now: that of the API over these days. `null`: nothing is known.
    pub so_far: Option<f64>,
    /// Its currency, if it is money.
    pub currency: Option<String>,
    /// Of a sum: `so_far` of the target.
    pub share_of_target: Option<f64>,
    /// The share of the period's days that are over.
    pub elapsed: f64,
    /// Of a sum: that of the share that is over; more than 1 is faster than an even pace.
    pub pace: Option<f64>,
    /// What it comes to by the end of the period; `null` where `reason` says why not.
    pub forecast: Option<ToldForecast>,
    /// `reached`, `on_track`, `open`, `behind`, `missed` or `unknown`.
    pub status: &'static str,
    /// What is to be known of it.
    #[schema(value_type = Option<String>)]
    pub reason: Option<Message>,
}

/// What a figure comes to by the end of its period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub(crate) struct ToldForecast {
    /// The mean of what may happen.
    pub expected: f64,
    /// It is below this in 10 of 100 periods.
    pub low: f64,
    /// It is above this in 10 of 100 periods.
    pub high: f64,
}

impl Progress {
    /// How far a goal is now.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub(super) async fn of(goal: &Goal, alerting: &Alerting) -> Result<Self, AnswerError> {
        let now = alerting.catalog.now();
        let question = alerting.asked(&goal.written.filter, now)?;
        let today = today(now, &question.period.zone);
        let (first, last) = goal.per.days(today);
        let begin = question.period.start_of(first);
        let of_today = question.period.start_of(today);
        // What ads cost is known by whole days.
        let until = if goal.figure.is_of_ads() { of_today } else { now };
        let zone = question.period.zone.clone();
        let so_far = if until > begin {
            let period = Period { from: begin, to: until, zone: zone.clone() };
            alerting.measure(goal.figure, &Question { period, ..question.clone() }).await?
        } else {
            BTreeMap::new()
        };
        let back = i64::try_from(HISTORY_DAYS).unwrap_or(0);
        let known_from = first.saturating_sub(Span::new().days(back));
        let from =
            question.period.start_of(known_from.min(today.saturating_sub(Span::new().days(back))));
        let period = Period { from, to: Timestamp(of_today.0.max(from.0 + 1)), zone };
        let days = alerting.by_day(goal.figure, &Question { period, ..question }).await?;
        let currencies: std::collections::BTreeSet<&String> =
            so_far.keys().chain(days.keys()).collect();
        let currency = goal.currency(&currencies);
        let Ok(currency) = currency else {
            let reason = say("goals-which-currency").with(
                "currencies",
                currencies.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", "),
            );
            return Ok(Self::unknown((first, last), reason));
        };
        let none = BTreeMap::new();
        let days = days.get(&currency).unwrap_or(&none);
        let elapsed = share_of_days(first, last, today);
        let so_far = so_far.get(&currency).copied();
        Ok(goal.progress((first, last, today), (so_far, &currency), (elapsed, days)))
    }

    fn unknown((first, last): (Date, Date), reason: Message) -> Self {
        Self {
            from: first.to_string(),
            through: last.to_string(),
            so_far: None,
            currency: None,
            share_of_target: None,
            elapsed: 0.0,
            pace: None,
            forecast: None,
            status: "unknown",
            reason: Some(reason),
        }
    }
}

impl Goal {
    /// The currency in which it is looked at; empty of what is no money. An error if there are several.
    fn currency(&self, known: &std::collections::BTreeSet<&String>) -> Result<String, ()> {
        if !self.written.currency.is_empty() {
            return Ok(self.written.currency.clone());
        }
        let mut known = known.iter();
        match (known.next(), known.next()) {
            (_, Some(_)) => Err(()),
            (one, None) => Ok(one.map_or_else(String::new, |one| (*one).clone())),
        }
    }

    fn progress(
        &self,
        (first, last, today): (Date, Date, Date),
        (so_far, currency): (Option<f64>, &str),
        (elapsed, days): (f64, &BTreeMap<Date, DayPart>),
    ) -> Progress {
        let is_sum = self.is_sum();
        // Nothing counted is nothing: of a sum that is a figure.
        let so_far = so_far.or(is_sum.then_some(0.0));
        let part = |day: Date| days.get(&day).copied().unwrap_or_default();
        let history: Vec<DayPart> =
            dates(today, -i64::try_from(HISTORY_DAYS).unwrap_or(0)).map(part).collect();
        let over: Vec<DayPart> = days.range(first..today).map(|(_, part)| *part).collect();
        let known = DayPart {
            above: over.iter().map(|day| day.above).sum(),
            below: over.iter().map(|day| day.below).sum(),
        };
        let left = usize::try_from((last - today).get_days() + 1).unwrap_or(0);
        let found = forecast(&history, known, left, !is_sum);
        // Of a sum that only grows no less can come of it than there is.
        let floor = if is_sum { so_far.unwrap_or(0.0) } else { 0.0 };
        let told = found.map(|Forecast { expected, low, high }| ToldForecast {
            expected: expected.max(floor),
            low: low.max(floor),
            high: high.max(floor),
        });
        let share_of_target = so_far.filter(|_| is_sum).map(|so_far| so_far / self.written.target);
        let pace = share_of_target.filter(|_| elapsed > 0.0).map(|share| share / elapsed);
        Progress {
            from: first.to_string(),
            through: last.to_string(),
            so_far,
            currency: Some(currency.to_owned()).filter(|currency| !currency.is_empty()),
            share_of_target,
            elapsed,
            pace,
            status: self.status(so_far, told.as_ref()),
            forecast: told,
            reason: self.reason(days, told.is_some()),
        }
    }

    fn status(&self, so_far: Option<f64>, told: Option<&ToldForecast>) -> &'static str {
        let target = self.written.target;
        let is_limit = self.is_limit();
        match (so_far, told) {
            (Some(so_far), _) if self.is_sum() && !is_limit && so_far >= target => "reached",
            (Some(so_far), _) if self.is_sum() && is_limit && so_far > target => "missed",
            (_, Some(told)) if is_limit && told.high <= target => "on_track",
            (_, Some(told)) if is_limit && told.low > target => "behind",
            (_, Some(told)) if !is_limit && told.low >= target => "on_track",
            (_, Some(told)) if !is_limit && told.high < target => "behind",
            (_, Some(_)) => "open",
            // Without a forecast only what is so far can be told.
            (Some(so_far), None) if !self.is_sum() => {
                if (so_far <= target) == is_limit {
                    "on_track"
                } else {
                    "behind"
                }
            }
            (_, None) => "unknown",
        }
    }

    fn reason(&self, days: &BTreeMap<Date, DayPart>, is_forecast: bool) -> Option<Message> {
        if self.figure == Figure::MedianFirstResponse {
            return Some(say("goals-no-median"));
        }
        if days.values().all(|day| day.above == 0.0 && day.below == 0.0) {
            let told = if self.written.filter.is_empty() {
                say("goals-nothing")
            } else {
                say("goals-nothing-of").with("filter", &self.written.filter)
            };
            return Some(told);
        }
        (!is_forecast).then(|| say("goals-too-little"))
    }
}

/// The share of a period's days that are over.
fn share_of_days(first: Date, last: Date, today: Date) -> f64 {
    let days = |from: Date, to: Date| f64::from((to - from).get_days());
    (days(first, today) / (days(first, last) + 1.0)).clamp(0.0, 1.0)
}

/// So many days before a day (a negative number of them), one after the other.
fn dates(today: Date, back: i64) -> impl Iterator<Item = Date> {
    (back..0).map(move |day| today.saturating_add(Span::new().days(day)))
}

#[cfg(test)]
mod tests {
    use super::super::written::{Per, WrittenGoal};
    use super::*;

    fn goal(figure: Figure, target: f64) -> Goal {
        Goal { written: WrittenGoal { target, ..WrittenGoal::default() }, figure, per: Per::Month }
    }

    /// November until the 20th, of which each day since September had ten.
    fn progress(figure: Figure, target: f64, day: DayPart) -> Progress {
        let date = |day: i8| Date::constant(2026, 11, day);
        let days = (-80..0).map(|back| (date(21).saturating_add(Span::new().days(back)), day));
        let days: BTreeMap<Date, DayPart> = days.collect();
        let goal = goal(figure, target);
        let so_far = if goal.is_sum() { 20.0 * day.above } else { day.above / day.below };
        let elapsed = share_of_days(date(1), date(30), date(21));
        goal.progress((date(1), date(30), date(21)), (Some(so_far), ""), (elapsed, &days))
    }

    #[test]
    fn an_even_pace_comes_to_what_its_days_come_to() {
        let ten = DayPart { above: 10.0, below: 0.0 };
        let told = progress(Figure::Leads, 400.0, ten);
        assert_eq!((told.so_far, told.share_of_target), (Some(200.0), Some(0.5)));
        assert!(
            (told.elapsed - 2.0 / 3.0).abs() < 1e-9 && (told.pace.unwrap() - 0.75).abs() < 1e-9
        );
        let forecast = told.forecast.unwrap();
        assert!((forecast.expected - 300.0).abs() < 1e-6, "{forecast:?}");
        assert_eq!(told.status, "behind");
        for (target, status) in [(200.0, "reached"), (299.0, "on_track"), (301.0, "behind")] {
            assert_eq!(progress(Figure::Leads, target, ten).status, status, "{target}");
        }
        // A budget is the other way round.
        for (target, status) in [(199.0, "missed"), (250.0, "behind"), (301.0, "on_track")] {
            assert_eq!(progress(Figure::Spend, target, ten).status, status, "{target}");
        }
        let cost = DayPart { above: 50.0, below: 10.0 };
        let told = progress(Figure::CostPerLead, 6.0, cost);
        assert_eq!((told.so_far, told.status, told.share_of_target), (Some(5.0), "on_track", None));
        assert_eq!(progress(Figure::CostPerLead, 4.0, cost).status, "behind");
    }

    #[test]
    fn without_data_it_says_why() {
        let none = progress(Figure::Leads, 10.0, DayPart::default());
        assert_eq!((none.so_far, none.forecast, none.status), (Some(0.0), None, "unknown"));
        assert!(none.reason.is_some());
        let goal = goal(Figure::Value, 5.0);
        let known = ["EUR", "USD"].map(str::to_owned);
        assert!(goal.currency(&known.iter().collect()).is_err());
        assert_eq!(goal.currency(&known[..1].iter().collect()).unwrap(), "EUR");
    }
}
