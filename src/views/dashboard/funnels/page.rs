//! The page of funnels: any funnel's steps with the times between them, its rows compared, where people
//! go, and what they do first.

use std::collections::HashMap;

use askama::Template;

use super::super::super::{Question, charts};
use super::super::conversations::rate;
use super::super::range::Range;
use super::super::text::{dash, percent, span, thousands};
use super::super::words;
use super::addresses::Addresses;
use super::builder::Builder;
use super::comparison::Compared;
use super::labels::{label, named, sequence, usual_title, word};
use super::share::Share;
use crate::analysis::{
    DEFAULT_FUNNEL, Dimension, Filter, Flow, FunnelReport, Funnels, Step, Verdicts,
};
use crate::domain::Timestamp;
use crate::language::{Message, filters, say};
use crate::store::Sequence;

/// Rows of the table of flows.
const MOST_FLOWS: usize = 60;
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
    against: Option<Message>,
    share: Share,
    compared: Vec<Compared>,
    left_out: usize,
    diagram: String,
    flows: Vec<[String; 3]>,
    sequences: Vec<[String; 2]>,
    /// Why there is nothing.
    zero: Option<Message>,
    addresses: Addresses,
}

pub(super) struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
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
    /// Titles of ads by id, if rows are ads.
    pub ad_titles: HashMap<String, String>,
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
        let filter = Filter::written(&question.filters);
        let kept = {
            let mut kept = form_urlencoded::Serializer::new(String::new());
            kept.append_pair("by", &by);
            if builder.is_none() {
                kept.append_pair("name", name.unwrap_or_default());
            }
            let own = [
                ("filter", Some(&filter)),
                ("step", question.step.as_ref()),
                ("of", question.of.as_ref()),
            ];
            for (name, value) in own {
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    kept.append_pair(name, value);
                }
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
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("from", &range.first_day).append_pair("through", &range.last_day);
            if !filter.is_empty() {
                query.append_pair("filter", &filter);
            }
            format!("{path}?{}&{}", query.finish(), builder.query)
        });
        Self {
            page: "funnels",
            funnels: funnels.collect(),
            dimensions: offered.collect(),
            title,
            shown: parts.map(|parts| {
                let fields = form_urlencoded::parse(kept.as_bytes()).into_owned();
                let kept = fields.filter(|(name, _)| !matches!(name.as_str(), "step" | "of"));
                Shown::new(parts, question, &range, &figures, shows_people, kept.collect())
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
        kept: Vec<(String, String)>,
    ) -> Self {
        let Parts { name, report, trend, verdicts, against, flows, sequences, .. } = parts;
        let by = question.by.first().map_or("source".into(), Dimension::name);
        let units: Vec<&Step> = report.unit_steps().collect();
        let counted: Vec<(String, u64)> =
            units.iter().map(|step| (label(&step.name), step.count.unwrap_or(0))).collect();
        // The list knows no filters.
        let people = (shows_people && question.filters.is_empty()).then(|| {
            let days = format!("from={}&through={}", range.first_day, range.last_day);
            format!("/funnels/people?{days}&name={name}&step=")
        });
        let steps = units.iter().enumerate().map(|(place, step)| {
            let next = units.get(place + 1).and_then(|next| next.count);
            step_row(step, next, people.as_deref())
        });
        let doors: Vec<Flow> = flows
            .iter()
            .map(|flow| Flow { from: word(parts, &by, &flow.from), ..flow.clone() })
            .collect();
        let doors = named(&doors);
        let is_empty = counted.first().is_none_or(|(_, count)| *count == 0);
        Self {
            unit: say(format!("funnels-unit-{}", report.unit)),
            has_times: units.iter().any(|step| step.detail.is_some()),
            steps: steps.collect(),
            // Nothing is compared with a period in which there was nobody.
            against: against
                .rows
                .first()
                .filter(|row| row.other_rate.is_some())
                .map(|row| row.verdict.clone()),
            share: Share::new(trend, verdicts, &units, &question.period, kept),
            left_out: verdicts.rows.len().saturating_sub(MOST_ROWS),
            compared: verdicts
                .rows
                .iter()
                .take(MOST_ROWS)
                .map(|row| Compared::new(parts, &by, row))
                .collect(),
            diagram: charts::flows(&doors, &counted),
            flows: doors
                .into_iter()
                .filter(|flow| flow.count > 0)
                .take(MOST_FLOWS)
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
            addresses: Addresses::new(parts, question, figures),
        }
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
