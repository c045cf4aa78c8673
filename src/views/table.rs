//! Results as tables for a terminal.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Cell, CellAlignment, Table};

use crate::analysis::{AttributionReport, FunnelReport, Step};

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
                right(percent(step.rate_from_previous)),
                right(percent(step.rate_from_first)),
            ]);
        }
    } else {
        let dimensions = report.breakdown[0].by.keys().copied();
        table.set_header(dimensions.chain(report.steps.iter().map(|step| step.name.as_str())));
        for row in &report.breakdown {
            let values = row.by.values();
            let mut cells: Vec<Cell> =
                values.map(|value| Cell::new(printable(value.as_deref().unwrap_or("–")))).collect();
            cells.extend(row.steps.iter().map(|step| right(count(step))));
            table.add_row(cells);
        }
        let mut totals = vec![Cell::new("all")];
        totals.extend((1..report.breakdown[0].by.len()).map(|_| Cell::new("")));
        totals.extend(report.steps.iter().map(|step| right(count(step))));
        table.add_row(totals);
    }
    format!("{head}{table}\n")
}

/// Attribution: a row a channel and currency.
#[must_use]
pub fn attribution(report: &AttributionReport) -> String {
    let mut table = new_table();
    table.set_header(["channel", "conversions", "value", "currency"]);
    for row in &report.channels {
        table.add_row(vec![
            Cell::new(printable(&row.channel)),
            right(row.conversions.to_string()),
            right(row.value.map(|value| format!("{value:.2}")).unwrap_or_default()),
            Cell::new(row.currency.as_deref().unwrap_or_default()),
        ]);
    }
    format!(
        "model {}, lookback {} days, {} conversions\n{table}\n",
        report.model, report.lookback_days, report.total_conversions
    )
}

fn new_table() -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table
}

/// A ref is anybody's text: control characters would move the cursor.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn count(step: &Step) -> String {
    step.count.map_or_else(|| "–".to_owned(), |count| count.to_string())
}

fn percent(rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{:.1} %", rate * 100.0))
}
