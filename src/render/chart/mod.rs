//! Charts, by plotters: bars, lines over days, and lines without axes.

pub mod canvas;
pub mod drawing;
pub mod marks;
pub mod png;
pub mod sankey;
pub mod shares;

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::language::{self, say};
use crate::render::lettering::{fitting, isolated, width_of};
use canvas::Canvas;
use drawing::{Drawing, FONT_SCALE, GRID, INK, MUTED, Plot, SERIES, TRACK};

pub(crate) const FONT: &str = "sans-serif";
/// Sizes of letters, and of those at axes.
const LARGE: f64 = 16.0;
pub(crate) const SMALL: f64 = 13.0;

/// How high a chart over days is.
const HIGH: i32 = 280;

/// How wide a chart is drawn: for a screen or a file, or for a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    Wide,
    Narrow,
}

impl Width {
    fn pixels(self) -> i32 {
        match self {
            Self::Wide => 960,
            Self::Narrow => 380,
        }
    }

    /// Days that are told below, at most.
    fn labels(self) -> usize {
        match self {
            Self::Wide => 10,
            Self::Narrow => 4,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }
}

/// A chart as part of a page: for a screen and for a phone, of which the style sheet shows one.
pub(crate) fn on_page(drawn: impl Fn(Width) -> Drawing) -> String {
    drawn(Width::Wide).on_page() + &drawn(Width::Narrow).on_page()
}

/// One bar of several.
#[derive(Debug, Clone)]
pub(crate) struct Bar {
    pub label: String,
    pub length: f64,
    /// What stands behind the bar.
    pub note: String,
}

/// Horizontal bars, the longest as wide as the chart. `description` is read out instead of it.
pub(crate) fn bars(bars: &[Bar], description: &str) -> Drawing {
    const WIDTH: i32 = 960;
    const ROW: i32 = 44;
    const RIGHT: i32 = 360;
    const LONGEST_LABEL: f64 = 234.0;
    let labels: Vec<String> = bars.iter().map(|bar| label(&bar.label, LONGEST_LABEL)).collect();
    let widest = labels.iter().map(|label| width_of(label, LARGE / FONT_SCALE)).fold(0.0, f64::max);
    let left = pixels(1.0, (widest + 20.0).max(110.0));
    let height = i32::try_from(bars.len().max(1)).unwrap_or_default() * ROW;
    let most = bars.iter().map(|bar| bar.length).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let empty = say("chart-empty").to_string();
    draw(WIDTH, height, description, |area| {
        let mut top = 0;
        if bars.is_empty() {
            area.draw(&text(&empty, (12, ROW / 2), HPos::Left))?;
        }
        for (bar, label) in bars.iter().zip(&labels) {
            let length = pixels(bar.length / most, f64::from(WIDTH - left - RIGHT));
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

/// How strong what is not finished is drawn.
const LIGHT: f64 = 0.45;

/// A day of the trend.
#[derive(Debug, Clone)]
pub(crate) struct Day {
    /// `2026-01-31`.
    pub date: String,
    /// Conversations opened, leads, purchases.
    pub counts: [u64; 3],
    /// Those of the day that it is compared with.
    pub before: Option<[u64; 3]>,
    /// What counts come to that are not finished.
    pub expected: [Option<f64>; 3],
}

/// An area for the opened conversations, lines for leads and purchases. Of a last day that is not over they are dashed;
/// what is not finished is lighter, with a circle for what it comes to.
#[expect(clippy::cast_precision_loss, reason = "counts and days are far below 2^52")]
pub(crate) fn trend(days: &[Day], is_open: bool, description: &str, width: Width) -> Drawing {
    let before = |day: &Day| day.before.map_or(0, |before| before[0]);
    let most =
        days.iter().map(|day| day.counts[0].max(before(day))).max().unwrap_or(0).max(1) as f64;
    let dates: Vec<&str> = days.iter().map(|day| day.date.as_str()).collect();
    over_days(&dates, most * 1.08, (whole, HIGH), description, width, |chart| {
        let points = |series: usize| {
            let days = days.iter().enumerate();
            let points = days.map(move |(place, day)| (place as f64, day.counts[series] as f64));
            points.collect::<Vec<_>>()
        };
        let over = days.len() - usize::from(is_open && days.len() > 1);
        let finished = points(0).into_iter().take(over);
        let area = AreaSeries::new(finished, 0.0, SERIES[0].mix(0.14)).border_style(TRANSPARENT);
        chart.draw_series(area)?;
        if days.iter().any(|day| day.before.is_some()) {
            let before =
                days.iter().enumerate().map(|(place, day)| (place as f64, before(day) as f64));
            chart.draw_series(DashedLineSeries::new(before, 2, 4, MUTED.stroke_width(1)))?;
        }
        for (series, color) in SERIES.iter().enumerate() {
            let points = points(series);
            // Until the first day that is not finished.
            let light = days.iter().position(|day| day.expected[series].is_some());
            let light = light.unwrap_or(over).clamp(1, over.max(1)).min(points.len());
            let (line, lighter) = (color.stroke_width(2), color.mix(LIGHT).stroke_width(2));
            let open = if light < over { lighter } else { line };
            chart.draw_series(LineSeries::new(points[..light].iter().copied(), line))?;
            if light < over {
                let points = points[light.saturating_sub(1)..over].iter().copied();
                chart.draw_series(LineSeries::new(points, lighter))?;
            }
            if over < points.len() {
                let points = points[over.saturating_sub(1)..].iter().copied();
                chart.draw_series(DashedLineSeries::new(points, 5, 4, open))?;
            }
            let places = days.iter().enumerate();
            let expected =
                places.filter_map(|(place, day)| Some((place as f64, day.expected[series]?)));
            chart
                .draw_series(expected.map(|point| Circle::new(point, 3, color.stroke_width(2))))?;
            if points.len() < 2 {
                let dots = points.iter().map(|point| Circle::new(*point, 4, color.filled()));
                chart.draw_series(dots)?;
            }
        }
        Ok(())
    })
}

/// A chart that is being drawn over days.
pub(crate) type DayChart<'a, 'b> =
    ChartContext<'a, Canvas<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A chart over days, from nothing to `top`: its grid, and what `paint` draws. With it goes how numbers are written
/// beside it and how high it is.
#[expect(clippy::cast_precision_loss, reason = "days are far below 2^52")]
pub(crate) fn over_days(
    dates: &[&str],
    top: f64,
    (number, height): (fn(f64) -> String, i32),
    description: &str,
    width: Width,
    paint: impl FnOnce(&mut DayChart<'_, '_>) -> Drawn,
) -> Drawing {
    const MARGIN: i32 = 10;
    const BESIDE: i32 = 52;
    const BELOW: i32 = 28;
    // One day alone is a point; it gets some room to both sides.
    let last = dates.len().saturating_sub(1) as f64;
    let range = if dates.len() < 2 { -0.5..0.5 } else { 0.0..last };
    let plot = Plot {
        left: MARGIN + BESIDE,
        right: width.pixels() - 2 * MARGIN,
        top: MARGIN,
        bottom: height - MARGIN - BELOW,
    };
    let drawn = draw(width.pixels(), height, description, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(MARGIN)
            .margin_right(2 * MARGIN)
            .x_label_area_size(BELOW)
            .y_label_area_size(BESIDE)
            .build_cartesian_2d(range, 0.0..top)?;
        mesh(&mut chart, dates, number, width)?;
        paint(&mut chart)
    });
    drawn.of_class(width.class()).with_plot(plot).over(dates)
}

/// The grid of a chart over days, which are told below, with five numbers beside it.
fn mesh(
    chart: &mut DayChart<'_, '_>,
    dates: &[&str],
    number: fn(f64) -> String,
    width: Width,
) -> Drawn {
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .label_style((FONT, SMALL).into_font().color(&MUTED))
        .x_labels(dates.len().clamp(1, width.labels()))
        .x_label_formatter(&|place| day_label(dates, *place))
        .y_labels(5)
        .y_label_formatter(&|at| number(*at))
        .draw()
}

/// A line without axes, as high as a row of text. Gaps are left out.
#[expect(clippy::cast_precision_loss, reason = "days are far below 2^52")]
pub(crate) fn spark(values: &[Option<f64>], description: &str) -> Drawing {
    let most = values.iter().flatten().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let points = values.iter().enumerate().filter_map(|(day, value)| Some((day as f64, (*value)?)));
    let last = values.len().saturating_sub(1).max(1) as f64;
    let drawn = draw(96, 24, description, |area| {
        let mut chart =
            ChartBuilder::on(area).margin(2).build_cartesian_2d(0.0..last, 0.0..most)?;
        chart.draw_series(LineSeries::new(points, SERIES[0].stroke_width(1)))?;
        Ok(())
    });
    drawn.of_class("spark").stretched()
}

/// How much of a whole there is, as a column and, for phones, as a bar. What it says stands beside it in words.
pub(crate) fn part(share: f64, strength: f64) -> String {
    const LONG: i32 = 120;
    const THICK: i32 = 8;
    let length = pixels(share.clamp(0.0, 1.0), f64::from(LONG)).max(1);
    let drawn = |(width, height), from, to, class| {
        let drawn = draw(width, height, "", |area| {
            area.draw(&Rectangle::new([(0, 0), (width, height)], TRACK.filled()))?;
            area.draw(&Rectangle::new([from, to], SERIES[0].mix(strength).filled()))
        });
        drawn.of_class(class).stretched().on_page()
    };
    let column = drawn((THICK, LONG), (0, LONG - length), (THICK, LONG), "column");
    column + &drawn((LONG, THICK), (0, 0), (length, THICK), "bar")
}

pub(crate) type Drawn = Result<(), DrawingAreaErrorKind<std::convert::Infallible>>;
pub(crate) type Area<'a> = DrawingArea<Canvas<'a>, plotters::coord::Shift>;

pub(crate) fn draw(
    width: i32,
    height: i32,
    description: &str,
    paint: impl FnOnce(&Area<'_>) -> Drawn,
) -> Drawing {
    let mut drawing = Drawing::new(width, height, description);
    let painted = paint(&Canvas(&mut drawing).into_drawing_area());
    if let Err(error) = painted {
        // What is drawn already stays.
        tracing::error!(%error, "a chart could not be drawn");
    }
    drawing
}

/// A name that has a room of so many pixels, in letters of this size.
pub(crate) fn named(name: &str, room: f64, size: f64) -> String {
    fitting(&isolated(name), room, size / FONT_SCALE)
}

/// The same in the usual letters.
pub(crate) fn label(name: &str, room: f64) -> String {
    named(name, room, LARGE)
}

pub(crate) fn text(what: &str, at: (i32, i32), side: HPos) -> Text<'_, (i32, i32), &str> {
    let style = TextStyle::from((FONT, LARGE).into_font()).color(&INK);
    Text::new(what, at, style.pos(Pos::new(side, VPos::Center)))
}

#[expect(clippy::cast_possible_truncation, reason = "a part of a few hundred pixels")]
pub(crate) fn pixels(part: f64, whole: f64) -> i32 {
    (part * whole).round() as i32
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_are_not_finished_have_a_circle_each() {
        let day = |(date, expected): (&str, Option<f64>)| Day {
            date: date.to_owned(),
            counts: [9, 3, 1],
            before: None,
            expected: [None, expected, expected],
        };
        let dates =
            [("2026-11-01", None), ("2026-11-02", Some(4.2)), ("2026-11-03", Some(5.0))].map(day);
        for (many, circles) in [(0, 0), (1, 3), (2, 2), (3, 4)] {
            for is_open in [false, true] {
                let drawn = trend(&dates[..many], is_open, "", Width::Wide).on_page();
                // One day alone is a dot of each series.
                assert_eq!(drawn.matches("<circle").count(), circles, "{many}: {drawn}");
            }
        }
    }
}
