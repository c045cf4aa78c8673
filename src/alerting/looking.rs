//! Looking: what each rule finds now.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tokio::sync::OnceCell;

use super::costs::Costs;
use super::figure::Figure;
use super::figures::{Values, periods};
use super::reason::Reason;
use super::rule::{Measured, Rule, What};
use super::watching::Watching;
use super::{Alerting, KnownRule, WrittenRule};
use crate::analysis::{
    DEFAULT_FUNNEL, DEVIATIONS, Dimension, Funnels, Rhythm, SLOT_MS, Slots, is_long_silence,
    silence, stopped, unusual, usual,
};
use crate::domain::{Period, Timestamp};
use crate::insights::alerts::is_archived;
use crate::insights::error::AnswerError;
use crate::insights::funnel::answer_funnel;
use crate::insights::query::Question;
use crate::store::{Counted, PolicyEvent};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const WEEK_MS: i64 = 7 * DAY_MS;

/// Something that a rule has found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding {
    pub severity: &'static str,
    pub reason: Reason,
}

/// What all rules found, by rule and what it is about.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub findings: BTreeMap<(String, String), Finding>,
    /// Rules that were looked at.
    pub looked_at: BTreeSet<String>,
}

/// What is remembered from look to look.
#[derive(Debug, Default)]
pub(super) struct Eyes {
    webhooks: Watching,
    conversations: Watching,
    /// Each rule as it was when it was looked at last, and when that was, UTC milliseconds.
    looked: BTreeMap<String, (WrittenRule, i64)>,
}

impl Eyes {
    /// Whether a rule is to be looked at again: at its pace, and at once when it was changed.
    fn is_due(&self, written: &WrittenRule, rule: &Rule, now: i64) -> bool {
        self.looked.get(&written.name).is_none_or(|(known, at)| {
            known != written || !(*at..at.saturating_add(rule.pace_ms())).contains(&now)
        })
    }
}

impl Alerting {
    /// What all rules find as of `now`. A rule that cannot be looked at is passed over until the next time.
    pub(super) async fn look(
        &self,
        rules: &BTreeMap<String, KnownRule>,
        eyes: &mut Eyes,
        now: Timestamp,
    ) -> Found {
        let mut found = Found::default();
        // Two rules ask for them, at one pace.
        let costs = OnceCell::new();
        for (name, known) in rules.iter().filter(|(_, known)| !known.written.is_off) {
            let Ok(rule) = &known.checked else { continue };
            if !eyes.is_due(&known.written, rule, now.0) {
                continue;
            }
            match self.look_by(rule, known, eyes, &costs, now).await {
                Ok(reasons) => {
                    found.looked_at.insert(name.clone());
                    eyes.looked.insert(name.clone(), (known.written.clone(), now.0));
                    for (about, reason) in reasons {
                        let finding = Finding { severity: rule.severity, reason };
                        found.findings.insert((name.clone(), about), finding);
                    }
                }
                Err(error) => {
                    tracing::warn!(rule = name, %error, "an alert rule was not looked at");
                }
            }
        }
        found
    }

    /// What one rule finds: what it is about, and why.
    async fn look_by(
        &self,
        rule: &Rule,
        known: &KnownRule,
        eyes: &mut Eyes,
        costs: &OnceCell<Costs>,
        now: Timestamp,
    ) -> Result<Vec<(String, Reason)>, AnswerError> {
        let costs = || costs.get_or_try_init(|| self.costs(now));
        let (store, zone) = (&self.catalog.bounded, &self.catalog.defaults.zone);
        match &rule.what {
            What::WebhooksStopped => {
                let (slots, to) = eyes.webhooks.look(store, Counted::Webhooks, now.0).await?;
                let found = stopped(&slots, to, zone).map(|stopped| Reason::WebhooksStopped {
                    minutes: stopped.length / 60_000,
                    expected: stopped.expected,
                });
                Ok(of_all(found))
            }
            What::Unusual => {
                let looked = eyes.conversations.look(store, Counted::Conversations, now.0).await;
                let (slots, to) = looked?;
                let found = unusual(&slots, to, zone).map(|found| {
                    let [low, high] = found.usual.band(DEVIATIONS);
                    let hours = found.length / HOUR_MS;
                    Reason::Unusual { hours, count: found.usual.count, low, high }
                });
                Ok(of_all(found))
            }
            What::Silence => self.silent(now).await,
            What::SpendWithoutConversation => Ok(costs().await?.without_conversation()),
            What::CostJump => Ok(costs().await?.jumped()),
            What::Policy => self.policy(now).await,
            What::Bound { of, above, below } => {
                let over = known.written.over.clone();
                let [values, _] = self.values(of, now, false).await?;
                let reason = |(currency, value): (String, f64)| {
                    let is_above = above.is_some_and(|bound| value > bound);
                    let is_below = below.is_some_and(|bound| value < bound);
                    let bound = if is_above { *above } else { below.filter(|_| is_below) }?;
                    let (figure, over) = (of.figure, over_or_day(&over));
                    let about = currency.clone();
                    Some((about, Reason::Bound { figure, value, bound, is_above, over, currency }))
                };
                Ok(values.into_iter().filter_map(reason).collect())
            }
            What::Change { of, percent } => {
                let over = known.written.over.clone();
                let [values, mut before] = self.values(of, now, true).await?;
                let reason = |(currency, value): (String, f64)| {
                    // Of nothing nobody knows by how much it has changed.
                    let before = before.remove(&currency).filter(|before| *before > 0.0)?;
                    let change = (value / before - 1.0) * 100.0;
                    let is_found =
                        if *percent > 0.0 { change >= *percent } else { change <= *percent };
                    let (figure, over) = (of.figure, over_or_day(&over));
                    let about = currency.clone();
                    let reason = Reason::Change { figure, value, before, over, currency };
                    is_found.then_some((about, reason))
                };
                Ok(values.into_iter().filter_map(reason).collect())
            }
            What::Band { of } => self.outside_of_band(of, now).await,
        }
    }

    /// A figure in its time, and in the one before it.
    async fn values(
        &self,
        of: &Measured,
        now: Timestamp,
        is_compared: bool,
    ) -> Result<[Values; 2], AnswerError> {
        let question = self.question(of, now)?;
        let [own, before] = periods(of.over, now, &question);
        let own = self.measure(of.figure, &Question { period: own, ..question.clone() }).await?;
        let before = if is_compared {
            self.measure(of.figure, &Question { period: before, ..question }).await?
        } else {
            Values::new()
        };
        Ok([own, before])
    }

    async fn silent(&self, now: Timestamp) -> Result<Vec<(String, Reason)>, AnswerError> {
        let store = &self.catalog.bounded;
        let zone = self.catalog.defaults.zone.clone();
        let live = Period { from: Timestamp(now.0 - 4 * WEEK_MS), to: now, zone };
        let last_days = self.last_days(now, 2);
        let (doors, hours, links, spend) = tokio::try_join!(
            store.active_entry_points(&live),
            store.touchpoint_hours(&live),
            store.links(),
            store.spend(last_days.0, last_days.1),
        )?;
        // An ad that is known to cost nothing any more was stopped by somebody.
        let paid: BTreeSet<&str> =
            spend.iter().filter(|day| !day.spend.is_zero()).map(|day| day.ad_id.as_str()).collect();
        let is_stopped = |id: &str| !paid.is_empty() && !paid.contains(id);
        let waits = doors.iter().map(|door| door.hours).sum();
        let (rhythm, watched) = (Rhythm::of(&hours), doors.len());
        let found = doors.into_iter().filter_map(|door| {
            let times = (door.first_seen, door.last_seen, now.0);
            let found = silence((door.touchpoints, door.hours), times, &rhythm, watched)?;
            let is_meant = match door.door.as_str() {
                "ad" => is_stopped(&door.id),
                _ => is_archived(&links, &door.id),
            };
            let reason = Reason::Silence {
                door: door.door.clone(),
                id: door.id.clone(),
                days: found.silent_days,
                usual: found.usual_per_day,
            };
            let is_told = is_long_silence(&found, waits) && !is_meant;
            is_told.then(|| (format!("{} {}", door.door, door.id), reason))
        });
        Ok(found.collect())
    }

    /// So many whole days before today, the first and the last.
    pub(super) fn last_days(&self, now: Timestamp, days: i64) -> (Date, Date) {
        let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
        let today = self.catalog.defaults.zone.to_datetime(instant).date();
        let back = |days: i64| today.saturating_sub(jiff::Span::new().days(days));
        (back(days), back(1))
    }

    /// Pages that Meta has blocked and not unblocked, and those that it warned within a day.
    async fn policy(&self, now: Timestamp) -> Result<Vec<(String, Reason)>, AnswerError> {
        let zone = self.catalog.defaults.zone.clone();
        let period = Period { from: Timestamp(now.0 - 4 * WEEK_MS), to: now, zone };
        let events = self.catalog.bounded.policy_events(&period).await?;
        let mut latest: BTreeMap<String, PolicyEvent> = BTreeMap::new();
        for event in events {
            // The latest is first.
            latest.entry(event.page_id.clone()).or_insert(event);
        }
        let is_open = |event: &PolicyEvent| match event.action.as_str() {
            "unblock" => false,
            "warning" => now.0 - event.time < DAY_MS,
            _ => true,
        };
        let found = latest.into_iter().filter(|(_, event)| is_open(event)).map(|(page, event)| {
            let PolicyEvent { action, reason, .. } = event;
            (page.clone(), Reason::Policy { action, page, reason })
        });
        Ok(found.collect())
    }

    /// Whether the last whole day of a count is outside of what is usual on this day of the week.
    async fn outside_of_band(
        &self,
        of: &Measured,
        now: Timestamp,
    ) -> Result<Vec<(String, Reason)>, AnswerError> {
        let question = self.question(of, now)?;
        let [last, _] = periods(of.over, now, &question);
        let (day, _) = last.first_and_last_day();
        let first = question.period.start_of(day.saturating_sub(jiff::Span::new().weeks(9)));
        let period = Period { from: first, to: last.to, zone: last.zone.clone() };
        let by = vec![Dimension::Day];
        let question = Question { by, period: period.clone(), ..question };
        let own = Funnels::new();
        let store = &self.catalog.bounded;
        let report = answer_funnel(store, &own, DEFAULT_FUNNEL, &question).await?;
        let step = match of.figure {
            Figure::Leads => "lead",
            Figure::Purchases => "purchase",
            _ => "opened",
        };
        let counts: BTreeMap<&str, u64> = report
            .breakdown
            .iter()
            .filter_map(|row| Some((row.value("day")?, row.count(step).unwrap_or(0))))
            .collect();
        // Each day's count at its noon: windows of days hold it also where the clock was changed.
        let mut slots: BTreeMap<i64, u64> = BTreeMap::new();
        for (date, begin) in period.days() {
            let count = counts.get(date.to_string().as_str()).copied().unwrap_or(0);
            slots.insert((begin.0 - first.0 + DAY_MS / 2) / SLOT_MS, count);
        }
        let many = (last.to.0 - first.0) / SLOT_MS + 1;
        let counts = (0..many).map(|slot| slots.get(&slot).copied().unwrap_or(0));
        let length = last.to.0 - last.from.0;
        let found = usual(&Slots::new(first.0, counts), last.to.0, length, &last.zone);
        let reason = found.filter(|found| found.score().abs() >= DEVIATIONS).map(|found| {
            let [low, high] = found.band(DEVIATIONS);
            let (figure, count, day) = (of.figure, found.count, day.to_string());
            Reason::Band { figure, count, low, high, day }
        });
        Ok(of_all(reason))
    }
}

fn of_all(reason: Option<Reason>) -> Vec<(String, Reason)> {
    reason.into_iter().map(|reason| (String::new(), reason)).collect()
}

fn over_or_day(over: &str) -> String {
    if over.is_empty() { "1d".to_owned() } else { over.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_looked_at_at_its_pace_and_at_once_when_it_was_changed() {
        let rule = |what| Rule { what, severity: "high" };
        let (jump, stopped) = (rule(What::CostJump), rule(What::WebhooksStopped));
        let written = WrittenRule { name: "a".to_owned(), ..WrittenRule::default() };
        let mut eyes = Eyes::default();
        let minute = 60_000;
        assert!(eyes.is_due(&written, &jump, minute));
        eyes.looked.insert("a".to_owned(), (written.clone(), minute));
        assert!(!eyes.is_due(&written, &jump, 15 * minute));
        assert!(eyes.is_due(&written, &jump, 16 * minute));
        assert!(eyes.is_due(&written, &stopped, 2 * minute));
        let other = WrittenRule { to: Some(Vec::new()), ..written.clone() };
        assert!(eyes.is_due(&other, &jump, 2 * minute));
        // A clock that was put back holds nothing back.
        assert!(eyes.is_due(&written, &jump, 0));
    }
}
