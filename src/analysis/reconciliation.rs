//! Our conversations beside Meta's, by ad account, ad and day, with what explains the difference.
//!
//! Meta's `onsite_conversion.messaging_conversation_started_7d` counts people who write after at least 7
//! days without contact, and puts them to the ad by its own attribution. Ours are conversations (by the
//! same 7 days) that a referral of the ad opened and in which the person wrote.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::Span;
use jiff::civil::Date;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};
use utoipa::ToSchema;

use crate::domain::{AdDay, AdNames, OurAdDay, add_known};

/// Days before a day by which it is known what is usual.
pub const USUAL_DAYS: i64 = 28;
/// Meta's conversations in them below which nothing is usual.
const ENOUGH: f64 = 50.0;
/// Days with Meta's conversations below which it is not known how much they differ.
const ENOUGH_DAYS: usize = 14;
/// Of days as usual one in a thousand is outside of the band, half of them on either side.
const FAR: f64 = 0.9995;

/// Everything that the comparison is made of; days from [`USUAL_DAYS`] before the period.
#[derive(Debug, Default)]
pub struct BothCounts {
    /// What Meta counts.
    pub meta: Vec<AdDay>,
    /// Accounts and days of which Meta's counts are known as a whole.
    pub known: Vec<(String, Date)>,
    /// What entered through ads, by days of each zone.
    pub ours: HashMap<String, Vec<OurAdDay>>,
    /// The zone of each account's days.
    pub zones: HashMap<String, String>,
    /// The report's zone.
    pub report_zone: String,
    /// What ads belong to.
    pub ads: HashMap<String, AdNames>,
}

/// The comparison.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Reconciliation {
    /// A row an ad account and day.
    pub days: Vec<ReconciledDay>,
    /// A row an ad and day.
    pub ads: Vec<ReconciledAd>,
}

/// An ad account's day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReconciledDay {
    /// The account; empty if it is not known.
    pub account_id: String,
    /// The day, in the account's time zone.
    pub date: String,
    /// Our conversations by its ads, in which the person wrote.
    pub ours: u64,
    /// Meta's conversations started.
    pub meta: u64,
    /// Ours minus Meta's.
    pub gap: i64,
    /// Our first conversations of people, in which they wrote.
    pub our_first: u64,
    /// Meta's first replies (new messaging contacts); `None` if unknown.
    pub meta_first: Option<u64>,
    /// What explains a difference.
    pub causes: Causes,
    /// Ours, as the days before let expect; `None` if these are too few.
    pub usual: Option<f64>,
    /// The band in which 999 of 1,000 usual days lie.
    pub usual_band: Option<[f64; 2]>,
    /// Whether ours is outside of it.
    pub is_unusual: bool,
}

/// Known causes of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Causes {
    /// People's first conversations of the day without a referral, of all Pages: up to so many of Meta's
    /// came to us without the ad's mark.
    pub without_referral: u64,
    /// Opened by the ad, and nothing written: Meta does not count them.
    pub opened_silently: u64,
    /// Entries by the ad within 7 days of contact: neither opens a conversation.
    pub within_7_days: u64,
    /// Events that came in more than an hour late: a look at the day before they came was short of them.
    pub late: u64,
    /// Ours on the account's day minus ours on the report's day of that date: what the time zone moves.
    pub moved_by_zone: i64,
}

/// An ad's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReconciledAd {
    /// The account; empty if it is not known.
    pub account_id: String,
    /// The ad.
    pub ad_id: String,
    /// Its name; may be empty.
    pub ad_name: String,
    /// The day, in the account's time zone.
    pub date: String,
    /// Our conversations, in which the person wrote.
    pub ours: u64,
    /// Meta's conversations started.
    pub meta: u64,
    /// Ours minus Meta's.
    pub gap: i64,
}

/// Lays both beside one another, for the days from `first` through `last` of which Meta's count is known.
#[must_use]
pub fn reconcile(counts: &BothCounts, first: Date, last: Date) -> Reconciliation {
    let mut days = Vec::new();
    let mut ads = Vec::new();
    for (account, meta) in &meta_days(counts) {
        let mut before: VecDeque<(Date, f64, f64)> = VecDeque::new();
        for (date, day) in meta {
            let usual_from = date.saturating_sub(Span::new().days(USUAL_DAYS));
            while before.front().is_some_and(|(early, ..)| *early < usual_from) {
                before.pop_front();
            }
            let ours = our_day(counts, account, *date);
            if (first..=last).contains(date) {
                let before: Vec<(f64, f64)> =
                    before.iter().map(|(_, ours, meta)| (*ours, *meta)).collect();
                days.push(reconciled(account, *date, day, &ours, &before));
                ads.extend(each_ad(account, *date, day, &ours, counts));
            }
            before.push_back((*date, float(ours.messaged), float(day.started)));
        }
    }
    days.sort_by(|one, other| (&one.date, &one.account_id).cmp(&(&other.date, &other.account_id)));
    ads.sort_by(|one, other| {
        (other.gap.abs(), &one.date, &one.ad_id).cmp(&(one.gap.abs(), &other.date, &other.ad_id))
    });
    Reconciliation { days, ads }
}

/// Meta's counts of an account's day.
#[derive(Debug, Default)]
struct MetaDay {
    started: u64,
    first: Option<u64>,
    by_ad: BTreeMap<String, u64>,
}

/// Ours of an account's day.
#[derive(Debug, Default)]
struct OurDay {
    messaged: u64,
    first: u64,
    opened: u64,
    touches: u64,
    late: u64,
    without_referral: u64,
    messaged_on_report_day: u64,
    by_ad: BTreeMap<String, u64>,
}

/// Meta's counts by account and day.
fn meta_days(counts: &BothCounts) -> BTreeMap<String, BTreeMap<Date, MetaDay>> {
    let mut meta: BTreeMap<String, BTreeMap<Date, MetaDay>> = BTreeMap::new();
    for (account, date) in &counts.known {
        // Without an ad's row it is none.
        let none = MetaDay { first: Some(0), ..MetaDay::default() };
        meta.entry(account.clone()).or_default().insert(*date, none);
    }
    let mut unknown = BTreeSet::new();
    for day in &counts.meta {
        let Some(started) = day.conversations_started else {
            unknown.insert((day.account_id.clone(), day.date));
            continue;
        };
        let sum = meta.entry(day.account_id.clone()).or_default().entry(day.date).or_default();
        sum.started += started;
        add_known(&mut sum.first, day.first_replies);
        *sum.by_ad.entry(day.ad_id.clone()).or_default() += started;
    }
    // Where Meta's count of an ad is unknown there is nothing to lay beside.
    for (account, date) in unknown {
        if let Some(days) = meta.get_mut(&account) {
            days.remove(&date);
        }
    }
    meta
}

fn our_day(counts: &BothCounts, account: &str, date: Date) -> OurDay {
    let zone = counts.zones.get(account).unwrap_or(&counts.report_zone);
    let is_of_account = |ad: &str| {
        let own = counts.ads.get(ad).map_or("", |names| names.account_id.as_str());
        own == account
    };
    let of_day = |zone: &str| {
        let days = counts.ours.get(zone).map(Vec::as_slice).unwrap_or_default();
        days.iter().filter(move |day| day.date == date)
    };
    let mut sum = OurDay::default();
    for day in of_day(zone) {
        if day.ad_id.is_empty() {
            sum.without_referral += day.messaged;
        } else if is_of_account(&day.ad_id) {
            sum.messaged += day.messaged;
            sum.first += day.first;
            sum.opened += day.opened;
            sum.touches += day.touches;
            sum.late += day.late;
            *sum.by_ad.entry(day.ad_id.clone()).or_default() += day.messaged;
        }
    }
    let on_report_day = of_day(&counts.report_zone)
        .filter(|day| !day.ad_id.is_empty() && is_of_account(&day.ad_id));
    sum.messaged_on_report_day = on_report_day.map(|day| day.messaged).sum();
    sum
}

fn reconciled(
    account: &str,
    date: Date,
    meta: &MetaDay,
    ours: &OurDay,
    before: &[(f64, f64)],
) -> ReconciledDay {
    let usual = usual(before, float(meta.started));
    ReconciledDay {
        account_id: account.to_owned(),
        date: date.to_string(),
        ours: ours.messaged,
        meta: meta.started,
        gap: difference(ours.messaged, meta.started),
        our_first: ours.first,
        meta_first: meta.first,
        causes: Causes {
            without_referral: ours.without_referral,
            opened_silently: ours.opened.saturating_sub(ours.messaged),
            within_7_days: ours.touches.saturating_sub(ours.opened),
            late: ours.late,
            moved_by_zone: difference(ours.messaged, ours.messaged_on_report_day),
        },
        usual: usual.map(|(expected, _)| expected),
        usual_band: usual.map(|(expected, reach)| [(expected - reach).max(0.0), expected + reach]),
        is_unusual: usual
            .is_some_and(|(expected, reach)| (float(ours.messaged) - expected).abs() > reach),
    }
}

fn each_ad(
    account: &str,
    date: Date,
    meta: &MetaDay,
    ours: &OurDay,
    counts: &BothCounts,
) -> Vec<ReconciledAd> {
    let ads: BTreeSet<&String> = meta.by_ad.keys().chain(ours.by_ad.keys()).collect();
    let rows = ads.into_iter().map(|ad| {
        let count = |counts: &BTreeMap<String, u64>| counts.get(ad).copied().unwrap_or(0);
        let (our, metas) = (count(&ours.by_ad), count(&meta.by_ad));
        ReconciledAd {
            account_id: account.to_owned(),
            ad_id: ad.clone(),
            ad_name: counts.ads.get(ad).map(|names| names.ad_name.clone()).unwrap_or_default(),
            date: date.to_string(),
            ours: our,
            meta: metas,
            gap: difference(our, metas),
        }
    });
    rows.collect()
}

/// What is to be expected of ours on a day of so many of Meta's, and how far a usual day may be from it:
/// the days before give our share of Meta's and, by Pearson's statistic, how much more than chance days
/// differ (P. `McCullagh` and J. A. Nelder, "Generalized Linear Models", 1989, section 6.2.3).
fn usual(before: &[(f64, f64)], meta: f64) -> Option<(f64, f64)> {
    let ours: f64 = before.iter().map(|(ours, _)| ours).sum();
    let metas: f64 = before.iter().map(|(_, meta)| meta).sum();
    if metas < ENOUGH || ours <= 0.0 {
        return None;
    }
    let share = ours / metas;
    let days: Vec<&(f64, f64)> = before.iter().filter(|(_, meta)| *meta > 0.0).collect();
    if days.len() < ENOUGH_DAYS {
        return None;
    }
    let pearson: f64 =
        days.iter().map(|(ours, meta)| (ours - share * meta).powi(2) / (share * meta)).sum();
    #[expect(clippy::cast_precision_loss, reason = "days are few")]
    let freedom = (days.len() - 1) as f64;
    let spread = (pearson / freedom).max(1.0);
    let expected = share * meta;
    // The share itself is known by `ours` conversations only.
    let variance = spread * (expected + expected * expected / ours);
    // Of a day with next to nothing a few are no news.
    // How much days differ is itself known by these days only.
    let far = StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(FAR);
    Some((expected, far * variance.max(1.0).sqrt()))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

fn difference(one: u64, other: u64) -> i64 {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    whole(one) - whole(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_outside_of_the_usual_band_is_told() {
        // Of 100 a day we see about 90, with a day that is not over-dispersed.
        let before: Vec<(f64, f64)> =
            (0..28).map(|day| (90.0 + f64::from(day % 5) - 2.0, 100.0)).collect();
        let (expected, reach) = usual(&before, 100.0).unwrap();
        assert!(
            (expected - 90.0).abs() < 0.5 && (33.0..40.0).contains(&reach),
            "{expected} {reach}"
        );
        // Days that differ much by themselves widen it.
        let wild: Vec<(f64, f64)> =
            (0..28).map(|day| (if day % 2 == 0 { 50.0 } else { 130.0 }, 100.0)).collect();
        assert!(usual(&wild, 100.0).unwrap().1 > 100.0);
        assert_eq!(usual(&before[..0], 100.0), None);
        assert_eq!(usual(&[(40.0, 49.0)], 10.0), None);
        // A fortnight has to be known.
        assert_eq!(usual(&before[..13], 100.0), None);
        assert!(usual(&before[..14], 100.0).is_some());
    }
}
