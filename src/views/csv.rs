//! Results as CSV (RFC 4180: CRLF, UTF-8). Columns are listed in the README.

use std::collections::BTreeSet;

use csv::{Terminator, WriterBuilder};

use super::{AudienceReport, Cohort, LinksReport, QualityReport, ResponseReport};
use crate::analysis::{
    AttributionReport, Comparison, CostReport, Flow, FunnelReport, Rate, Step, Verdicts,
};
use crate::domain::Timestamp;
use crate::store::Sequence;

/// `<dimension>…, step, count, rate_from_previous, rate_from_first`: a row a step, over everything
/// or for each row of the breakdown.
#[must_use]
pub fn funnel(report: &FunnelReport) -> String {
    let dimensions: Vec<&str> = report
        .breakdown
        .first()
        .map(|row| row.by.keys().map(String::as_str).collect())
        .unwrap_or_default();
    let mut header = dimensions.clone();
    header.extend(["step", "count", "rate_from_previous", "rate_from_first"]);
    let mut rows = vec![header.into_iter().map(str::to_owned).collect()];
    let step_cells = |step: &Step| {
        [
            step.name.clone(),
            step.count.map(|count| count.to_string()).unwrap_or_default(),
            number(step.rate_from_previous),
            number(step.rate_from_first),
        ]
    };
    if report.breakdown.is_empty() {
        rows.extend(report.steps.iter().map(|step| step_cells(step).to_vec()));
    }
    for row in &report.breakdown {
        for step in &row.steps {
            let mut cells: Vec<String> = row
                .by
                .values()
                .map(|value| defused(value.as_deref().unwrap_or_default()))
                .collect();
            cells.extend(step_cells(step));
            rows.push(cells);
        }
    }
    write(&rows)
}

/// `<dimension>…, reached, of, rate, rate_low, rate_high, other_rate, lift, lift_low, lift_high,
/// probability_better, p_value, adjusted_p_value, verdict`: a row a row compared.
#[must_use]
pub fn verdicts(verdicts: &Verdicts) -> String {
    let dimensions: BTreeSet<&str> =
        verdicts.rows.iter().flat_map(|row| row.by.keys().map(String::as_str)).collect();
    let mut header: Vec<&str> = dimensions.iter().copied().collect();
    header.extend(["reached", "of", "rate", "rate_low", "rate_high", "other_rate", "lift"]);
    header.extend(["lift_low", "lift_high", "probability_better", "p_value"]);
    header.extend(["adjusted_p_value", "verdict"]);
    let mut rows = vec![header.into_iter().map(str::to_owned).collect()];
    rows.extend(verdicts.rows.iter().map(|row| {
        let value = |name: &&str| row.by.get(*name).cloned().flatten().unwrap_or_default();
        let mut cells: Vec<String> = dimensions.iter().map(|name| defused(&value(name))).collect();
        cells.extend([row.reached.to_string(), row.of.to_string()]);
        let three = |rate: Option<Rate>| match rate {
            Some(Rate { rate, low, high }) => [rate, low, high].map(|one| number(Some(one))),
            None => Default::default(),
        };
        cells.extend(three(row.rate));
        cells.push(number(row.other_rate.map(|rate| rate.rate)));
        cells.extend(three(row.lift));
        cells.push(number(Some(row.probability_better)));
        cells.extend([number(row.p_value), number(row.adjusted_p_value), row.verdict.clone()]);
        cells
    }));
    write(&rows)
}

/// `from, to, count`: a row a flow.
#[must_use]
pub fn flows(flows: &[Flow]) -> String {
    let mut rows = vec![["from", "to", "count"].map(str::to_owned).to_vec()];
    rows.extend(
        flows
            .iter()
            .map(|flow| vec![defused(&flow.from), defused(&flow.to), flow.count.to_string()]),
    );
    write(&rows)
}

/// `sequence, people`.
#[must_use]
pub fn sequences(sequences: &[Sequence]) -> String {
    let mut rows = vec![["sequence", "people"].map(str::to_owned).to_vec()];
    rows.extend(sequences.iter().map(|row| vec![defused(&row.sequence), row.people.to_string()]));
    write(&rows)
}

/// `week, size, after_weeks, people`: a row a cohort and week after its first.
#[must_use]
pub fn cohorts(cohorts: &[Cohort]) -> String {
    let mut rows = vec![["week", "size", "after_weeks", "people"].map(str::to_owned).to_vec()];
    for cohort in cohorts {
        rows.extend(cohort.active.iter().enumerate().map(|(week, people)| {
            let numbers = [cohort.size.to_string(), week.to_string(), people.to_string()];
            std::iter::once(cohort.week.clone()).chain(numbers).collect()
        }));
    }
    write(&rows)
}

/// JSON objects of texts as rows.
pub(super) fn objects(columns: &[&str], objects: &[serde_json::Value]) -> String {
    let mut rows = vec![columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>()];
    rows.extend(objects.iter().map(|object| {
        let cell = |column: &&str| defused(object[*column].as_str().unwrap_or_default());
        columns.iter().map(cell).collect()
    }));
    write(&rows)
}

/// `dimension, value, wrote, answered, within_5m, within_1h, within_24h, median_seconds, p90_seconds,
/// leads, purchases`: over all, then by each dimension.
#[must_use]
pub fn responses(report: &ResponseReport) -> String {
    let header = [
        "dimension",
        "value",
        "wrote",
        "answered",
        "within_5m",
        "within_1h",
        "within_24h",
        "median_seconds",
        "p90_seconds",
        "leads",
        "purchases",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    let seconds = |ms: Option<f64>| number(ms.map(|ms| ms / 1000.0));
    rows.extend(report.times.iter().map(|row| {
        let counts = [row.wrote, row.answered, row.within_5m, row.within_1h, row.within_24h];
        let mut cells = vec![row.dimension.clone(), defused(&row.value)];
        cells.extend(counts.map(|count| count.to_string()));
        cells.extend([seconds(row.median_ms), seconds(row.p90_ms)]);
        cells.extend([row.leads, row.purchases].map(|count| count.to_string()));
        cells
    }));
    write(&rows)
}

/// `date, opted_in, stopped, expired, audience`: a row a day.
#[must_use]
pub fn audience(report: &AudienceReport) -> String {
    let header = ["date", "opted_in", "stopped", "expired", "audience"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(report.days.iter().map(|day| {
        let counts = [day.opted_in, day.stopped, day.expired, day.audience];
        std::iter::once(day.date.clone()).chain(counts.map(|count| count.to_string())).collect()
    }));
    write(&rows)
}

/// `channel, kind, name, events, people, clamped, late, last_event`: the events by kind.
#[must_use]
pub fn quality(report: &QualityReport) -> String {
    let header = ["channel", "kind", "name", "events", "people", "clamped", "late", "last_event"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(report.kinds.iter().map(|row| {
        let counts = [row.events, row.people, row.clamped, row.late].map(|count| count.to_string());
        let mut cells = vec![row.channel.clone(), row.kind.clone(), defused(&row.name)];
        cells.extend(counts);
        cells.push(Timestamp(row.last_event).to_rfc3339());
        cells
    }));
    write(&rows)
}

/// `channel, conversions, value, currency`; then, if the report has them, `removal_effect`, and
/// `conversions_low, conversions_high, value_low, value_high`.
#[must_use]
pub fn attribution(report: &AttributionReport) -> String {
    let has_effects = report.channels.iter().any(|row| row.removal_effect.is_some());
    let has_intervals = report.channels.iter().any(|row| row.conversions_interval.is_some());
    let mut header = vec!["channel", "conversions", "value", "currency"];
    if has_effects {
        header.push("removal_effect");
    }
    if has_intervals {
        header.extend(["conversions_low", "conversions_high", "value_low", "value_high"]);
    }
    let mut rows = vec![header.into_iter().map(str::to_owned).collect()];
    for row in &report.channels {
        let mut cells = vec![
            defused(&row.channel),
            row.conversions.to_string(),
            number(row.value),
            row.currency.clone().unwrap_or_default(),
        ];
        if has_effects {
            cells.push(number(row.removal_effect));
        }
        if has_intervals {
            for interval in [row.conversions_interval, row.value_interval] {
                cells.push(number(interval.map(|[low, _]| low)));
                cells.push(number(interval.map(|[_, high]| high)));
            }
        }
        rows.push(cells);
    }
    write(&rows)
}

/// `channel, currency, model, conversions, value, difference`: a row a channel, currency and model.
#[must_use]
pub fn comparison(comparison: &Comparison) -> String {
    let header = ["channel", "currency", "model", "conversions", "value", "difference"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for row in &comparison.rows {
        for model in &comparison.models {
            let Some(credit) = row.models.get(model) else { continue };
            rows.push(vec![
                defused(&row.channel),
                row.currency.clone().unwrap_or_default(),
                (*model).to_owned(),
                credit.conversions.to_string(),
                number(credit.value),
                number(credit.difference),
            ]);
        }
    }
    write(&rows)
}

/// `channel, currency, cost, conversions, cost_per_conversion, cost_per_conversion_low,
/// cost_per_conversion_high, value, roas, roas_low, roas_high, cost_per_lost_conversion`.
#[must_use]
pub fn costs(report: &CostReport) -> String {
    let header = [
        "channel",
        "currency",
        "cost",
        "conversions",
        "cost_per_conversion",
        "cost_per_conversion_low",
        "cost_per_conversion_high",
        "value",
        "roas",
        "roas_low",
        "roas_high",
        "cost_per_lost_conversion",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for row in &report.channels {
        let [low, high] = row.cost_per_conversion_interval.unwrap_or_default();
        let numbers = [
            Some(row.cost),
            Some(row.conversions),
            row.cost_per_conversion,
            low,
            high,
            row.value,
            row.roas,
            row.roas_interval.map(|[low, _]| low),
            row.roas_interval.map(|[_, high]| high),
            row.cost_per_lost_conversion,
        ];
        let mut cells = vec![defused(&row.channel), row.currency.clone()];
        cells.extend(numbers.map(number));
        rows.push(cells);
    }
    write(&rows)
}

/// `slug, page, ref, campaign, medium, owner, cost, currency, printed, archived, address, target,
/// clicks, previews, arrived, opened, messaged, answered, engaged, lead, purchase`.
#[must_use]
pub fn links(report: &LinksReport) -> String {
    let mut header = vec![
        "slug", "page", "ref", "campaign", "medium", "owner", "cost", "currency", "printed",
        "archived", "address", "target", "clicks", "previews", "arrived",
    ];
    header.extend(super::conversation_steps());
    let mut rows = vec![header.into_iter().map(str::to_owned).collect()];
    for row in &report.links {
        let link = &row.link;
        let texts = [&link.slug, &link.page, &link.referral_ref, &link.campaign, &link.medium];
        let mut cells: Vec<String> = texts.map(|text| defused(text)).to_vec();
        cells.push(defused(&link.owner));
        cells.push(link.cost.map(|cost| cost.to_string()).unwrap_or_default());
        cells.push(link.currency.clone());
        cells.extend([link.is_printed, link.is_archived].map(|flag| flag.to_string()));
        cells.push(row.address.clone().unwrap_or_default());
        cells.push(row.target.clone());
        cells.extend([row.clicks, row.previews, row.arrived].map(|count| count.to_string()));
        cells.extend(super::conversation_steps().map(|step| row.count(step).to_string()));
        rows.push(cells);
    }
    write(&rows)
}

/// A list: its column names, then its rows.
#[must_use]
pub fn rows(titles: &[String], cells: &[Vec<String>]) -> String {
    let mut rows = vec![titles.to_vec()];
    rows.extend(cells.iter().map(|row| row.iter().map(|cell| defused(cell)).collect()));
    write(&rows)
}

fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// What a spreadsheet would take for a formula gets an apostrophe in front; a ref is text that
/// anybody can write.
fn defused(text: &str) -> String {
    // A negative number is none.
    let is_number = text.strip_prefix('-').is_some_and(|rest| rest.parse::<f64>().is_ok());
    if !is_number && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn write(rows: &[Vec<String>]) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing into memory fails only on rows of different lengths, which these are not.
        if let Err(error) = writer.write_record(row) {
            tracing::error!(%error, "a CSV row was left out");
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::ChannelCredit;

    #[test]
    fn formulas_are_defused_and_quotes_doubled() {
        let channel = |channel: &str| ChannelCredit {
            channel: channel.to_owned(),
            conversions: 2.0,
            value: None,
            currency: None,
            removal_effect: None,
            conversions_interval: None,
            value_interval: None,
        };
        let report = AttributionReport {
            model: "last",
            parameters: std::collections::BTreeMap::new(),
            lookback_days: Some(28),
            conversion: None,
            channels: vec![channel("=HYPERLINK(\"x\")"), channel("a,b")],
            total_conversions: 4.0,
            notes: Vec::new(),
        };
        let expected = "channel,conversions,value,currency\r\n\
                        \"'=HYPERLINK(\"\"x\"\")\",2,,\r\n\"a,b\",2,,\r\n";
        assert_eq!(attribution(&report), expected);
    }
}
