//! Results as tables for a terminal.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Cell, CellAlignment, Table};
use polars_core::frame::DataFrame;
use polars_core::prelude::{AnyValue, Column};

use super::expected::{ExpectedFigure, expected_count};
use super::lettering::isolated;
use super::numbers::{of_how_many, whole};
use super::page_names::page;
use crate::analysis::{
    AdsReport, AttributionReport, Comparison, CostReport, Description, Estimate, FunnelReport,
    Step, conversation_steps,
};
use crate::domain::{Clock, Cost, Timestamp};
use crate::insights::links::LinksReport;
use crate::language::places_of;

/// A funnel: a row a step, or with a breakdown a row a value and a column a step.
#[must_use]
pub fn funnel(report: &FunnelReport) -> String {
    let head = format!(
        "{}, conversations opened from {} to {} ({})\n",
        report.funnel, report.from, report.to, report.time_zone
    );
    let mut table = new_table();
    if report.breakdown.is_empty() {
        table.set_header(["step", "count", "of previous", "of first"]);
        for step in &report.steps {
            table.add_row(vec![
                Cell::new(&step.name),
                right(count(step)),
                right(percent(
                    step.rate_from_previous,
                    of_how_many(step.count, step.rate_from_previous),
                )),
                right(percent(step.rate_from_first, of_how_many(step.count, step.rate_from_first))),
            ]);
        }
    } else {
        let dimensions = report.breakdown[0].by.keys().map(String::as_str);
        table.set_header(dimensions.chain(report.steps.iter().map(|step| step.name.as_str())));
        for row in &report.breakdown {
            let value = |(dimension, value): (&String, &Option<String>)| match value.as_deref() {
                Some(id) if dimension == "page" => Cell::new(printable(&page(id))),
                value => Cell::new(printable(value.unwrap_or("–"))),
            };
            let mut cells: Vec<Cell> = row.by.iter().map(value).collect();
            cells.extend(row.steps.iter().map(|step| right(count_so_far(step))));
            table.add_row(cells);
        }
        let mut totals = vec![Cell::new("all")];
        totals.extend((1..report.breakdown[0].by.len()).map(|_| Cell::new("")));
        totals.extend(report.steps.iter().map(|step| right(count_so_far(step))));
        table.add_row(totals);
    }
    format!("{head}{table}\n")
}

/// Any rows.
#[must_use]
pub fn frame(frame: &DataFrame) -> String {
    let mut table = new_table();
    table.set_header(frame.columns().iter().map(|column| column.name().as_str()));
    for row in 0..frame.height() {
        let cell = |column: &Column| match column.get(row) {
            Ok(AnyValue::Null) | Err(_) => Cell::new("–"),
            Ok(AnyValue::String(id)) if column.name() == "page_id" => {
                Cell::new(printable(&page(id)))
            }
            Ok(AnyValue::String(text)) => Cell::new(printable(text)),
            Ok(AnyValue::StringOwned(text)) => Cell::new(printable(&text)),
            Ok(AnyValue::Datetime(time, ..) | AnyValue::DatetimeOwned(time, ..)) => {
                Cell::new(Timestamp(time).to_rfc3339())
            }
            Ok(other) => right(other.to_string()),
        };
        table.add_row(frame.columns().iter().map(cell));
    }
    format!("{table}\n")
}

/// What it cost: a row a campaign, ad or whatever was asked for, and below each count the cost of each.
#[must_use]
pub fn ads(report: &AdsReport) -> String {
    let mut table = new_table();
    let steps = conversation_steps();
    let before = [report.level, "spend", "impressions", "clicks", "CTR"];
    table.set_header(before.into_iter().chain(steps).chain(["ROAS"]));
    let all = "all".to_owned();
    let known = |count: Option<u64>| count.map_or_else(|| "–".to_owned(), |it| it.to_string());
    for (row, name) in report
        .rows
        .iter()
        .map(|row| (row, if row.name.is_empty() { &row.id } else { &row.name }))
        .chain(report.totals.iter().map(|row| (row, &all)))
    {
        let spend = row.spend.map_or_else(
            || "unknown".to_owned(),
            |spend| format!("{spend:.2} {}", row.currency.as_deref().unwrap_or_default()),
        );
        let messages = row.message_cost.filter(|cost| *cost > 0.0);
        let messages = messages.map_or_else(String::new, |cost| format!("\n+ {cost:.2} messages"));
        let spend = format!("{spend}{messages}");
        let mut cells = vec![
            Cell::new(printable(name)),
            right(spend),
            right(known(row.impressions)),
            right(known(row.clicks)),
            right(percent(row.ctr.map(|ctr| ctr.rate), row.impressions.unwrap_or(0))),
        ];
        cells.extend(row.steps.iter().map(|step| {
            let cost = step.cost.and_then(|cost| cost.value);
            let cost = cost.map(|cost| format!("\n{cost:.3}")).unwrap_or_default();
            let of = (step.matured_share, step.expected_cost);
            right(format!(
                "{}{cost}{}",
                known(step.count),
                expected(of, |value| format!("{value:.3}"))
            ))
        }));
        let roas = row.roas.and_then(|roas| roas.value);
        let of = (row.value_matured_share, row.expected_roas);
        let in_the_end = expected(of, |value| format!("{value:.2}"));
        let roas = roas.map_or_else(|| "–".to_owned(), |roas| format!("{roas:.2}"));
        cells.push(right(format!("{roas}{in_the_end}")));
        table.add_row(cells);
    }
    let mut notes = String::new();
    for unknown in &report.unknown_days {
        let account = if unknown.account_id.is_empty() { "files" } else { &unknown.account_id };
        notes = format!("{notes}unknown costs ({account}): {}\n", unknown.days.join(", "));
    }
    for note in &report.notes {
        notes = format!("{notes}{note}\n");
    }
    format!("{table}\n{}\n{notes}", report.clock.told())
}

/// Costs that were put down by hand, a row each.
#[must_use]
pub fn expenses(costs: &[Cost]) -> String {
    let mut table = new_table();
    table.set_header(["number", "for", "name", "days", "amount", "note"]);
    for cost in costs {
        table.add_row(vec![
            Cell::new(&cost.id),
            Cell::new(cost.of.as_str()),
            Cell::new(printable(&cost.name)),
            Cell::new(format!("{} to {}", cost.first, cost.last)),
            right(format!("{} {}", cost.amount, cost.currency)),
            Cell::new(printable(&cost.note)),
        ]);
    }
    format!("{table}\n")
}

/// Attribution: a row a channel and currency.
#[must_use]
pub fn attribution(report: &AttributionReport) -> String {
    let has_effects = report.channels.iter().any(|row| row.removal_effect.is_some());
    let has_intervals = report.channels.iter().any(|row| row.conversions_interval.is_some());
    let mut header = vec!["channel", "conversions"];
    header.extend(has_intervals.then_some("95 % interval"));
    header.extend(["value", "currency"]);
    header.extend(has_intervals.then_some("95 % interval of value"));
    header.extend(has_effects.then_some("removal effect"));
    let mut table = new_table();
    table.set_header(header);
    let between = |interval: Option<[f64; 2]>| {
        right(interval.map(|[low, high]| format!("{low:.1} to {high:.1}")).unwrap_or_default())
    };
    for row in &report.channels {
        let mut cells =
            vec![Cell::new(printable(&row.channel)), right(conversions(row.conversions))];
        cells.extend(has_intervals.then(|| between(row.conversions_interval)));
        cells.push(right(row.value.map(|value| format!("{value:.2}")).unwrap_or_default()));
        cells.push(Cell::new(row.currency.as_deref().unwrap_or_default()));
        cells.extend(has_intervals.then(|| between(row.value_interval)));
        cells.extend(
            has_effects.then(|| right(percent(row.removal_effect, whole(row.conversions)))),
        );
        table.add_row(cells);
    }
    let lookback =
        report.lookback_days.map(|days| format!(", lookback {days} days")).unwrap_or_default();
    let goal = report.conversion.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let total = conversions(report.total_conversions);
    let notes: Vec<String> = report.notes.iter().map(|note| printable(&note.to_string())).collect();
    let notes = notes.join("\n");
    let end = if notes.is_empty() { "" } else { "\n" };
    let clock = told(report.clock);
    format!(
        "model {}{lookback}, {total} conversions{goal}{clock}\n{table}\n{notes}{end}",
        report.model
    )
}

/// Models side by side: a row a channel and currency, a column a model; `*` where a model differs
/// from the reference by a tenth or more.
#[must_use]
pub fn comparison(comparison: &Comparison) -> String {
    let mut table = new_table();
    let models = comparison.models.iter().copied();
    table.set_header(["channel", "currency"].into_iter().chain(models));
    for row in &comparison.rows {
        let mut cells = vec![
            Cell::new(printable(&row.channel)),
            Cell::new(row.currency.as_deref().unwrap_or_default()),
        ];
        cells.extend(comparison.models.iter().map(|model| {
            let credit = row.models.get(model);
            let mark = if credit.is_some_and(|credit| credit.is_marked) { "*" } else { " " };
            right(credit.map_or_else(String::new, |credit| {
                format!("{}{mark}", conversions(credit.conversions))
            }))
        }));
        table.add_row(cells);
    }
    format!(
        "{} conversions{}; * differs from {} by a tenth or more\n{table}\n",
        conversions(comparison.total_conversions),
        told(comparison.clock),
        comparison.reference
    )
}

/// What credit cost: a row a channel and currency of its spend.
#[must_use]
pub fn costs(report: &CostReport) -> String {
    let mut table = new_table();
    table.set_header([
        "channel",
        "cost",
        "currency",
        "conversions",
        "cost each",
        "95 % interval",
        "value",
        "ROAS",
    ]);
    let money =
        |amount: Option<f64>| amount.map_or("–".to_owned(), |amount| format!("{amount:.2}"));
    for row in &report.channels {
        let interval = row.cost_per_conversion_interval;
        let between = |[low, high]: [Option<f64>; 2]| format!("{} to {}", money(low), money(high));
        let mut cells = vec![Cell::new(printable(&row.channel)), right(money(Some(row.cost)))];
        cells.push(Cell::new(&row.currency));
        cells.extend([
            right(conversions(row.conversions)),
            right(money(row.cost_per_conversion)),
            right(interval.map(between).unwrap_or_default()),
            right(money(row.value)),
            right(money(row.roas)),
        ]);
        table.add_row(cells);
    }
    let goal = report.conversion.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    let nothing = if report.channels.is_empty() {
        "There is no spend data of ads for these days and channels: `import spend FILE` brings it.\n"
    } else {
        ""
    };
    let clock = told(report.clock);
    format!("model {}, conversions{goal}{clock}\n{table}\n{nothing}", report.model)
}

/// By which clock a table counts, if its rows have days.
fn told(clock: Option<Clock>) -> String {
    clock.map_or_else(String::new, |clock| format!(" {}", clock.told()))
}

/// How journeys look: channels and their part, lengths, common paths.
#[must_use]
pub fn journeys(journeys: &Description) -> String {
    let mut channels = new_table();
    channels.set_header([
        "channel",
        "conversions",
        "first",
        "last",
        "assisted",
        "per last",
        "removal effect",
    ]);
    for row in &journeys.assists {
        let counts = [row.conversions, row.first, row.last, row.assisted].map(conversions);
        let mut cells = vec![Cell::new(printable(&row.channel))];
        cells.extend(counts.map(right));
        let per_last = row.assisted_per_last;
        cells.push(right(per_last.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))));
        cells.push(right(percent(row.removal_effect, whole(row.conversions))));
        channels.add_row(cells);
    }
    let mut lengths = new_table();
    lengths.set_header(["touchpoints", "conversions", "without"]);
    for row in &journeys.lengths {
        lengths.add_row(
            [row.touchpoints.to_string(), conversions(row.conversions)]
                .into_iter()
                .chain([conversions(row.without_conversion)])
                .map(right),
        );
    }
    let mut paths = new_table();
    paths.set_header(["path", "conversions", "without"]);
    for row in &journeys.paths {
        paths.add_row([
            Cell::new(printable(&row.path.join(" > "))),
            right(conversions(row.conversions)),
            right(conversions(row.without_conversion)),
        ]);
    }
    format!(
        "{} journeys with a conversion{}, {} without\n{channels}\n{lengths}\n{paths}\n",
        conversions(journeys.conversions),
        told(journeys.clock),
        conversions(journeys.without_conversion)
    )
}

/// Links: a row a link, with a line for each thing to mend.
#[must_use]
pub fn links(report: &LinksReport) -> String {
    let mut table = new_table();
    let mut header = vec!["link", "ref", "campaign", "medium", "clicks", "previews", "arrived"];
    header.extend(conversation_steps());
    table.set_header(header);
    let mut notes = Vec::new();
    for row in &report.links {
        let link = &row.link;
        let printed = if link.is_printed { " (QR)" } else { "" };
        let archived = if link.is_archived { " (archived)" } else { "" };
        let mut cells = vec![Cell::new(format!("{}{printed}{archived}", link.slug))];
        let texts = [&link.referral_ref, &link.campaign, &link.medium];
        cells.extend(texts.map(|text| Cell::new(printable(text))));
        let counts = [row.clicks, row.previews, row.arrived].into_iter();
        let counts = counts.chain(conversation_steps().map(|step| row.count(step)));
        cells.extend(counts.map(|count| right(count.to_string())));
        table.add_row(cells);
        let told = row.lint.iter();
        notes.extend(told.map(|told| format!("{}: {}\n", link.slug, printable(&told.to_string()))));
    }
    let (from, to, clock) = (&report.from, &report.to, report.clock.told());
    format!("links from {from} to {to}, stages {clock}\n{table}\n{}", notes.concat())
}

/// Whole conversions without decimals, parts with two.
fn conversions(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { format!("{number:.2}") }
}

fn new_table() -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table
}

/// A ref is anybody's text: control characters would move the cursor.
fn printable(text: &str) -> String {
    let known = text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter });
    isolated(&known.collect::<String>())
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn count(step: &Step) -> String {
    step.count.map_or_else(|| "–".to_owned(), |count| count.to_string())
}

/// The count, and below it what it comes to if it is not finished.
fn count_so_far(step: &Step) -> String {
    let expected = expected_count(step).map(ExpectedFigure::told);
    format!("{}{}", count(step), expected.map_or_else(String::new, |told| format!("\n{told}")))
}

/// What a figure of ads comes to, on a line of its own, if it is not finished.
fn expected(
    (matured_share, figure): (Option<f64>, Option<Estimate>),
    written: impl Fn(f64) -> String,
) -> String {
    let told = ExpectedFigure::of(matured_share, figure, written);
    told.map_or_else(String::new, |told| format!("\n{}", told.short()))
}

/// A share of so many.
fn percent(rate: Option<f64>, of: u64) -> String {
    let places = places_of(of);
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{:.places$} %", rate * 100.0))
}
