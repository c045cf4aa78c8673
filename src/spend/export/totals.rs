//! Sums among the rows of an export: an ad's row that stands above its placements, ages or countries.

use std::collections::BTreeMap;

use anyhow::bail;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::domain::AdDay;

/// How exports call everything together, besides an empty cell.
const EVERYTHING: [&str; 18] = [
    "all",
    "tous",
    "toutes",
    "alle",
    "todos",
    "todas",
    "todo",
    "total",
    "totals",
    "gesamt",
    "insgesamt",
    "totale",
    "tutti",
    "toplam",
    "すべて",
    "合計",
    "全部",
    "总计",
];

/// A row of an ad's day.
pub(super) struct Read {
    /// Where in the file.
    pub place: u64,
    pub day: AdDay,
    /// What tells it from the ad's other rows of the day: the texts of its breakdowns; of everything
    /// together none.
    pub marks: Vec<Option<String>>,
    /// The same of columns of numbers that we know not: a product's id breaks a day down, too; another is a figure.
    pub numbers: Vec<Option<String>>,
    /// All cells as they stand.
    pub cells: Vec<String>,
}

/// A breakdown's text; `None` if it is everything together.
pub(super) fn mark(text: &str) -> Option<String> {
    let text = text.trim();
    let is_everything = text.is_empty() || EVERYTHING.contains(&text.to_lowercase().as_str());
    (!is_everything).then(|| text.to_owned())
}

impl Read {
    /// Whether another row is a part of this one.
    fn holds(&self, other: &Self) -> bool {
        let pairs = || self.marks.iter().zip(&other.marks);
        pairs().all(|(own, its)| own.is_none() || own == its)
            && pairs().any(|(own, its)| own.is_none() && its.is_some())
    }

    /// Whether this is the sum of those among `others` that a column breaks down, although it has texts that they lack
    /// (such as the ad's delivery), or although numbers break it down: the figures decide.
    fn is_sum_among(&self, others: &[&Self]) -> bool {
        let agrees = |own: &[Option<String>], its: &[Option<String>]| {
            own.iter().zip(its).all(|(own, its)| own.is_none() || its.is_none() || own == its)
        };
        let may_be_part = |other: &&&Self| {
            // Without impressions the money alone says too little where numbers differ.
            let knows_impressions =
                self.day.impressions.is_some() && other.day.impressions.is_some();
            agrees(&self.marks, &other.marks)
                && (knows_impressions || agrees(&self.numbers, &other.numbers))
        };
        // What is more than this is no part of it.
        let is_less = |other: &&&Self| {
            other.day.spend <= self.day.spend && other.day.impressions <= self.day.impressions
        };
        let candidates = others.iter().filter(may_be_part).filter(is_less);
        let candidates: Vec<&Self> = candidates.copied().collect();
        let has_text =
            |row: &Self, place: usize| row.columns().nth(place).is_some_and(Option::is_some);
        let shown = candidates.iter().map(|part| part.day.impressions).sum::<Option<u64>>();
        let agrees = self.costs_as_much_as(&candidates)
            && (shown.is_none() || self.day.impressions.is_none() || self.day.impressions == shown);
        let is_nothing = self.day.spend.is_zero() && self.day.impressions.unwrap_or(0) == 0;
        let places = (0..self.columns().count()).filter(|place| !has_text(self, *place));
        // One row beside another with a figure more may be anything.
        let mut places = places.filter(|place| candidates.len() > 1 || *place < self.marks.len());
        agrees
            && !is_nothing
            && !candidates.is_empty()
            && places.any(|place| candidates.iter().all(|part| has_text(part, place)))
    }

    fn columns(&self) -> impl Iterator<Item = &Option<String>> {
        self.marks.iter().chain(&self.numbers)
    }

    /// Each part is rounded.
    fn costs_as_much_as(&self, parts: &[&Self]) -> bool {
        let sum: Decimal = parts.iter().map(|part| part.day.spend).sum();
        let most = Decimal::new(1, 2) + Decimal::new(5, 3) * Decimal::from(parts.len());
        (sum - self.day.spend).abs() <= most
    }
}

/// The rows without those that are sums of others, and how many were.
///
/// # Errors
/// If a sum is none of its parts, or a row is there twice.
pub(super) fn without_totals(rows: Vec<Read>, unit: &str) -> anyhow::Result<(Vec<Read>, u64)> {
    let mut groups: BTreeMap<(Date, String, String), Vec<Read>> = BTreeMap::new();
    for row in rows {
        let key = (row.day.date, row.day.ad_id.clone(), row.day.currency.clone());
        groups.entry(key).or_default().push(row);
    }
    let (mut kept, mut totals) = (Vec::new(), 0);
    for mut group in groups.into_values() {
        // The smallest sums first: what is a sum of sums is found when those are gone.
        while let Some(at) = (0..group.len()).find(|at| {
            let others = group.iter().enumerate().filter(|(other, _)| other != at);
            group[*at].is_sum_among(&others.map(|(_, other)| other).collect::<Vec<_>>())
        }) {
            group.remove(at);
            totals += 1;
        }
        let is_total: Vec<bool> =
            group.iter().map(|row| group.iter().any(|other| row.holds(other))).collect();
        let parts: Vec<&Read> =
            group.iter().zip(&is_total).filter(|(_, total)| !**total).map(|(row, _)| row).collect();
        for (row, _) in group.iter().zip(&is_total).filter(|(_, total)| **total) {
            let own: Vec<&Read> = parts.iter().filter(|part| row.holds(part)).copied().collect();
            if !row.costs_as_much_as(&own) {
                let sum: Decimal = own.iter().map(|part| part.day.spend).sum();
                bail!(
                    "{unit} {}: ad {}, {} costs {} here and {sum} in the rows that break it down",
                    row.place,
                    row.day.ad_id,
                    row.day.date,
                    row.day.spend
                );
            }
            totals += 1;
        }
        for (at, row) in parts.iter().enumerate() {
            if !row.day.spend.is_zero()
                && let Some(again) = parts[at + 1..].iter().find(|other| other.cells == row.cells)
            {
                bail!("{unit} {} is {unit} {} again", again.place, row.place);
            }
        }
        let rows = group.into_iter().zip(is_total);
        kept.extend(rows.filter(|(_, total)| !total).map(|(row, _)| row));
    }
    Ok((kept, totals))
}
