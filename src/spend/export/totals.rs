//! Sums among the rows of an export: an ad's row that stands above its placements, ages or countries. A row counts only if
//! the file shows that no other one is about the same: what is above its parts has to be their sum.

use std::collections::BTreeMap;

use anyhow::bail;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::row::Total;
use crate::domain::AdDay;

/// A row of an ad's day.
pub(super) struct Read {
    /// Where in the file.
    pub place: u64,
    pub day: AdDay,
    /// What stands in columns that break a day down; of everything together none.
    pub named: Vec<Option<String>>,
    /// The same of texts of which nobody knows whether they do.
    pub unknown: Vec<Option<String>>,
    /// All cells as they stand.
    pub cells: Vec<String>,
}

fn differ(one: &[Option<String>], other: &[Option<String>]) -> bool {
    one.iter().zip(other).any(|(one, other)| one.is_some() && other.is_some() && one != other)
}

impl Read {
    /// Whether a text shows that both are about something else.
    fn is_apart_from(&self, other: &Self) -> bool {
        differ(&self.named, &other.named) || differ(&self.unknown, &other.unknown)
    }

    fn marks(&self) -> impl Iterator<Item = &Option<String>> {
        self.named.iter().chain(&self.unknown)
    }

    /// Whether it has nothing in a column where the other one has a text.
    fn is_wider_than(&self, other: &Self) -> bool {
        self.marks().zip(other.marks()).any(|(own, its)| own.is_none() && its.is_some())
    }

    /// In how many columns that break a day down something stands.
    fn named_marks(&self) -> usize {
        self.named.iter().flatten().count()
    }

    /// Whether this is the sum of all these.
    fn is_sum_of(&self, parts: &[&Self]) -> bool {
        let shown = parts.iter().map(|part| part.day.impressions).sum::<Option<u64>>();
        let is_shown = self.day.impressions.zip(shown).is_none_or(|(own, parts)| own == parts);
        is_shown && (sum(parts) - self.day.spend).abs() <= rounding(parts.len())
    }

    /// Whether this may be the sum of these and of others that the file does not have.
    fn may_hold(&self, parts: &[&Self]) -> bool {
        let shown = parts.iter().filter_map(|part| part.day.impressions).sum::<u64>();
        self.day.impressions.is_none_or(|own| own >= shown)
            && sum(parts) <= self.day.spend + rounding(parts.len())
    }

    fn is_nothing(&self) -> bool {
        let counts = [self.day.impressions, self.day.clicks];
        self.day.spend.is_zero() && counts.iter().all(|count| count.unwrap_or(0) == 0)
    }
}

fn sum(parts: &[&Read]) -> Decimal {
    parts.iter().map(|part| part.day.spend).sum()
}

/// Sum and parts are rounded, each for itself.
fn rounding(parts: usize) -> Decimal {
    Decimal::new(5, 3) * Decimal::from(parts + 1)
}

/// The rows without those that are sums of others, and how many were; `of_all` says what all are together.
///
/// # Errors
/// If two rows are about the same and none is a sum, or if that cannot be told.
pub(super) fn without_totals(
    rows: Vec<Read>,
    of_all: &[Total],
    unit: &str,
) -> anyhow::Result<(Vec<Read>, u64)> {
    let mut groups: BTreeMap<(Date, String), Vec<Read>> = BTreeMap::new();
    for row in rows {
        groups.entry((row.day.date, row.day.ad_id.clone())).or_default().push(row);
    }
    let mut totals = 0;
    for group in groups.values_mut() {
        // What is a sum of sums is found when those are gone.
        while let Some(at) = (0..group.len()).find(|at| is_total(group, *at)) {
            group.remove(at);
            totals += 1;
        }
    }
    let left: Vec<&Read> = groups.values().flatten().collect();
    if !of_all.iter().any(|total| is_all(total, &left)) {
        for group in groups.values() {
            check(group, unit)?;
        }
    }
    Ok((groups.into_values().flatten().collect(), totals))
}

/// Whether a row of totals shows that each of these counts: it is exactly what they are together.
fn is_all(total: &Total, rows: &[&Read]) -> bool {
    let shown = rows.iter().map(|row| row.day.impressions).sum::<Option<u64>>();
    let of_one_currency = rows.windows(2).all(|two| two[0].day.currency == two[1].day.currency);
    total.spend == Some(sum(rows)) && total.impressions == shown && of_one_currency
}

/// Those of the other rows that may be a part of one: they have all that it has of places, ages and so on. If none has,
/// those that have it of another kind: all ages of a gender beside all genders of an age.
fn parts(group: &[Read], at: usize) -> Vec<&Read> {
    let own = &group[at];
    let others = group.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, row)| row);
    let others = others.filter(|other| own.day.currency == other.day.currency);
    let others = others.filter(|other| !own.is_apart_from(other) && own.is_wider_than(other));
    let lacks = |other: &Read| {
        own.named.iter().zip(&other.named).any(|(own, its)| own.is_some() && its.is_none())
    };
    let (across, below): (Vec<&Read>, Vec<&Read>) = others.partition(|other| lacks(other));
    if below.is_empty() { across } else { below }
}

/// Whether a row is the sum of others of which each is about something else.
fn is_total(group: &[Read], at: usize) -> bool {
    let parts = parts(group, at);
    let are_apart = || {
        let mut pairs = parts.iter().enumerate();
        pairs.all(|(at, one)| parts[at + 1..].iter().all(|other| one.is_apart_from(other)))
    };
    // Of two rows with the same figures that of a place is kept.
    let is_least = || parts.iter().all(|part| group[at].named_marks() <= part.named_marks());
    !parts.is_empty() && group[at].is_sum_of(&parts) && is_least() && are_apart()
}

/// Whether no two rows may be about the same.
fn check(group: &[Read], unit: &str) -> anyhow::Result<()> {
    for (at, row) in group.iter().enumerate() {
        let (ad, date, place) = (&row.day.ad_id, row.day.date, row.place);
        for other in &group[at + 1..] {
            if row.is_apart_from(other) || row.is_nothing() && other.is_nothing() {
                continue;
            }
            let again = other.place;
            if row.cells == other.cells {
                bail!("{unit} {again} is {unit} {place} again");
            }
            if row.day.currency != other.day.currency {
                bail!(
                    "{unit} {again}: ad {ad}, {date} costs {} here, and {} in {unit} {place}: one is not the sum of \
                     the other",
                    money(other),
                    money(row)
                );
            }
            let (wide, narrow) = if other.is_wider_than(row) { (other, row) } else { (row, other) };
            if !wide.is_wider_than(narrow) {
                bail!(
                    "{unit} {again}: ad {ad}, {date} is in {unit} {place} already, and no text tells the two rows \
                     apart: export without what breaks the day down, or with its column"
                );
            }
            let at = group.iter().position(|row| row.place == wide.place).unwrap_or(at);
            bail!(
                "{unit} {}: ad {ad}, {date} costs {} here and {} in the rows that break it down ({unit} {} is one): if \
                 it is their sum, rows are missing",
                wide.place,
                wide.day.spend,
                sum(&parts(group, at)),
                narrow.place
            );
        }
        if let Some(other) = doubtful(group, row) {
            bail!(
                "{unit} {place}: ad {ad}, {date}: it may be the sum of {unit} {} and others, or beside them: export \
                 without the columns of texts that break nothing down",
                other.place
            );
        }
    }
    Ok(())
}

/// Another row, if this one may be a sum with it among its parts although a text differs: nobody knows whether that text
/// breaks the day down.
fn doubtful<'a>(group: &'a [Read], row: &Read) -> Option<&'a Read> {
    let count = row.named.len() + row.unknown.len();
    (0..count).find_map(|column| {
        let text = |row: &Read| row.marks().nth(column).cloned().flatten();
        if text(row).is_some() || row.is_nothing() {
            return None;
        }
        let is_part = |other: &&Read| {
            text(other).is_some()
                && !differ(&row.named, &other.named)
                && differ(&row.unknown, &other.unknown)
                && !other.is_nothing()
        };
        let parts: Vec<&Read> = group.iter().filter(is_part).collect();
        if row.may_hold(&parts) { parts.into_iter().next() } else { None }
    })
}

fn money(row: &Read) -> String {
    format!("{} {}", row.day.spend, row.day.currency)
}
