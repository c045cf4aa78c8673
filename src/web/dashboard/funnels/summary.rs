//! A funnel at a glance: its steps as columns, and what matters most in a sentence.

use super::labels::label;
use crate::analysis::{Step, lacking_units};
use crate::language::{Message, Value, say};
use crate::render::expected::{ExpectedFigure, expected_count};
use crate::render::labels;
use crate::render::numbers::{of_first, of_previous, percent, span};
use crate::web::dashboard::drilldown::DrilldownLinks;
use crate::web::dashboard::funnel_columns::{Column, drawn, share};

/// How many of all reached the last step.
pub(crate) fn headline(steps: &[&Step]) -> Option<Message> {
    let (first, last) = (steps.first()?, steps.last()?);
    let told = say("funnels-headline").with("share", of_first(last));
    Some(
        told.with("count", first.count?)
            .with("step", label(&last.name))
            .with("few", few(first.count?)),
    )
}

/// Where most of those who reached a step go no further, by their share.
pub(crate) fn biggest_drop(steps: &[&Step]) -> Option<Message> {
    let pairs = steps.iter().zip(steps.iter().skip(1));
    let lost = pairs.filter_map(|(step, next)| {
        let (of, reached) = (step.count.filter(|of| *of > 0)?, next.count?);
        Some((step, next, of.saturating_sub(reached), of))
    });
    let part = |lost: u64, of: u64| share(Some(lost), Some(of)).unwrap_or(0.0);
    let most = |one: &(_, _, u64, u64), other: &(_, _, u64, u64)| {
        part(one.2, one.3).total_cmp(&part(other.2, other.3))
    };
    let (step, next, lost, of) = lost.max_by(most).filter(|(_, _, lost, _)| *lost > 0)?;
    let told = say("funnels-biggest-drop").with("count", lost).with("of", of);
    let told = told.with("share", percent(Some(part(lost, of)), of));
    Some(told.with("step", label(&step.name)).with("next", label(&next.name)).with("few", few(of)))
}

/// That it is a share of few, and how many more are needed to tell anything by it; nothing of many.
fn few(of: u64) -> Value {
    lacking_units(of).map_or_else(|| "".into(), |more| say("funnels-few").with("more", more).into())
}

/// The steps as columns.
pub(crate) fn columns(steps: &[&Step], behind: &DrilldownLinks) -> Vec<Column> {
    let most = steps.iter().filter_map(|step| step.count).max().unwrap_or(0);
    let column = |(place, step): (usize, &&Step)| {
        let next = steps.get(place + 1).and_then(|next| next.count);
        let dropped = next.map(|next| step.count.unwrap_or(0).saturating_sub(next));
        let waits = step.detail.as_ref().and_then(|detail| detail.waits.as_ref());
        let median =
            waits.map(|waits| say("funnels-median-told").with("time", span(Some(waits.median_ms))));
        Column {
            name: step.name.clone(),
            label: label(&step.name),
            meaning: labels::stage(&step.name).1,
            count: behind.with("reached", &step.name).count(step.count),
            of_previous: of_previous(step),
            of_first: of_first(step),
            dropped: dropped.map(|dropped| behind.with("step", &step.name).count(Some(dropped))),
            notes: median
                .into_iter()
                .chain(expected_count(step).map(ExpectedFigure::told))
                .collect(),
            drawn: drawn(step.count, most, place),
            is_cut: false,
        }
    };
    steps.iter().enumerate().map(column).collect()
}
