//! A line of shares by day or week. Where a day is not finished it is lighter, with what is expected in the end.

use plotters::prelude::*;

use super::drawing::{Drawing, SERIES};
use super::{LIGHT, Width, over_days};
use crate::analysis::Rate;
use crate::language;

/// An end of an interval may lie so many times as high as the highest share; what is higher is cut.
const HIGHEST: f64 = 1.6;

/// A day or week.
#[derive(Debug, Clone)]
pub(crate) struct SharePoint {
    /// `2026-01-31`.
    pub date: String,
    /// 0 to 1, so far; a gap where there is none.
    pub share: Option<f64>,
    pub is_unfinished: bool,
    /// In the end, where that is not the share itself.
    pub expected: Option<Rate>,
}

/// How high it is.
const HIGH: i32 = 240;

/// The line, with a circle and a bar for each share that is expected. `description` is read out instead of it.
#[expect(clippy::cast_precision_loss, reason = "days are far below 2^52")]
pub(crate) fn shares(days: &[SharePoint], description: &str, width: Width) -> Drawing {
    let told = |day: &SharePoint| [day.share, day.expected.map(|rate| rate.rate)];
    let most = days.iter().flat_map(told).flatten().fold(0.01, f64::max);
    let ends = days.iter().filter_map(|day| Some(day.expected?.high));
    let top = ends.fold(most, f64::max).min(most * HIGHEST);
    let dates: Vec<&str> = days.iter().map(|day| day.date.as_str()).collect();
    let style = (tick as fn(f64) -> String, HIGH);
    over_days(&dates, (top * 1.08).min(1.0), style, description, width, |chart| {
        let places = || days.iter().enumerate().map(|(place, day)| (place as f64, day));
        let dot = |(place, day): (f64, &SharePoint)| Some(((place, day.share?), strength(day)));
        let steps = places().zip(places().skip(1));
        for ((place, day), (next, later)) in steps {
            if let (Some(from), Some(to)) = (day.share, later.share) {
                let strength = strength(day).min(strength(later));
                let style = SERIES[0].mix(strength).stroke_width(2);
                chart.draw_series(LineSeries::new([(place, from), (next, to)], style))?;
            }
        }
        chart.draw_series(
            places()
                .filter_map(dot)
                .map(|(point, strength)| Circle::new(point, 2, SERIES[0].mix(strength).filled())),
        )?;
        let expected = || places().filter_map(|(place, day)| Some((place, day.expected?)));
        chart.draw_series(expected().map(|(place, rate)| {
            let ends = vec![(place, rate.low), (place, rate.high.min(top))];
            PathElement::new(ends, SERIES[0].mix(LIGHT).stroke_width(3))
        }))?;
        chart
            .draw_series(expected().map(|(place, rate)| {
                Circle::new((place, rate.rate), 4, SERIES[0].stroke_width(2))
            }))?;
        Ok(())
    })
}

/// A share beside the chart, without a decimal that says nothing: `5 %`, `2.5 %`.
fn tick(share: f64) -> String {
    let percents = share * 100.0;
    language::percent(share, usize::from((percents - percents.round()).abs() > 1e-6))
}

fn strength(day: &SharePoint) -> f64 {
    if day.is_unfinished { LIGHT } else { 1.0 }
}
