//! Sums among the rows of an export: an ad's row that stands above its placements, ages or countries.

use std::collections::BTreeMap;

use anyhow::bail;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::domain::AdDay;

/// How exports call everything together, besides an empty cell.
const EVERYTHING: [&str; 7] = ["all", "tous", "toutes", "alle", "todos", "todas", "todo"];

/// A row of an ad's day.
pub(super) struct Read {
    /// Where in the file.
    pub place: u64,
    pub day: AdDay,
    /// What tells it from the ad's other rows of the day: the texts of its breakdowns; of everything
    /// together none.
    pub marks: Vec<Option<String>>,
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
    for group in groups.into_values() {
        let is_total: Vec<bool> =
            group.iter().map(|row| group.iter().any(|other| row.holds(other))).collect();
        let parts: Vec<&Read> =
            group.iter().zip(&is_total).filter(|(_, total)| !**total).map(|(row, _)| row).collect();
        for (row, _) in group.iter().zip(&is_total).filter(|(_, total)| **total) {
            let own: Vec<&&Read> = parts.iter().filter(|part| row.holds(part)).collect();
            let sum: Decimal = own.iter().map(|part| part.day.spend).sum();
            // Each part is rounded.
            let most = Decimal::new(1, 2) + Decimal::new(5, 3) * Decimal::from(own.len());
            if (sum - row.day.spend).abs() > most {
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
