//! The page of funnels: any funnel's steps with the times between them, its rows compared, where people
//! go, and what they do first.

use askama::Template;

use super::super::super::{Question, charts, sankey};
use super::super::conversations::rate;
use super::super::range::Range;
use super::super::text::{dash, percent, span, thousands};
use super::super::words;
use super::builder::Builder;
use crate::analysis::{
    DEFAULT_FUNNEL, Dimension, Filter, Flow, FunnelReport, Funnels, Step, Verdict, Verdicts, wilson,
};
use crate::domain::Timestamp;
use crate::language::{Message, decimal, filters, say};
use crate::store::Sequence;

/// Rows of the comparison and of the sequences.
const MOST_ROWS: usize = 30;
/// Breakdowns that the form offers.
const OFFERED: [&str; 8] = ["source", "ad", "campaign", "link", "page", "channel", "week", "hour"];

#[derive(Template)]
#[template(path = "funnels.html", config = "dashboards/askama.toml")]
pub(super) struct FunnelsPage {
    page: &'static str,
    range: Range,
    funnels: Vec<Choice>,
    dimensions: Vec<Choice>,
    /// The form, and what stands in it.
    builder: Option<Builder>,
    title: String,
    /// Values of dimensions that all must have, as they stand in an address.
    filter: String,
    shown: Option<Shown>,
}

/// A funnel's figures.
struct Shown {
    unit: Message,
    has_times: bool,
    steps: Vec<StepRow>,
    /// What the form that chooses them has to carry along.
    kept: Vec<(String, String)>,
    /// Which step's share of which is compared.
    step: String,
    of: String,
    step_choices: Vec<Choice>,
    of_choices: Vec<Choice>,
    against: Option<Message>,
    trend: String,
    trend_rows: Vec<[String; 4]>,
    compared: Vec<Compared>,
    left_out: usize,
    diagram: String,
    flows: Vec<[String; 3]>,
    sequences: Vec<[String; 2]>,
    /// Why there is nothing.
    zero: Option<Message>,
    /// Addresses of the figures and of the trend's and the flows', to which a format is added; the last two may
    /// be empty.
    api: String,
    trend_api: String,
    flows_api: String,
    from: String,
    to: String,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

struct StepRow {
    name: String,
    meaning: String,
    count: String,
    of_previous: String,
    of_first: String,
    dropped: String,
    people: Option<String>,
    /// Quartiles and 90th percentile of the time from the step before.
    times: [String; 4],
}

struct Compared {
    /// Row, all, reached, share, probability to be better, p-value.
    cells: [String; 6],
    verdict: Message,
}

/// What the page is made of.
pub(super) struct Parts {
    pub name: String,
    pub report: FunnelReport,
    /// By day or week.
    pub trend: FunnelReport,
    pub verdicts: Verdicts,
    pub against: Verdicts,
    pub flows: Vec<Flow>,
    pub sequences: Vec<Sequence>,
}

/// What the funnel that everybody has is called.
pub(super) fn usual_title() -> String {
    say("funnels-usual").to_string()
}

impl FunnelsPage {
    pub(super) fn new(
        parts: Option<&Parts>,
        own: &Funnels,
        builder: Option<Builder>,
        shows_people: bool,
        question: &Question,
        now: Timestamp,
    ) -> Self {
        let name = parts.map(|parts| parts.name.as_str());
        let by = question.by.first().map_or("source".into(), Dimension::name);
        let usual = (DEFAULT_FUNNEL, usual_title());
        let others = own.values().map(|funnel| (funnel.name.as_str(), funnel.title.clone()));
        let funnels = std::iter::once(usual).chain(others).map(|(value, label)| Choice {
            value: value.to_owned(),
            label,
            is_chosen: name == Some(value),
        });
        let offered = OFFERED.iter().map(|offered| Choice {
            value: (*offered).to_owned(),
            label: say(format!("by-{offered}")).to_string(),
            is_chosen: by == *offered,
        });
        let filter = written(&question.filters);
        let kept = {
            let mut kept = form_urlencoded::Serializer::new(String::new());
            kept.append_pair("by", &by);
            if builder.is_none() {
                kept.append_pair("name", name.unwrap_or_default());
            }
            if !filter.is_empty() {
                kept.append_pair("filter", &filter);
            }
            kept.finish()
        };
        let (path, kept) = match &builder {
            Some(builder) => ("/funnels/build", format!("{kept}&{}", builder.query)),
            None => ("/funnels", kept),
        };
        let range = Range::new(&question.period, now, path, &format!("&{kept}"));
        let title = match &builder {
            Some(builder) => {
                builder.funnel.title.clone().unwrap_or_else(|| say("funnels-build").to_string())
            }
            None => name
                .and_then(|name| own.get(name))
                .map_or_else(usual_title, |funnel| funnel.title.clone()),
        };
        // What stands in the address alone is asked by the address.
        let figures = builder.as_ref().map_or_else(String::new, |builder| {
            let days = format!("from={}&through={}", range.first_day, range.last_day);
            format!("{path}?{days}&{}", builder.query)
        });
        Self {
            page: "funnels",
            funnels: funnels.collect(),
            dimensions: offered.collect(),
            title,
            shown: parts.map(|parts| Shown {
                kept: form_urlencoded::parse(kept.as_bytes()).into_owned().collect(),
                ..Shown::new(parts, question, &range, &figures, shows_people)
            }),
            filter,
            builder,
            range,
        }
    }
}

impl Shown {
    /// `figures` is where a built funnel's figures are, empty for one that has a name.
    fn new(
        parts: &Parts,
        question: &Question,
        range: &Range,
        figures: &str,
        shows_people: bool,
    ) -> Self {
        let Parts { name, report, trend, verdicts, against, flows, sequences } = parts;
        let by = question.by.first().map_or("source".into(), Dimension::name);
        let units: Vec<&Step> = report
            .steps
            .iter()
            .filter(|step| !matches!(step.name.as_str(), "impressions" | "clicks"))
            .collect();
        let counted: Vec<(String, u64)> =
            units.iter().map(|step| (label(&step.name), step.count.unwrap_or(0))).collect();
        let said: Vec<String> =
            counted.iter().map(|(name, count)| format!("{name} {}", thousands(*count))).collect();
        let people = shows_people.then(|| {
            let days = format!("from={}&through={}", range.first_day, range.last_day);
            format!("/funnels/people?{days}&name={name}&step=")
        });
        let steps = units.iter().enumerate().map(|(place, step)| {
            let next = units.get(place + 1).and_then(|next| next.count);
            step_row(step, next, people.as_deref())
        });
        let doors: Vec<Flow> =
            flows.iter().map(|flow| Flow { from: word(&by, &flow.from), ..flow.clone() }).collect();
        let doors = named(&doors);
        let choices = |chosen: &str| -> Vec<Choice> {
            let choice = |step: &&Step| Choice {
                value: step.name.clone(),
                label: label(&step.name),
                is_chosen: step.name == chosen,
            };
            units.iter().map(choice).collect()
        };
        let unit = trend.by.first().map_or("day", String::as_str);
        let rates = rates(trend, unit, &verdicts.step, &verdicts.of);
        let mut filter = form_urlencoded::Serializer::new(String::new());
        if !question.filters.is_empty() {
            filter.append_pair("filter", &written(&question.filters));
        }
        let filter = filter.finish();
        let period = format!("from={}&to={}&{filter}", report.from, report.to);
        let asked = |what: &str, by: &str| match figures {
            "" => format!("/api/v1/funnels/{name}{what}?{period}&by={by}"),
            figures => format!("{figures}&by={by}"),
        };
        let is_empty = counted.first().is_none_or(|(_, count)| *count == 0);
        let (step, of) = (label(&verdicts.step), label(&verdicts.of));
        Self {
            kept: Vec::new(),
            unit: say(format!("funnels-unit-{}", report.unit)),
            has_times: units.iter().any(|step| step.detail.is_some()),
            steps: steps.collect(),
            step_choices: choices(&verdicts.step),
            of_choices: choices(&verdicts.of),
            // Nothing is compared with a period in which there was nobody.
            against: against
                .rows
                .first()
                .filter(|row| row.other_rate.is_some())
                .map(|row| row.verdict.clone()),
            trend: charts::rates(&rates, &step, &of),
            trend_rows: rates
                .iter()
                .map(|(day, reached, of)| {
                    let share = wilson(*reached, *of);
                    [day.clone(), thousands(*of), thousands(*reached), rate(share)]
                })
                .collect(),
            step,
            of,
            left_out: verdicts.rows.len().saturating_sub(MOST_ROWS),
            compared: verdicts.rows.iter().take(MOST_ROWS).map(|row| compared(&by, row)).collect(),
            diagram: sankey::sankey(
                &doors,
                &counted,
                &say("funnels-flow-told").with("steps", said.join(", ")).to_string(),
            ),
            flows: doors
                .into_iter()
                .map(|flow| [flow.from, flow.to, thousands(flow.count)])
                .collect(),
            sequences: sequences
                .iter()
                .take(MOST_ROWS)
                .map(|row| [sequence(&row.sequence), thousands(row.people)])
                .collect(),
            zero: is_empty.then(|| {
                let first = counted.first().map_or_else(String::new, |(name, _)| name.clone());
                say("funnels-why-nothing").with("step", first)
            }),
            api: asked("", &by),
            trend_api: asked("", unit),
            flows_api: if figures.is_empty() { asked("/flows", &by) } else { String::new() },
            from: report.from.clone(),
            to: report.to.clone(),
        }
    }
}

/// Filters as they stand in an address.
fn written(filters: &[Filter]) -> String {
    let one = |filter: &Filter| format!("{}={}", filter.dimension.name(), filter.value);
    filters.iter().map(one).collect::<Vec<_>>().join(";")
}

/// A row beside all others.
fn compared(by: &str, row: &Verdict) -> Compared {
    let value = row.by.values().next().cloned().flatten();
    let value = value.map_or_else(|| say("funnels-no-value").to_string(), |value| word(by, &value));
    Compared {
        cells: [
            value,
            thousands(row.of),
            thousands(row.reached),
            rate(row.rate),
            percent(Some(row.probability_better)),
            row.adjusted_p_value.map_or_else(dash, |p| decimal(p, 3)),
        ],
        verdict: row.verdict.clone(),
    }
}

/// Each day or week with how many reached a step, and of how many.
fn rates(trend: &FunnelReport, unit: &str, step: &str, of: &str) -> Vec<(String, u64, u64)> {
    let row = |row: &crate::analysis::Breakdown| {
        let day = row.value(unit)?.to_owned();
        Some((day, row.count(step).unwrap_or(0), row.count(of).unwrap_or(0)))
    };
    let mut rows: Vec<_> = trend.breakdown.iter().filter_map(row).collect();
    rows.sort();
    rows
}

/// Steps by their labels.
fn named(flows: &[Flow]) -> Vec<Flow> {
    let step = |name: &str| match name.strip_prefix("left after ") {
        Some(step) => say("funnels-left-after").with("step", label(step)).to_string(),
        None => label(name),
    };
    let named = flows.iter().map(|flow| Flow {
        from: step(&flow.from),
        to: step(&flow.to),
        count: flow.count,
    });
    named.collect()
}

/// The door, then kinds of events, or what conversions are called.
fn sequence(written: &str) -> String {
    let word = |(place, part): (usize, &str)| match place {
        0 => words::source(part).0,
        _ => label(part),
    };
    written.split(" > ").enumerate().map(word).collect::<Vec<_>>().join(" › ")
}

/// A step as people call it.
pub(super) fn label(step: &str) -> String {
    let kind = say(format!("kind-{step}"));
    if kind.is_known() { kind.to_string() } else { words::stage(step).0 }
}

/// A value as people call it.
fn word(dimension: &str, value: &str) -> String {
    match dimension {
        "source" => words::source(value).0,
        _ if value == "(none)" => say("funnels-no-value").to_string(),
        _ => value.to_owned(),
    }
}

fn step_row(step: &Step, next: Option<u64>, people: Option<&str>) -> StepRow {
    let waits = step.detail.as_ref().and_then(|detail| detail.waits.as_ref());
    let dropped = next.map(|next| step.count.unwrap_or(0).saturating_sub(next));
    let interval = step.detail.as_ref().and_then(|detail| detail.rate_interval);
    StepRow {
        name: label(&step.name),
        meaning: words::stage(&step.name).1,
        count: step.count.map_or_else(dash, thousands),
        of_previous: match interval {
            Some(interval) => rate(Some(interval)),
            None => percent(step.rate_from_previous),
        },
        of_first: percent(step.rate_from_first),
        dropped: dropped.map_or_else(dash, thousands),
        people: people.filter(|_| dropped.is_some_and(|dropped| dropped > 0)).map(|people| {
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
