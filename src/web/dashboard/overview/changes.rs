//! How the overview's figures changed, and the entry points and ads that changed them.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::prelude::ToPrimitive;

use super::figures::{Counts, Figures};
use crate::analysis::{DailyVariation, WeekdayCount};
use crate::language::{Message, decimal, say};
use crate::render::chart::Day;
use crate::render::labels;
use crate::render::numbers::{money, thousands};
use crate::web::dashboard::drilldown::DrilldownLinks;

/// Those who moved most.
const MOST_MOVERS: usize = 6;

/// How a figure changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// `+8 %`.
    pub text: String,
    /// `good`, `bad`, or `flat` where chance explains it.
    pub tone: &'static str,
    /// What it is compared with, and whether chance explains it.
    pub meaning: String,
}

/// What days say of how sure a change is.
pub(crate) struct Days {
    counts: Vec<(Vec<WeekdayCount>, Vec<WeekdayCount>)>,
}

impl Days {
    /// Of whole days alone: a day that is not over says nothing of how days differ.
    /// Each stands beside the one so many days `back`.
    pub(crate) fn new(days: &[Day], is_open: bool, back: usize) -> Self {
        let over = &days[..days.len() - usize::from(is_open && !days.is_empty())];
        let has_before = over.iter().all(|day| day.before.is_some());
        let of = |series: usize| {
            let weekday = |day: &Day| {
                let date = day.date.parse::<jiff::civil::Date>().unwrap_or_default();
                usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)
            };
            let own = over.iter().map(|day| (weekday(day), day.counts[series])).collect();
            let before = over
                .iter()
                .filter(|_| has_before)
                .filter_map(|day| Some(((weekday(day) + 7 - back % 7) % 7, day.before?[series])));
            (own, before.collect())
        };
        Self { counts: (0..3).map(of).collect() }
    }

    fn variation(&self, series: usize) -> Option<DailyVariation> {
        let (own, before) = self.counts.get(series)?;
        DailyVariation::of(own, before)
    }

    /// How conversations (0), leads (1) or purchases (2) changed.
    pub(crate) fn change(&self, series: usize, now: u64, before: u64) -> Option<Change> {
        let is_sure = self.variation(series).is_some_and(|days| days.surely_differ(now, before, 3));
        let change = ratio(now, before)?;
        let tone = tone(is_sure, now > before);
        let told = if is_sure { "overview-change-sure" } else { "overview-change-chance" };
        let told = say(told).with("before", before);
        Some(Change { text: percents(change), tone, meaning: told.to_string() })
    }
}

/// The colour of a change that is sure, or not.
fn tone(is_sure: bool, is_rise: bool) -> &'static str {
    match (is_sure, is_rise) {
        (false, _) => "flat",
        (true, true) => "good",
        (true, false) => "bad",
    }
}

/// By how much more, as a share; nothing of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn ratio(now: u64, before: u64) -> Option<f64> {
    (before > 0).then(|| now as f64 / before as f64 - 1.0)
}

/// `+8 %`, `−8 %` or `±0 %`.
pub(crate) fn percents(change: f64) -> String {
    say("percent").with("number", signed(change * 100.0, 0)).to_string()
}

/// A number with its sign.
pub(crate) fn signed(number: f64, decimals: usize) -> String {
    let text = decimal(number.abs(), decimals);
    let is_zero = text.chars().all(|letter| !letter.is_ascii_digit() || letter == '0');
    let sign = match number {
        _ if is_zero => "±",
        ..0.0 => "−",
        _ => "+",
    };
    format!("{sign}{text}")
}

/// Who moved conversations.
pub(crate) struct Movers {
    pub rows: Vec<Mover>,
}

pub(crate) struct Mover {
    pub label: String,
    /// What it is: an ad, or an entry point.
    pub kind: Message,
    pub rows: String,
    /// `+211 conversations`.
    pub conversations: Message,
    pub leads: Message,
    /// `12.00 to 34.00 EUR`, of ads whose cost is known.
    pub spend: Option<Message>,
    /// Its part of all that rose or fell.
    pub part: Message,
    pub tone: &'static str,
    /// The same part, 0 to 100.
    pub percent: u64,
}

struct Moved<'a> {
    source: &'a str,
    ad: &'a str,
    /// Conversations and leads, now and before.
    now: [u64; 2],
    before: [u64; 2],
}

impl Moved<'_> {
    fn change(&self) -> i64 {
        self.now[0].cast_signed() - self.before[0].cast_signed()
    }
}

/// Every conversation is of one ad, or of one entry point without: what they changed adds up to the whole.
pub(crate) fn movers(figures: &Figures, days: &Days, behind: &DrilldownLinks) -> Option<Movers> {
    let before = figures.before.as_ref()?;
    let mut moved: BTreeMap<(&str, &str), Moved<'_>> = BTreeMap::new();
    collect(&figures.own, &mut moved, |moved| &mut moved.now);
    collect(before, &mut moved, |moved| &mut moved.before);
    let all: Vec<Moved<'_>> = moved.into_values().collect();
    if before.by_source.count("opened").unwrap_or(0) == 0 {
        return None;
    }
    let sum = |sign: i64| -> u64 {
        let same = all.iter().map(Moved::change).filter(|change| change.signum() == sign);
        same.map(i64::unsigned_abs).sum()
    };
    let (rose, fell) = (sum(1), sum(-1));
    let compared = all.len();
    let variation = days.variation(0);
    let spends = [spend_by_ad(&figures.own), spend_by_ad(before)];
    let mut changed: Vec<&Moved<'_>> = all.iter().filter(|moved| moved.change() != 0).collect();
    changed.sort_by_key(|moved| (std::cmp::Reverse(moved.change().unsigned_abs()), moved.ad));
    let told = |moved: &&Moved<'_>| {
        let change = moved.change();
        let is_sure = variation
            .is_some_and(|days| days.surely_differ(moved.now[0], moved.before[0], compared));
        let whole = if change > 0 { rose } else { fell };
        let percent = change.unsigned_abs() * 100 / whole.max(1);
        let part = match (is_sure, change > 0) {
            (false, _) => "overview-moved-chance",
            (true, true) => "overview-moved-up",
            (true, false) => "overview-moved-down",
        };
        let tone = tone(is_sure, change > 0);
        let is_ad = !moved.ad.is_empty();
        let title = || figures.ad_titles.get(moved.ad).cloned();
        let untitled = || say("overview-untitled").to_string();
        let rows = if is_ad {
            behind.filtered("ad", moved.ad)
        } else {
            behind.filtered("source", moved.source)
        };
        let count = |name: &'static str, at: usize| {
            let change = moved.now[at].cast_signed() - moved.before[at].cast_signed();
            say(name).with("change", signed_count(change)).with("count", change.unsigned_abs())
        };
        Mover {
            label: if is_ad {
                title().unwrap_or_else(untitled)
            } else {
                labels::source(moved.source).0
            },
            kind: say(if is_ad { "overview-mover-ad" } else { "overview-mover-source" }),
            rows: rows.address(),
            conversations: count("overview-moved-conversations", 0),
            leads: count("overview-moved-leads", 1),
            spend: is_ad.then(|| spend(moved.ad, &spends)).flatten(),
            part: say(part).with("percent", percent.to_string()),
            tone,
            percent,
        }
    };
    Some(Movers { rows: changed.iter().take(MOST_MOVERS).map(told).collect() })
}

fn collect<'a>(
    counts: &'a Counts,
    moved: &mut BTreeMap<(&'a str, &'a str), Moved<'a>>,
    side: impl for<'b> Fn(&'b mut Moved<'a>) -> &'b mut [u64; 2],
) {
    for row in &counts.by_source_and_ad.breakdown {
        let (source, ad) =
            (row.value("source").unwrap_or_default(), row.value("ad").unwrap_or_default());
        // An ad is itself, by whatever entry point its people are counted.
        let key = if ad.is_empty() { (source, "") } else { ("", ad) };
        let one = moved.entry(key).or_insert(Moved { source, ad, now: [0; 2], before: [0; 2] });
        let counts = ["opened", "lead"].map(|step| row.count(step).unwrap_or(0));
        for (sum, count) in side(one).iter_mut().zip(counts) {
            *sum += count;
        }
    }
}

fn signed_count(change: i64) -> String {
    let sign = match change.signum() {
        1 => "+",
        -1 => "−",
        _ => "±",
    };
    format!("{sign}{}", thousands(change.unsigned_abs()))
}

/// What each ad cost, if all of it is in one currency.
fn spend_by_ad(counts: &Counts) -> HashMap<&str, (f64, &str)> {
    let mut by_ad: HashMap<&str, (f64, &str)> = HashMap::new();
    for day in &counts.spend {
        by_ad.entry(&day.ad_id).or_insert((0.0, &day.currency)).0 +=
            day.spend.to_f64().unwrap_or_default();
    }
    by_ad
}

fn spend(ad: &str, spends: &[HashMap<&str, (f64, &str)>; 2]) -> Option<Message> {
    let (now, currency) = spends[0].get(ad)?;
    let (before, same) = spends[1].get(ad)?;
    (currency == same).then(|| {
        let told = say("overview-moved-spend").with("before", money(*before, currency));
        told.with("now", money(*now, currency))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_a_sign() {
        assert_eq!(percents(0.084), "+8 %");
        assert_eq!(percents(-0.084), "−8 %");
        assert_eq!(percents(0.004), "±0 %");
        assert_eq!(signed(-1.26, 1), "−1.3");
        assert_eq!(signed_count(-1_240), "−1,240");
    }

    #[test]
    fn a_change_is_coloured_only_if_days_do_not_explain_it() {
        let days = |level: u64| -> Vec<Day> {
            let day = |at: u64| Day {
                expected: [None; 3],
                date: format!("2026-11-{:02}", at + 1),
                counts: [level + at % 3, 5, 2],
                before: Some([100 + at % 3, 5, 2]),
            };
            (0..14).map(day).collect()
        };
        let sum = |days: &[Day]| days.iter().map(|day| day.counts[0]).sum::<u64>();
        let more = days(140);
        let change = Days::new(&more, false, 14).change(0, sum(&more), 1_413).unwrap();
        assert_eq!((change.tone, change.text.as_str()), ("good", "+40 %"));
        let same = days(101);
        let change = Days::new(&same, true, 14).change(0, sum(&same), 1_413).unwrap();
        assert_eq!((change.tone, change.text.as_str()), ("flat", "+1 %"));
        assert_eq!(Days::new(&same, true, 14).change(0, 10, 0), None);
    }
}
