//! What happened before a conversation was opened: impressions and clicks of the ads, from spend.

use std::collections::BTreeMap;

use super::Dimension;
use super::dimension::value_of_ad;
use super::steps::{Breakdown, Step, rate};
use crate::domain::{AdDay, add_known};

/// Impressions and clicks; `None` where there is no spend data.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    impressions: Option<u64>,
    clicks: Option<u64>,
    /// Whether of some days one of them is not known: then nothing is a share of it.
    is_partial: bool,
}

type Key = Vec<Option<String>>;

/// Impressions and clicks over everything and for each value of the dimensions.
pub(super) struct Reach {
    pub whole: Seen,
    /// `None` if the dimensions say nothing of ads.
    by_key: Option<BTreeMap<Key, Seen>>,
}

impl Reach {
    pub(super) fn new(spend: &[AdDay], by: &[Dimension]) -> Self {
        let mut whole = Seen::default();
        let mut by_key: Option<BTreeMap<Key, Seen>> = Some(BTreeMap::new());
        for day in spend {
            whole.add(day);
            let key: Option<Key> =
                by.iter().map(|dimension| value_of_ad(dimension, day).map(Some)).collect();
            match (key, &mut by_key) {
                (Some(key), Some(by_key)) => by_key.entry(key).or_default().add(day),
                _ => by_key = None,
            }
        }
        Self { whole, by_key }
    }

    /// Puts the figures into the rows, and adds rows for ads that opened nothing.
    pub(super) fn into_breakdown(self, by: &[Dimension], rows: &mut Vec<Breakdown>) {
        let Some(mut by_key) = self.by_key else { return };
        // Where a row is that of ads alone, its conversations are those of its clicks.
        let is_of_ads = by.iter().any(|one| matches!(one, Dimension::Source | Dimension::Ad));
        let names: Vec<String> = by.iter().map(|dimension| dimension.name().into_owned()).collect();
        for row in rows.iter_mut() {
            let key: Key = names.iter().map(|name| row.by.get(name).cloned().flatten()).collect();
            if let Some(seen) = by_key.remove(&key) {
                seen.put_into(&mut row.steps, is_of_ads);
            }
        }
        let Some(pattern) = rows.first().map(|row| row.steps.iter().map(Step::none).collect())
        else {
            return;
        };
        let pattern: Vec<Step> = pattern;
        for (key, seen) in by_key {
            let mut steps = pattern.clone();
            steps.iter_mut().take(2).for_each(|step| step.count = None);
            seen.put_into(&mut steps, is_of_ads);
            rows.push(Breakdown {
                by: names.iter().cloned().zip(key).collect(),
                rows: None,
                steps,
            });
        }
    }
}

impl Seen {
    fn add(&mut self, day: &AdDay) {
        add_known(&mut self.impressions, day.impressions);
        add_known(&mut self.clicks, day.clicks);
        self.is_partial |= day.impressions.is_none() || day.clicks.is_none();
    }

    /// Into a funnel's first two steps. The third follows from the clicks only if all of its
    /// conversations entered through ads.
    pub(super) fn put_into(self, steps: &mut [Step], is_of_ads: bool) {
        let [shown, clicked, opened, ..] = steps else { return };
        let Self { impressions, clicks, is_partial } = self;
        shown.count = impressions.or(shown.count);
        clicked.count = clicks.or(clicked.count);
        if is_partial {
            return;
        }
        if let Some((clicks, impressions)) = clicks.zip(impressions) {
            clicked.rate_from_previous = rate(clicks, impressions);
        }
        if is_of_ads && let Some((count, clicks)) = opened.count.zip(clicks) {
            opened.rate_from_previous = rate(count, clicks);
        }
    }
}
