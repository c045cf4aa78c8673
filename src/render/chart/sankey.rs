//! A Sankey diagram of a funnel: entry points on the left, step after step to the right, and what leaves.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::drawing::{Drawing, INK, MUTED, SERIES};
use super::pixels;
use crate::analysis::Flow;
use crate::language::{self, say};
use crate::render::chart;

const WIDTH: i32 = 960;
const HEIGHT: i32 = 380;
const TOP: i32 = 46;
/// Of the largest node.
const TALLEST: i32 = 220;
const NODE: i32 = 12;
const LEFT: i32 = 140;
const RIGHT: i32 = 60;
const GAP: i32 = 6;
/// From the middle of a label to that of the next at least.
const LABEL: i32 = 18;
/// Entry points that are drawn.
const MOST_DOORS: usize = 8;
/// Room for the name of an entry point.
const DOOR: f64 = 120.0;
/// Room for the name of a step.
const STEP: f64 = 100.0;

/// The largest entry points, and all others as one.
fn largest<'a>(doors: impl Iterator<Item = &'a Flow>) -> Vec<Flow> {
    let mut doors: Vec<Flow> = doors.cloned().collect();
    doors.sort_by_key(|door| std::cmp::Reverse(door.count));
    if doors.len() > MOST_DOORS {
        let rest = doors.split_off(MOST_DOORS - 1);
        let count = rest.iter().map(|door| door.count).sum();
        let from = say("chart-rest").with("count", rest.len()).to_string();
        doors.push(Flow { from, to: rest[0].to.clone(), count });
    }
    doors
}

/// Draws the flows of `steps`; entry points are whatever flows into the first. `description` is read out.
pub(crate) fn sankey(flows: &[Flow], steps: &[(String, u64)], description: &str) -> Drawing {
    let Some((first, most)) = steps.first().filter(|(_, count)| *count > 0) else {
        return chart::bars(&[], description);
    };
    let columns = i32::try_from(steps.len()).unwrap_or(1);
    let column = |place: usize| {
        let place = i32::try_from(place).unwrap_or(0) + 1;
        LEFT + place * (WIDTH - LEFT - RIGHT) / columns - NODE
    };
    let height = |count: u64| pixels(share(count, *most), f64::from(TALLEST)).max(1);
    let doors = largest(flows.iter().filter(|flow| flow.to == *first));
    chart::draw(WIDTH, HEIGHT, description, |area| {
        let (mut from, mut to) = (TOP, TOP);
        for (place, door) in doors.iter().enumerate() {
            let tall = height(door.count);
            let color = SERIES[place % SERIES.len()];
            band(area, (LEFT, from), (column(0), to), tall, color, 0.25)?;
            area.draw(&Rectangle::new([(LEFT - NODE, from), (LEFT, from + tall)], color.filled()))?;
            let at = (LEFT - NODE - 6, from + tall / 2);
            let name = chart::label(&door.from, DOOR);
            area.draw(&chart::text(&name, at, HPos::Right))?;
            // Labels of slim entry points do not lie on one another.
            let next = doors.get(place + 1).map_or(0, |next| height(next.count));
            from += (tall + GAP).max(LABEL + tall / 2 - next / 2);
            to += tall;
        }
        for (place, (name, count)) in steps.iter().enumerate() {
            let (x, tall) = (column(place), height(*count));
            let node = Rectangle::new([(x, TOP), (x + NODE, TOP + tall)], SERIES[0].filled());
            if *count > 0 {
                area.draw(&node)?;
            }
            let style = TextStyle::from((chart::FONT, chart::SMALL).into_font()).color(&INK);
            // The count is told whatever becomes of the name.
            let name = chart::named(name, STEP, chart::SMALL);
            let label = format!("{name} {}", language::count(*count));
            area.draw(&Text::new(
                label,
                (x + NODE / 2, TOP - 14),
                style.pos(Pos::new(HPos::Center, VPos::Center)),
            ))?;
            if let Some((_, next)) = steps.get(place + 1).filter(|(_, next)| *next > 0) {
                let going_on = height(*next);
                let end = (column(place + 1), TOP);
                band(area, (x + NODE, TOP), end, going_on, SERIES[0], 0.25)?;
            }
            let left = steps.get(place + 1).map_or(0, |(_, next)| count - next);
            if left > 0 {
                let tall_left =
                    (tall - steps.get(place + 1).map_or(0, |(_, next)| height(*next))).max(1);
                let begin = (x + NODE, TOP + tall - tall_left);
                let end = (x + NODE + 34, TOP + tall - tall_left + 40);
                band(area, begin, end, tall_left, MUTED, 0.25)?;
            }
        }
        Ok(())
    })
}

fn band(
    area: &chart::Area<'_>,
    from: (i32, i32),
    to: (i32, i32),
    tall: i32,
    color: RGBColor,
    strength: f64,
) -> chart::Drawn {
    let corners = [from, to, (to.0, to.1 + tall), (from.0, from.1 + tall)];
    area.draw(&Polygon::new(corners.to_vec(), color.mix(strength).filled()))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
