//! Journeys of people's touchpoints and conversions.

use std::sync::Arc;

use jiff::tz::TimeZone;
use polars_core::prelude::{DataFrame, Int64Chunked, PolarsResult, StringChunked};
use rustc_hash::FxHashMap;

use super::journeys::{
    FirstSeen, Group, Journeys, Outcome, PART, Part, Paths, Touch, channel_name,
};
use crate::analysis::columns::people_of;
use crate::analysis::{AnalysisError, Dimension, Wanted};
use crate::domain::{Period, Source};

/// Which journeys, and what a channel is.
#[derive(Debug, Clone)]
pub struct Scope {
    /// When the conversion happened, or the touchpoints without one.
    pub period: Period,
    /// Days before a conversion in which touchpoints belong to its journey.
    pub lookback_ms: i64,
    /// Only conversions of this name; `None`: of any.
    pub goal: Option<String>,
    /// The properties of a touchpoint that make its channel; empty: its source.
    pub channel: Vec<Dimension>,
}

/// The journeys of people's touchpoints and conversions: frames as [`crate::analysis::Threads`] has
/// them, of the period and of the lookback window before it (touchpoints) and behind it (conversions).
///
/// Every conversion in the period ends a journey: the person's touchpoints before it within the
/// lookback window. Touchpoints in the period that belong to no journey of any conversion are
/// journeys without one: a new one begins behind such a conversion, and when more than the lookback
/// window has passed since the journey's first touchpoint.
///
/// # Errors
/// If the frames are not of that form.
pub fn journeys_of(
    touchpoints: &DataFrame,
    conversions: &DataFrame,
    scope: &Scope,
) -> Result<Journeys, AnalysisError> {
    let people = People::new(touchpoints, conversions)?;
    let mut builder = Builder::new(touchpoints, people.touched, scope)?;
    let conversions =
        Conversions::new(conversions, people.converted, touchpoints, &builder.people)?;
    let mut next = 0;
    for person in builder.everybody(&conversions) {
        let first = next;
        while next < conversions.person.len() && conversions.person[next] == person {
            next += 1;
        }
        builder.person(person, &conversions, first..next);
    }
    Ok(builder.into_journeys())
}

/// The names of the conversions that there are, in alphabetical order.
///
/// # Errors
/// If the frame is not one of conversions.
pub fn goals(conversions: &DataFrame) -> Result<Vec<String>, AnalysisError> {
    let names = conversions.column("name")?.str()?;
    let names: std::collections::BTreeSet<&str> = names.iter().flatten().collect();
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// A number for everybody, in order, for each row of two frames that are in the order of people.
struct People {
    touched: Vec<u32>,
    converted: Vec<u32>,
}

impl People {
    fn new(touchpoints: &DataFrame, conversions: &DataFrame) -> PolarsResult<Self> {
        let (touched, converted) = (people_of(touchpoints)?, people_of(conversions)?);
        let mut numbers = Self { touched: Vec::new(), converted: Vec::new() };
        let mut next = 0;
        loop {
            let touch = touched.get(numbers.touched.len());
            let conversion = converted.get(numbers.converted.len());
            let Some(person) = touch.into_iter().chain(conversion).min() else {
                return Ok(numbers);
            };
            while touched.get(numbers.touched.len()) == Some(person) {
                numbers.touched.push(next);
            }
            while converted.get(numbers.converted.len()) == Some(person) {
                numbers.converted.push(next);
            }
            next += 1;
        }
    }
}

struct Conversions<'a> {
    person: Vec<u32>,
    time: &'a Int64Chunked,
    name: &'a StringChunked,
    value: &'a Int64Chunked,
    currency: &'a StringChunked,
    /// When the person was first touched before it, ever.
    first_touch: &'a Int64Chunked,
    /// Rows of the person's touchpoints before it.
    from: Vec<usize>,
    to: Vec<usize>,
}

impl<'a> Conversions<'a> {
    fn new(
        frame: &'a DataFrame,
        person: Vec<u32>,
        touchpoints: &DataFrame,
        touched: &[u32],
    ) -> PolarsResult<Self> {
        let numbers: Vec<u32> =
            touchpoints.column("number")?.u32()?.iter().map(|number| number.unwrap_or(1)).collect();
        let before = frame.column("touchpoints_before")?.u32()?;
        let mut from = Vec::with_capacity(person.len());
        let mut to = Vec::with_capacity(person.len());
        for (row, person) in person.iter().enumerate() {
            let start = touched.partition_point(|other| other < person);
            let end = start + touched[start..].partition_point(|other| other == person);
            // Of the person's touchpoints the first ones may lie before the frame.
            let left_out = if start < end { numbers[start] - 1 } else { 0 };
            let before = before.get(row).unwrap_or(0).saturating_sub(left_out);
            from.push(start);
            to.push(end.min(start + usize::try_from(before).unwrap_or(usize::MAX)));
        }
        Ok(Self {
            person,
            time: frame.column("time")?.i64()?,
            name: frame.column("name")?.str()?,
            value: frame.column("value_e4")?.i64()?,
            currency: frame.column("currency")?.str()?,
            first_touch: frame.column("first_touch_at")?.i64()?,
            from,
            to,
        })
    }

    fn time(&self, row: usize) -> i64 {
        self.time.get(row).unwrap_or(0)
    }
}

struct Builder<'a> {
    scope: &'a Scope,
    names: Vec<String>,
    touches: Vec<Touch>,
    times: Vec<i64>,
    people: Vec<u32>,
    groups: Vec<Group>,
    group_of: FxHashMap<String, u16>,
    parts: Vec<Part>,
    paths: Paths,
    outcomes: Vec<Outcome>,
    /// Touchpoints of persons before this one.
    start: usize,
}

impl<'a> Builder<'a> {
    fn new(touchpoints: &DataFrame, people: Vec<u32>, scope: &'a Scope) -> PolarsResult<Self> {
        let (names, touches) = channels(touchpoints, scope)?;
        let times = touchpoints.column("time")?.i64()?;
        Ok(Self {
            scope,
            names,
            touches,
            times: times.iter().map(Option::unwrap_or_default).collect(),
            people,
            groups: Vec::new(),
            group_of: FxHashMap::default(),
            parts: Vec::new(),
            paths: Paths::default(),
            outcomes: Vec::new(),
            start: 0,
        })
    }

    /// Everybody who has touchpoints or conversions, in order.
    fn everybody(&self, conversions: &Conversions<'_>) -> Vec<u32> {
        let converted = conversions.person.iter();
        let mut people: Vec<u32> = self.people.iter().chain(converted).copied().collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    fn person(&mut self, person: u32, conversions: &Conversions<'_>, rows: std::ops::Range<usize>) {
        let start = self.start;
        let own = self.people[start..].partition_point(|other| *other <= person);
        let end = start + own;
        self.start = end;
        // For each touchpoint, whether a conversion's journey holds it.
        let mut is_taken = vec![false; own];
        let mut breaks = Vec::new();
        for row in rows {
            let name = conversions.name.get(row).unwrap_or_default();
            if self.scope.goal.as_ref().is_some_and(|goal| goal != name) {
                continue;
            }
            let time = conversions.time(row);
            let (from, to) = (conversions.from[row], conversions.to[row]);
            let earliest = time.saturating_sub(self.scope.lookback_ms);
            let near = from + self.times[from..to].partition_point(|touched| *touched < earliest);
            is_taken[near - start..to - start].fill(true);
            breaks.push(to);
            if self.scope.period.contains(time) {
                let first_seen = match conversions.first_touch.get(row) {
                    None => FirstSeen::Unknown,
                    Some(first) if first >= earliest => FirstSeen::New,
                    Some(_) => FirstSeen::Returning,
                };
                let outcome = self.converted(person, conversions, row, first_seen);
                self.journey(near..to, time, outcome);
            }
        }
        self.without_conversion(person, start..end, &is_taken, &breaks);
    }

    fn converted(
        &mut self,
        person: u32,
        conversions: &Conversions<'_>,
        row: usize,
        first_seen: FirstSeen,
    ) -> Outcome {
        let value = conversions.value.get(row);
        let group = self.group(conversions.currency.get(row).unwrap_or_default());
        self.groups[usize::from(group)].has_value |= value.is_some();
        #[expect(clippy::cast_precision_loss, reason = "amounts are below 2^53 ten-thousandths")]
        let value = value.unwrap_or(0) as f64;
        Outcome { conversions: 1.0, nulls: 0.0, value, group, person, first_seen }
    }

    /// Runs of touchpoints that no conversion's journey holds.
    fn without_conversion(
        &mut self,
        person: u32,
        own: std::ops::Range<usize>,
        is_taken: &[bool],
        breaks: &[usize],
    ) {
        let mut run: Option<usize> = None;
        let mut before = own.start;
        for touch in own.clone() {
            let time = self.times[touch];
            let is_free = !is_taken[touch - own.start] && self.scope.period.contains(time);
            if let Some(first) = run {
                let is_over = !is_free
                    || breaks.contains(&touch)
                    || time - self.times[first] > self.scope.lookback_ms;
                if is_over {
                    self.null_journey(person, first..before + 1);
                    run = None;
                }
            }
            if is_free && run.is_none() {
                run = Some(touch);
            }
            before = touch;
        }
        if let Some(first) = run {
            self.null_journey(person, first..own.end);
        }
    }

    fn null_journey(&mut self, person: u32, touches: std::ops::Range<usize>) {
        let end = self.times[touches.end - 1];
        // A conversion's group says nothing here, but there must be one.
        let group = if self.groups.is_empty() { self.group("") } else { 0 };
        let outcome = Outcome { nulls: 1.0, group, person, ..Outcome::default() };
        self.journey(touches, end, outcome);
    }

    fn journey(&mut self, touches: std::ops::Range<usize>, end: i64, outcome: Outcome) {
        self.paths.touches.extend_from_slice(&self.touches[touches.clone()]);
        self.paths.ages.extend(self.times[touches].iter().map(|time| end - time));
        self.paths.close();
        self.outcomes.push(outcome);
        if self.outcomes.len() >= PART {
            self.close_part();
        }
    }

    fn close_part(&mut self) {
        if !self.outcomes.is_empty() {
            let paths = Arc::new(std::mem::take(&mut self.paths));
            self.parts.push(Part { paths, outcomes: std::mem::take(&mut self.outcomes) });
        }
    }

    fn group(&mut self, currency: &str) -> u16 {
        if let Some(group) = self.group_of.get(currency) {
            return *group;
        }
        let number = u16::try_from(self.groups.len()).unwrap_or(u16::MAX);
        let known = Some(currency).filter(|currency| !currency.is_empty()).map(str::to_owned);
        self.groups.push(Group { currency: known, has_value: false });
        self.group_of.insert(currency.to_owned(), number);
        number
    }

    fn into_journeys(mut self) -> Journeys {
        self.close_part();
        Journeys {
            channels: self.names,
            groups: self.groups,
            parts: self.parts,
            scale: 10_000.0,
            is_observed: true,
            goal: self.scope.goal.clone(),
            wanted: Wanted::default(),
        }
    }
}

/// The channel of every touchpoint, and the channels' names in the order of their first touch.
fn channels(touchpoints: &DataFrame, scope: &Scope) -> PolarsResult<(Vec<String>, Vec<Touch>)> {
    let zone: &TimeZone = &scope.period.zone;
    let dimensions: &[Dimension] =
        if scope.channel.is_empty() { &[Dimension::Source] } else { &scope.channel };
    let labels = dimensions
        .iter()
        .map(|dimension| dimension.values(touchpoints, "time", zone))
        .collect::<PolarsResult<Vec<_>>>()?;
    let labels = labels.iter().map(|series| series.str()).collect::<PolarsResult<Vec<_>>>()?;
    let sources = touchpoints.column("source")?.str()?;
    let mut names: Vec<String> = Vec::new();
    let mut known: FxHashMap<Vec<Option<&str>>, u32> = FxHashMap::default();
    let mut touches = Vec::with_capacity(touchpoints.height());
    for row in 0..touchpoints.height() {
        let key: Vec<Option<&str>> = labels.iter().map(|label| label.get(row)).collect();
        let channel = *known.entry(key).or_insert_with_key(|key| {
            let parts = key.iter().zip(dimensions).map(|(value, dimension)| {
                let Some(value) = value else { return format!("(no {})", dimension.name()) };
                // Two channels must not have one name.
                let name = channel_name(value);
                if dimensions.len() > 1 { name.replace(" / ", " // ") } else { name }
            });
            names.push(parts.collect::<Vec<_>>().join(" / "));
            u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
        });
        touches.push(Touch::new(channel, sources.get(row) == Some(Source::Organic.as_str())));
    }
    Ok((names, touches))
}
