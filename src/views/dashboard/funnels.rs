//! The page of funnels: any funnel's steps with the times between them, its rows compared, where people
//! go, and what they do first.

use askama::Template;

use super::super::Question;
use super::super::sankey;
use super::range::Range;
use super::text::{dash, percent, span, thousands};
use super::words;
use crate::analysis::{
    DEFAULT_FUNNEL, Dimension, Flow, FunnelReport, Funnels, Rate, Step, Verdicts,
};
use crate::domain::Timestamp;
use crate::store::Sequence;

/// Rows of the comparison and of the sequences.
const MOST_ROWS: usize = 40;
/// Breakdowns that the form offers.
const OFFERED: [&str; 8] = ["source", "ad", "campaign", "link", "page", "channel", "week", "hour"];

#[derive(Template)]
#[template(path = "funnels.html", config = "dashboards/askama.toml")]
pub(super) struct FunnelsPage {
    page: &'static str,
    range: Range,
    funnels: Vec<Choice>,
    dimensions: Vec<Choice>,
    title: String,
    unit: &'static str,
    has_times: bool,
    steps: Vec<StepRow>,
    against: String,
    of: String,
    step: String,
    compared: Vec<[String; 7]>,
    left_out: usize,
    diagram: String,
    flows: Vec<[String; 3]>,
    sequences: Vec<[String; 2]>,
    /// Why there is nothing.
    zero: Option<String>,
    /// Address of the figures, to which a format is added.
    api: String,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

struct StepRow {
    name: String,
    count: String,
    of_previous: String,
    of_first: String,
    dropped: String,
    people: Option<String>,
    /// Quartiles and 90th percentile of the time from the step before.
    times: [String; 4],
}

/// What the page is made of.
pub(super) struct Parts {
    pub name: String,
    pub report: FunnelReport,
    pub verdicts: Verdicts,
    pub against: Verdicts,
    pub flows: Vec<Flow>,
    pub sequences: Vec<Sequence>,
}

impl FunnelsPage {
    pub(super) fn new(parts: &Parts, own: &Funnels, question: &Question, now: Timestamp) -> Self {
        let Parts { name, report, verdicts, against, flows, sequences } = parts;
        let by = question.by.first().map_or("source".into(), Dimension::name);
        let period = format!("from={}&to={}", report.from, report.to);
        let usual = Choice {
            value: DEFAULT_FUNNEL.to_owned(),
            label: "Click to Messenger".to_owned(),
            is_chosen: name == DEFAULT_FUNNEL,
        };
        let others = own.values().map(|funnel| Choice {
            value: funnel.name.clone(),
            label: funnel.title.clone(),
            is_chosen: *name == funnel.name,
        });
        let units: Vec<&Step> = report
            .steps
            .iter()
            .filter(|step| !matches!(step.name.as_str(), "impressions" | "clicks"))
            .collect();
        let counted: Vec<(String, u64)> =
            units.iter().map(|step| (label(&step.name), step.count.unwrap_or(0))).collect();
        let said: Vec<String> =
            counted.iter().map(|(name, count)| format!("{name} {}", thousands(*count))).collect();
        let steps = units.iter().enumerate().map(|(place, step)| {
            let next = units.get(place + 1).and_then(|next| next.count);
            step_row(step, next, &format!("/api/v1/funnels/{name}/people?{period}&step="))
        });
        let doors = flows.iter().map(|flow| Flow {
            from: word(&by, &flow.from),
            to: flow.to.clone(),
            count: flow.count,
        });
        let doors: Vec<Flow> = doors.collect();
        let is_empty = counted.first().is_none_or(|(_, count)| *count == 0);
        Self {
            page: "funnels",
            range: Range::new(&question.period, now, "/funnels", &format!("&name={name}&by={by}")),
            title: own.get(name).map_or("Click to Messenger", |funnel| &funnel.title).to_owned(),
            funnels: std::iter::once(usual).chain(others).collect(),
            dimensions: OFFERED
                .iter()
                .map(|offered| Choice {
                    value: (*offered).to_owned(),
                    label: (*offered).to_owned(),
                    is_chosen: by == *offered,
                })
                .collect(),
            unit: report.unit,
            has_times: units.iter().any(|step| step.detail.is_some()),
            steps: steps.collect(),
            against: against.rows.first().map(|row| row.verdict.clone()).unwrap_or_default(),
            of: label(&verdicts.of),
            step: label(&verdicts.step),
            left_out: verdicts.rows.len().saturating_sub(MOST_ROWS),
            compared: verdicts
                .rows
                .iter()
                .take(MOST_ROWS)
                .map(|row| {
                    let value = row.by.values().next().cloned().flatten();
                    let value =
                        value.map_or_else(|| "(none)".to_owned(), |value| word(&by, &value));
                    [
                        value,
                        thousands(row.of),
                        thousands(row.reached),
                        interval(row.rate),
                        percent(Some(row.probability_better)),
                        row.adjusted_p_value.map_or_else(dash, |p| format!("{p:.3}")),
                        row.verdict.clone(),
                    ]
                })
                .collect(),
            diagram: sankey::sankey(
                &named(&doors),
                &counted,
                &format!("Flow from doors over the steps: {}", said.join(", ")),
            ),
            flows: named(&doors)
                .into_iter()
                .map(|flow| [flow.from, flow.to, thousands(flow.count)])
                .collect(),
            sequences: sequences
                .iter()
                .take(MOST_ROWS)
                .map(|row| [row.sequence.clone(), thousands(row.people)])
                .collect(),
            zero: is_empty.then(|| why_nothing(&counted)),
            api: format!("/api/v1/funnels/{name}?{period}&by={by}"),
        }
    }
}

/// Steps by their labels.
fn named(flows: &[Flow]) -> Vec<Flow> {
    let step = |name: &str| match name.strip_prefix("left after ") {
        Some(step) => format!("left after {}", label(step)),
        None => label(name),
    };
    let named = flows.iter().map(|flow| Flow {
        from: step(&flow.from),
        to: step(&flow.to),
        count: flow.count,
    });
    named.collect()
}

fn why_nothing(counted: &[(String, u64)]) -> String {
    let first = counted.first().map_or("the first step", |(name, _)| name.as_str());
    format!(
        "Nothing of these days meets {first}: choose other days, or look at the step's matcher beside \
         the kinds of events on the page Quality."
    )
}

fn label(step: &str) -> String {
    match words::stage(step).0 {
        "" => step.to_owned(),
        label => label.to_owned(),
    }
}

/// A value as people call it.
fn word(dimension: &str, value: &str) -> String {
    if dimension == "source" { words::source(value).0.to_owned() } else { value.to_owned() }
}

fn step_row(step: &Step, next: Option<u64>, people: &str) -> StepRow {
    let waits = step.detail.as_ref().and_then(|detail| detail.waits.as_ref());
    let dropped = next.map(|next| step.count.unwrap_or(0).saturating_sub(next));
    let interval = step.detail.as_ref().and_then(|detail| detail.rate_interval);
    StepRow {
        name: label(&step.name),
        count: step.count.map_or_else(dash, thousands),
        of_previous: match interval {
            Some(rate) => self::interval(Some(rate)),
            None => percent(step.rate_from_previous),
        },
        of_first: percent(step.rate_from_first),
        dropped: dropped.map_or_else(dash, thousands),
        people: dropped.filter(|dropped| *dropped > 0).map(|_| {
            let name: String = form_urlencoded::byte_serialize(step.name.as_bytes()).collect();
            format!("{people}{name}")
        }),
        times: match waits {
            Some(waits) => {
                [waits.p25_ms, waits.median_ms, waits.p75_ms, waits.p90_ms].map(|ms| span(Some(ms)))
            }
            None => std::array::from_fn(|_| dash()),
        },
    }
}

/// `12.3 % (10.1 to 14.9)`.
fn interval(rate: Option<Rate>) -> String {
    super::conversations::rate(rate)
}
