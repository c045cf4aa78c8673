//! The books of the script: counts of what it let happen.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;

use super::Plan;

/// Stages of the default funnel from `opened` on.
const STAGES: [&str; 6] = ["opened", "messaged", "answered", "engaged", "lead", "purchase"];

/// The true figures of some traffic: written by the script that made it, not by the analysis.
#[derive(Debug, Clone, Serialize)]
pub struct Truth {
    /// The seed.
    pub seed: u64,
    /// First instant of the traffic, RFC 3339.
    pub from: String,
    /// First instant after it.
    pub to: String,
    /// People asked for; some of them came so late that nothing happened.
    pub people: u64,
    /// Webhook bodies, those sent twice counted twice.
    pub bodies: u64,
    /// Distinct events on the wire; conversions derived from them not counted.
    pub events: u64,
    /// Of those the messages of a Page that never arrived.
    pub undelivered: u64,
    /// The default funnel over all conversations.
    pub steps: Vec<TrueStep>,
    /// The same by source: `ad`, `link`, …
    pub by_source: BTreeMap<&'static str, Vec<TrueStep>>,
    /// The same by ad; conversations that no ad opened are not in it.
    pub by_ad: BTreeMap<&'static str, Vec<TrueStep>>,
    /// The same by Page.
    pub by_page: BTreeMap<&'static str, Vec<TrueStep>>,
    /// Conversions by source of the last touchpoint, and their value by currency.
    pub attribution_last: BTreeMap<&'static str, TrueCredit>,
    /// All conversions.
    pub conversions: u64,
    /// Conversations that an ad opened in an hour: by ad and hours since 1970. What ads cost is made of them.
    #[serde(skip)]
    pub(super) by_ad_and_hour: BTreeMap<(&'static str, i64), u64>,
    /// Clicks on tracked links by which somebody came: when, ref, and number.
    #[serde(skip)]
    pub(super) clicks: Vec<(i64, &'static str, u64)>,
}

/// A stage and how many conversations reached it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrueStep {
    /// The stage.
    pub name: &'static str,
    /// Conversations.
    pub count: u64,
}

/// Conversions of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TrueCredit {
    /// How many.
    pub conversions: u64,
    /// What they were worth, by currency.
    pub value: BTreeMap<&'static str, Decimal>,
}

impl Truth {
    pub(super) fn new(plan: Plan) -> Self {
        Self {
            seed: plan.seed,
            from: plan.from.to_rfc3339(),
            to: plan.to.to_rfc3339(),
            people: plan.people,
            bodies: 0,
            events: 0,
            undelivered: 0,
            steps: none_yet(),
            by_source: BTreeMap::new(),
            by_ad: BTreeMap::new(),
            by_page: BTreeMap::new(),
            attribution_last: BTreeMap::new(),
            conversions: 0,
            by_ad_and_hour: BTreeMap::new(),
            clicks: Vec::new(),
        }
    }

    /// Books a conversation that was opened at an instant and reached `stages` stages behind `opened`.
    pub(super) fn conversation(
        &mut self,
        page: &'static str,
        source: &'static str,
        ad: &'static str,
        (opened, stages): (i64, usize),
    ) {
        let mut books = vec![
            &mut self.steps,
            self.by_source.entry(source).or_insert_with(none_yet),
            self.by_page.entry(page).or_insert_with(none_yet),
        ];
        if !ad.is_empty() {
            let hour = (ad, opened.div_euclid(3_600_000));
            *self.by_ad_and_hour.entry(hour).or_default() += 1;
            books.push(self.by_ad.entry(ad).or_insert_with(none_yet));
        }
        for steps in books {
            for step in &mut steps[..=stages] {
                step.count += 1;
            }
        }
    }

    /// Books a conversion whose last touchpoint was `source`.
    pub(super) fn conversion(
        &mut self,
        source: &'static str,
        worth: Option<(Decimal, &'static str)>,
    ) {
        self.conversions += 1;
        let credit = self.attribution_last.entry(source).or_default();
        credit.conversions += 1;
        if let Some((value, currency)) = worth {
            *credit.value.entry(currency).or_default() += value;
        }
    }
}

fn none_yet() -> Vec<TrueStep> {
    STAGES.map(|name| TrueStep { name, count: 0 }).to_vec()
}
