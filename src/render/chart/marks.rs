//! Annotations on a chart over days: a line at the day, and the number by which the list below the chart tells what it is.

use std::collections::BTreeMap;

use super::drawing::{Drawing, Form, INK, Look, MUTED, PAPER};
use crate::insights::annotations::AnnotationsReport;
use crate::language::say;
use crate::render::lettering::{fitting, told, width_of};
use crate::render::page_names::page;

/// How high a number's place is.
const HIGH: i32 = 16;
/// How large numbers are.
const SIZE: f64 = 11.0;
/// Annotations that are written below a chart at most, how high each is, its letters, and its room to both sides.
const MOST_LINES: usize = 12;
const LINE_HIGH: i32 = 18;
const LINE_SIZE: f64 = 12.0;
const BESIDE: i32 = 24;

/// A day that has something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// `2026-01-31`.
    pub day: String,
    /// By which it is listed.
    pub number: usize,
}

impl Drawing {
    /// The chart with these days marked; nothing of a chart that is not over days.
    pub(crate) fn annotated(mut self, marks: &[Mark]) -> Self {
        let Some((plot, days)) = self.days() else { return self };
        let (width, _) = self.size();
        let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for mark in marks {
            if let Some(place) = place_of(days, &mark.day) {
                places.entry(place).or_default().push(mark.number);
            }
        }
        let last = days.len().saturating_sub(1);
        let at = |place: usize| across(plot.left, plot.right, place, last);
        for place in places.keys() {
            let x = at(*place);
            self.add(Form::Line(vec![(x, plot.top), (x, plot.bottom)], 1), (rgb(MUTED), 0.6));
        }
        for (x, numbers) in apart(places.iter().map(|(place, numbers)| (at(*place), numbers))) {
            let label = joined(&numbers);
            let half = half_of(&label);
            // A number at an end stays inside of the drawing.
            let middle = x.clamp(half, width - half);
            let corner = (middle - half, plot.top - HIGH / 2);
            let place = Form::Rectangle(corner, 2 * half, HIGH, Look::Filled);
            self.add(place, (rgb(INK), 1.0));
            let at = (middle, plot.top);
            let text = Form::Text { text: label, at, size: SIZE, anchor: "middle", down: "0.36em" };
            self.add(text, (rgb(PAPER), 1.0));
        }
        if !places.is_empty() {
            let count: usize = places.values().map(Vec::len).sum();
            let sentence = say("chart-annotations").with("count", count);
            self.described_further(&sentence.to_string());
        }
        self
    }

    /// The same for a chart that stands alone: what the numbers are is written below it.
    pub(crate) fn annotated_alone(self, report: &AnnotationsReport) -> Self {
        let all = report.annotations.iter().zip(1..);
        let marks = all.map(|(one, number)| Mark { day: one.day.clone(), number });
        let mut drawn = self.annotated(&marks.collect::<Vec<_>>());
        let told = report.annotations.iter().zip(1..).map(|(one, number): (_, usize)| {
            let text = one.text.clone().with_changed("page", page);
            format!("{number}  {}  {}", one.day, told(&text.to_string()))
        });
        let is_shown = drawn.days().is_some_and(|(_, days)| !days.is_empty());
        let many = report.annotations.len();
        let mut lines: Vec<String> = told.filter(|_| is_shown).take(MOST_LINES).collect();
        if is_shown && many > MOST_LINES {
            lines.push(say("chart-annotations-more").with("count", many - MOST_LINES).to_string());
        }
        for line in lines {
            let (width, height) = drawn.size();
            let room = f64::from(width - 2 * BESIDE);
            let text = fitting(&line, room, LINE_SIZE);
            let at = (BESIDE, height + LINE_HIGH / 2);
            drawn.heighten(LINE_HIGH);
            let size = LINE_SIZE;
            let form = Form::Text { text, at, size, anchor: "start", down: "0.36em" };
            drawn.add(form, (rgb(MUTED), 1.0));
        }
        drawn
    }
}

/// Numbers with where they stand; those that would lie upon the ones before them stand with these.
fn apart<'a>(all: impl Iterator<Item = (i32, &'a Vec<usize>)>) -> Vec<(i32, Vec<usize>)> {
    let mut told: Vec<(i32, Vec<usize>)> = Vec::new();
    for (x, numbers) in all {
        match told.last_mut() {
            Some((before, known))
                if x - half_of(&joined(numbers)) <= *before + half_of(&joined(known)) =>
            {
                known.extend(numbers);
            }
            _ => told.push((x, numbers.clone())),
        }
    }
    told
}

fn rgb(color: plotters::style::RGBColor) -> (u8, u8, u8) {
    (color.0, color.1, color.2)
}

/// The last point whose day is not behind `day`; nothing before the first.
fn place_of(days: &[String], day: &str) -> Option<usize> {
    days.partition_point(|known| known.as_str() <= day).checked_sub(1)
}

fn across(left: i32, right: i32, place: usize, last: usize) -> i32 {
    // One day alone lies in the middle.
    if last == 0 {
        return i32::midpoint(left, right);
    }
    let (place, last) = (i32::try_from(place).unwrap_or(0), i32::try_from(last).unwrap_or(1));
    left + (right - left) * place / last
}

/// `3`, `3, 4` or `3–6`: numbers of one place follow each other.
fn joined(numbers: &[usize]) -> String {
    match numbers {
        [] => String::new(),
        [one] => one.to_string(),
        [first, .., last] => format!("{first}–{last}"),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a label of a few letters")]
fn half_of(label: &str) -> i32 {
    (width_of(label, SIZE) / 2.0).ceil() as i32 + 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::annotations::Annotation;
    use crate::render::chart::{Day, Width, trend};

    fn days(dates: &[&str]) -> Vec<Day> {
        let day = |date: &&str| Day {
            date: (*date).to_owned(),
            counts: [1, 0, 0],
            before: None,
            expected: [None; 3],
        };
        dates.iter().map(day).collect()
    }

    fn mark(day: &str, number: usize) -> Mark {
        Mark { day: day.to_owned(), number }
    }

    fn written(day: &str) -> Annotation {
        Annotation {
            id: None,
            day: day.to_owned(),
            kind: "manual",
            text: say("annotation-manual").with("text", "Price <raised>"),
            page: None,
            author: None,
            made_at: None,
        }
    }

    #[test]
    fn a_mark_stands_at_its_day_or_in_its_week() {
        let weeks = ["2026-01-05", "2026-01-12", "2026-01-19"].map(str::to_owned);
        for (day, place) in [
            ("2026-01-04", None),
            ("2026-01-05", Some(0)),
            ("2026-01-11", Some(0)),
            ("2026-01-12", Some(1)),
            ("2026-02-01", Some(2)),
        ] {
            assert_eq!(place_of(&weeks, day), place, "{day}");
        }
        assert_eq!((across(62, 940, 0, 2), across(62, 940, 2, 2)), (62, 940));
        assert_eq!(across(62, 940, 0, 0), 501);
    }

    #[test]
    fn marks_of_one_place_share_a_number_and_are_read_out() {
        let days = days(&["2026-01-01", "2026-01-02", "2026-01-03"]);
        let marks = [
            mark("2025-12-31", 1),
            mark("2026-01-02", 2),
            mark("2026-01-02", 3),
            mark("2026-01-03", 4),
        ];
        let svg = trend(&days, false, "A chart.", Width::Wide).annotated(&marks).alone();
        assert!(svg.contains(">2–3<") && svg.contains(">4<"), "{svg}");
        assert_eq!(svg.matches("stroke-opacity=\"0.6\"").count(), 2, "{svg}");
        assert!(svg.contains("aria-label=\"A chart. 3 annotations.\""), "{svg}");
        // On a phone the days of a month are narrower than their numbers.
        let near = apart([(100, &vec![1]), (108, &vec![2]), (160, &vec![3, 4])].into_iter());
        assert_eq!(near, [(100, vec![1, 2]), (160, vec![3, 4])]);
        let report = AnnotationsReport {
            from: String::new(),
            to: String::new(),
            annotations: (1..=14).map(|day| written(&format!("2026-01-{day:02}"))).collect(),
        };
        let alone = trend(&days, false, "A chart.", Width::Wide).annotated_alone(&report);
        assert_eq!(alone.size().1, 280 + 13 * LINE_HIGH);
        let svg = alone.alone();
        assert!(svg.contains(">1  2026-01-01  Price &lt;raised&gt;<"), "{svg}");
        assert!(svg.contains(">and 2 more<") && !svg.contains("2026-01-13"), "{svg}");
        let plain = trend(&days, false, "A chart.", Width::Wide).annotated(&[]).alone();
        assert!(plain.contains("aria-label=\"A chart.\""), "{plain}");
    }
}
