//! Charts as SVG, by plotters.
//!
//! Colours are set by the page's style sheet: charts are drawn in stand-in colours, which are
//! replaced by the style sheet's variables, so that one chart serves light and dark.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::language::{self, say};

pub(super) const INK: RGBColor = RGBColor(1, 1, 1);
pub(super) const MUTED: RGBColor = RGBColor(2, 2, 2);
const GRID: RGBColor = RGBColor(3, 3, 3);
pub(super) const SERIES: [RGBColor; 3] = [RGBColor(4, 4, 4), RGBColor(5, 5, 5), RGBColor(6, 6, 6)];
/// Stand-in, variable, and the colour of the light style sheet.
const VARIABLES: [(&str, &str, &str); 6] = [
    ("#010101", "var(--ink)", "#1b1f24"),
    ("#020202", "var(--muted)", "#5b6470"),
    ("#030303", "var(--grid)", "#e2e4e8"),
    ("#040404", "var(--series-1)", "#0072b2"),
    ("#050505", "var(--series-2)", "#e69f00"),
    ("#060606", "var(--series-3)", "#009e73"),
];
pub(super) const FONT: &str = "sans-serif";

/// One bar of several.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    pub label: String,
    pub length: f64,
    /// What stands behind the bar.
    pub note: String,
}

/// Horizontal bars, the longest as wide as the chart. `description` is read out instead of it.
pub(super) fn bars(bars: &[Bar], description: &str) -> String {
    const WIDTH: i32 = 960;
    const ROW: i32 = 44;
    const RIGHT: i32 = 360;
    const LETTER: usize = 9;
    const MOST_LETTERS: usize = 26;
    let labels: Vec<String> = bars.iter().map(|bar| shortened(&bar.label, MOST_LETTERS)).collect();
    let letters = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let left = i32::try_from((letters * LETTER + 20).max(110)).unwrap_or(110);
    let height = i32::try_from(bars.len().max(1)).unwrap_or_default() * ROW;
    let most = bars.iter().map(|bar| bar.length).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let empty = say("chart-empty").to_string();
    draw(WIDTH, height, description, |area| {
        let mut top = 0;
        if bars.is_empty() {
            area.draw(&text(&empty, (12, ROW / 2), HPos::Left))?;
        }
        for (bar, label) in bars.iter().zip(&labels) {
            let length = pixels(bar.length / most, WIDTH - left - RIGHT);
            let (from, to) = ((left, top + 6), (left + length.max(2), top + ROW - 6));
            area.draw(&Rectangle::new([from, to], SERIES[0].filled()))?;
            let middle = top + ROW / 2;
            area.draw(&text(label, (left - 12, middle), HPos::Right))?;
            let note = (left + length + 12, middle);
            area.draw(&text(&bar.note, note, HPos::Left))?;
            top += ROW;
        }
        Ok(())
    })
}

pub(super) fn shortened(label: &str, most: usize) -> String {
    if label.chars().count() <= most {
        return label.to_owned();
    }
    label.chars().take(most - 1).chain(['…']).collect()
}

/// A day of the trend.
#[derive(Debug, Clone)]
pub(super) struct Day {
    /// `2026-01-31`.
    pub date: String,
    /// Conversations opened, leads, purchases.
    pub counts: [u64; 3],
    /// Those of the day that it is compared with.
    pub before: Option<[u64; 3]>,
}

/// An area for the opened conversations, lines for leads and purchases.
#[expect(clippy::cast_precision_loss, reason = "counts and days are far below 2^52")]
pub(super) fn trend(days: &[Day], description: &str) -> String {
    let before = |day: &Day| day.before.map_or(0, |before| before[0]);
    let most =
        days.iter().map(|day| day.counts[0].max(before(day))).max().unwrap_or(0).max(1) as f64;
    // One day alone is a point; it gets some room to both sides.
    let last = days.len().saturating_sub(1) as f64;
    let range = if days.len() < 2 { -0.5..0.5 } else { 0.0..last };
    draw(960, 280, description, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(10)
            .margin_right(24)
            .x_label_area_size(28)
            .y_label_area_size(52)
            .build_cartesian_2d(range, 0.0..most * 1.08)?;
        let dates: Vec<&str> = days.iter().map(|day| day.date.as_str()).collect();
        mesh(&mut chart, &dates, whole)?;
        let points = |series: usize| {
            let days = days.iter().enumerate();
            days.map(move |(place, day)| (place as f64, day.counts[series] as f64))
        };
        let area_series = AreaSeries::new(points(0), 0.0, SERIES[0].mix(0.18));
        chart.draw_series(area_series.border_style(SERIES[0].stroke_width(2)))?;
        if days.iter().any(|day| day.before.is_some()) {
            let before =
                days.iter().enumerate().map(|(place, day)| (place as f64, before(day) as f64));
            chart.draw_series(DashedLineSeries::new(before, 4, 4, MUTED.stroke_width(1)))?;
        }
        for (series, color) in SERIES.iter().enumerate().skip(1) {
            chart.draw_series(LineSeries::new(points(series), color.stroke_width(2)))?;
        }
        if days.len() < 2 {
            for (series, color) in SERIES.iter().enumerate() {
                let dots = points(series).map(|point| Circle::new(point, 4, color.filled()));
                chart.draw_series(dots)?;
            }
        }
        Ok(())
    })
}

/// The grid of a chart over days, which are told below, with five numbers beside it.
fn mesh(
    chart: &mut ChartContext<'_, SVGBackend<'_>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    dates: &[&str],
    number: fn(f64) -> String,
) -> Drawn {
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .label_style((FONT, 13).into_font().color(&MUTED))
        .x_labels(dates.len().clamp(1, 10))
        .x_label_formatter(&|place| day_label(dates, *place))
        .y_labels(5)
        .y_label_formatter(&|at| number(*at))
        .draw()
}

/// A line of shares, 0 to 1, by day or week; a gap where there is none.
#[expect(clippy::cast_precision_loss, reason = "days are far below 2^52")]
pub(super) fn shares(days: &[(String, Option<f64>)], description: &str) -> String {
    let most = days.iter().filter_map(|(_, share)| *share).fold(0.01, f64::max);
    let last = days.len().saturating_sub(1) as f64;
    let range = if days.len() < 2 { -0.5..0.5 } else { 0.0..last };
    draw(960, 220, description, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(10)
            .margin_right(24)
            .x_label_area_size(28)
            .y_label_area_size(64)
            .build_cartesian_2d(range, 0.0..(most * 1.08).min(1.0))?;
        let dates: Vec<&str> = days.iter().map(|(date, _)| date.as_str()).collect();
        mesh(&mut chart, &dates, language::percent)?;
        let places: Vec<(f64, Option<f64>)> =
            days.iter().enumerate().map(|(place, (_, share))| (place as f64, *share)).collect();
        for part in places.split(|(_, share)| share.is_none()) {
            let points = || part.iter().filter_map(|(place, share)| Some((*place, (*share)?)));
            chart.draw_series(LineSeries::new(points(), SERIES[0].stroke_width(2)))?;
            chart.draw_series(points().map(|point| Circle::new(point, 2, SERIES[0].filled())))?;
        }
        Ok(())
    })
}

/// A line without axes, as high as a row of text.
#[expect(clippy::cast_precision_loss, reason = "counts and days are far below 2^52")]
pub(super) fn spark(counts: &[u64], description: &str) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let points = || counts.iter().enumerate().map(|(day, count)| (day as f64, *count as f64));
    let last = counts.len().saturating_sub(1).max(1) as f64;
    let svg = draw(96, 24, description, |area| {
        let mut chart =
            ChartBuilder::on(area).margin(2).build_cartesian_2d(0.0..last, 0.0..most)?;
        chart.draw_series(LineSeries::new(points(), SERIES[0].stroke_width(1)))?;
        Ok(())
    });
    svg.replacen("<svg ", "<svg class=\"spark\" ", 1)
}

pub(super) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

pub(super) fn draw(
    width: i32,
    height: i32,
    description: &str,
    paint: impl FnOnce(&Area<'_>) -> Drawn,
) -> String {
    let mut svg = String::new();
    let size = (width.unsigned_abs(), height.unsigned_abs());
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        if let Err(error) = paint(&area).and_then(|()| area.present()) {
            tracing::error!(%error, "a chart could not be drawn");
            return String::new();
        }
    }
    for (stand_in, variable, _) in VARIABLES {
        svg = svg.replace(stand_in, variable);
    }
    let label = format!("<svg role=\"img\" aria-label=\"{}\" ", attribute(description));
    svg.replacen("<svg ", &label, 1)
}

/// The same outside of a page: with colours of its own, on white.
pub(super) fn standalone(svg: &str) -> String {
    let mut svg = svg.to_owned();
    for (_, variable, color) in VARIABLES {
        svg = svg.replace(variable, color);
    }
    match svg.find('>') {
        Some(end) => {
            let paper = "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>";
            format!("{}>{paper}{}", &svg[..end], &svg[end + 1..])
        }
        None => svg,
    }
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

pub(super) fn text(what: &str, at: (i32, i32), side: HPos) -> Text<'_, (i32, i32), &str> {
    let style = TextStyle::from((FONT, 16).into_font()).color(&INK);
    Text::new(what, at, style.pos(Pos::new(side, VPos::Center)))
}

#[expect(clippy::cast_possible_truncation, reason = "a part of a few hundred pixels")]
pub(super) fn pixels(part: f64, whole: i32) -> i32 {
    (part * f64::from(whole)).round() as i32
}

/// `31 Jan` at a day, nothing between days.
fn day_label(dates: &[&str], place: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    let index = place.round().max(0.0) as usize;
    if (place - place.round()).abs() > 1e-6 {
        return String::new();
    }
    let Some(date) = dates.get(index) else { return String::new() };
    let mut parts = date.split('-').skip(1).map(|part| part.parse::<u8>().unwrap_or(1));
    let month = say(format!("month-{}", parts.next().unwrap_or(1)));
    let day = parts.next().unwrap_or(1).to_string();
    say("chart-day").with("day", day).with("month", month).to_string()
}

fn whole(count: f64) -> String {
    if count.fract().abs() < 1e-9 { language::decimal(count, 0) } else { String::new() }
}
