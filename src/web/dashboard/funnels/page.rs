//! The page of funnels: any funnel's steps with the times between them, its rows compared, where people
//! go, and what they do first.

use askama::Template;
use axum::http::Uri;

use super::builder::Builder;
use super::comparison::{Compared, reversed};
use super::drilldown::RowsBehind;
use super::labels::{label, named, sequence, usual_title, word};
use super::links::Addresses;
use super::parts::{Choice, Parts};
use super::rate_over_time::Share;
use super::summary::{biggest_drop, columns, headline};
use crate::accounts::{Scope, Who};
use crate::analysis::{DEFAULT_FUNNEL, Dimension, Filter, Flow, Funnels, NONE, Step};
use crate::domain::{DAY_MS, Timestamp};
use crate::insights::list_filters::is_listed;
use crate::insights::query::{Against, Age, Question};
use crate::language::{Message, filters, say};
use crate::render::numbers::{dash, of_first, of_how_many, of_previous, rate, span, thousands};
use crate::render::{charts, labels};
use crate::web::dashboard::annotations::Annotations;
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::drilldown::{DrilldownLinks, LinkedCount};
use crate::web::dashboard::funnel_columns::Column;

/// Rows of the table of flows.
const MOST_FLOWS: usize = 60;
/// Rows of the comparison and of the sequences.
const MOST_ROWS: usize = 30;
/// Breakdowns that the form offers.
const OFFERED: [&str; 9] =
    ["source", "ad", "campaign", "link", "page", "channel", "country", "week", "hour"];

/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

#[derive(Template)]
#[template(path = "funnels.html", config = "dashboards/askama.toml")]
pub(crate) struct FunnelsPage {
    page: &'static str,
    range: Range,
    funnels: Vec<Choice>,
    dimensions: Vec<Choice>,
    /// The form, and what stands in it.
    builder: Option<Builder>,
    title: String,
    shown: Option<Shown>,
    /// Whether the reader may keep a funnel.
    is_writable: bool,
}

/// A funnel's figures.
struct Shown {
    unit: Message,
    /// `conversation` or `person`.
    unit_name: &'static str,
    /// That recent days are unfinished, and for how long.
    unfinished: Message,
    /// What matters most, in a sentence each.
    headline: Option<Message>,
    biggest_drop: Option<Message>,
    columns: Vec<Column>,
    has_times: bool,
    steps: Vec<StepRow>,
    against: Option<Message>,
    /// Within what that is the other way round.
    reversed: Vec<Message>,
    /// How old conversations count as in that, and the address of the other way.
    age: ([Message; 2], String),
    share: Share,
    annotations: Annotations,
    compared: Vec<Compared>,
    left_out: usize,
    /// Whether of conversations only their first day counts in that.
    is_first_day: bool,
    diagram: String,
    /// From, to, and how many.
    flows: Vec<(String, String, LinkedCount)>,
    sequences: Vec<[String; 2]>,
    /// Why there is nothing.
    zero: Option<Message>,
    addresses: Addresses,
}

struct StepRow {
    name: String,
    meaning: String,
    count: LinkedCount,
    of_previous: String,
    of_first: String,
    dropped: LinkedCount,
    /// Quartiles and 90th percentile of the time from the step before.
    times: [String; 4],
}

impl FunnelsPage {
    pub(crate) fn new(
        parts: Option<&Parts>,
        own: &Funnels,
        builder: Option<Builder>,
        (who, uri): (&Who, &Uri),
        question: &Question,
        now: Timestamp,
    ) -> Self {
        let shows_people = who.may(Scope::People);
        let name = parts.map(|parts| parts.name.as_str());
        let by = question.by.first().map_or("source".into(), Dimension::name);
        let usual = (DEFAULT_FUNNEL, usual_title());
        let offered = own.values().filter(|one| !one.is_archived || name == Some(&one.name));
        let others = offered.map(|funnel| (funnel.name.as_str(), funnel.title.clone()));
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
            let compare = question.against.written().map(str::to_owned);
            let own = [
                ("filter", Some(&filter)),
                ("compare", compare.as_ref()),
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
        let is_whole = question.age == Age::Whole;
        let other_age = if is_whole { kept.clone() } else { format!("{kept}&age=whole") };
        let kept = if is_whole { format!("{kept}&age=whole") } else { kept };
        let range = Range::new(&question.period, now, path, &format!("&{kept}"))
            .compared(&question.against)
            .filtered(&question.filters);
        let mut here = form_urlencoded::Serializer::new(String::new());
        here.extend_pairs(range.asked());
        let other_age = format!("{path}?{}&{other_age}", here.finish());
        let title = match &builder {
            Some(builder) => {
                builder.funnel.title.clone().unwrap_or_else(|| say("funnels-build").to_string())
            }
            None => name
                .and_then(|name| own.get(name))
                .map_or_else(usual_title, |funnel| funnel.title.clone()),
        };
        let built = builder.as_ref().map(|builder| builder.query.as_str());
        Self {
            page: "funnels",
            funnels: funnels.collect(),
            dimensions: offered.collect(),
            title,
            shown: parts.map(|parts| {
                let fields = form_urlencoded::parse(kept.as_bytes()).into_owned();
                let kept = fields.filter(|(name, _)| !matches!(name.as_str(), "step" | "of"));
                let behind = behind(parts, own, question, &range, built, shows_people);
                let by = question
                    .by
                    .first()
                    .filter(|dimension| is_own(&parts.name, own, built) || is_listed(dimension));
                let rows = RowsBehind::new(parts, &behind, question, by);
                let age = (Compared::by_age(&parts.against), other_age);
                let annotations = Annotations::new(parts.annotations.clone(), who, uri, &range);
                let share = Share::new(
                    (parts, &annotations.marks()),
                    &question.period,
                    &range,
                    &rows,
                    kept.collect(),
                );
                Shown::new(parts, question, (&range, built), &rows, (share, annotations), age)
            }),
            builder,
            range,
            is_writable: who.may(Scope::Write),
        }
    }
}

/// Whether it is not the funnel that everybody has.
fn is_own(name: &str, own: &Funnels, built: Option<&str>) -> bool {
    built.is_some() || own.contains_key(name)
}

/// Where a funnel's people are listed; `built` is the funnel, as it stands in an address, if it has no name.
fn behind(
    parts: &Parts,
    own: &Funnels,
    question: &Question,
    range: &Range,
    built: Option<&str>,
    shows_people: bool,
) -> DrilldownLinks {
    let can_be_listed = is_own(&parts.name, own, built)
        || question.filters.iter().all(|one| is_listed(&one.dimension));
    let mut all = DrilldownLinks::on("/funnels/people", range, shows_people && can_be_listed);
    if !question.filters.is_empty() {
        all = all.with("filter", Filter::written(&question.filters));
    }
    match built {
        Some(query) => form_urlencoded::parse(query.as_bytes())
            .fold(all, |all, (name, value)| all.with(&name, value)),
        None => all.with("name", &parts.name),
    }
}

impl Shown {
    /// `built` is the funnel, as it stands in an address, if it has no name; `behind` are its people.
    fn new(
        parts: &Parts,
        question: &Question,
        (range, built): (&Range, Option<&str>),
        behind: &RowsBehind<'_>,
        (share, annotations): (Share, Annotations),
        age: ([Message; 2], String),
    ) -> Self {
        let Parts { report, verdicts, against, flows, sequences, .. } = parts;
        let by = question.by.first().map_or("source".into(), Dimension::name);
        let units: Vec<&Step> = report.unit_steps().collect();
        let counted: Vec<(String, u64)> =
            units.iter().map(|step| (label(&step.name), step.count.unwrap_or(0))).collect();
        let rows = units.iter().enumerate().map(|(place, step)| {
            let next = units.get(place + 1).and_then(|next| next.count);
            step_row(step, next, behind.all)
        });
        let rows: Vec<StepRow> = rows.collect();
        let doors: Vec<Flow> = flows
            .iter()
            .map(|flow| Flow { from: word(parts, &by, &flow.from), ..flow.clone() })
            .collect();
        let doors = named(&doors);
        let first = units.first().map(|step| &step.name);
        let flow = |(flow, named): (&Flow, Flow)| {
            let people = match flow.to.strip_prefix("left after ") {
                // Entry points lead to the first step, whatever they are called.
                _ if Some(&flow.to) == first => {
                    let door = Some(flow.from.as_str()).filter(|door| *door != NONE);
                    behind.of(door).with("reached", &flow.to)
                }
                Some(step) => behind.all.with("step", step),
                None => behind.all.with("reached", &flow.to),
            };
            (named.from, named.to, people.count(Some(flow.count)))
        };
        let is_empty = counted.first().is_none_or(|(_, count)| *count == 0);
        Self {
            unit: say(format!("funnels-unit-{}", report.unit)),
            unit_name: report.unit,
            unfinished: say("funnels-unfinished")
                .with("unit", report.unit)
                .with("time", window(parts.window_ms)),
            has_times: units.iter().any(|step| step.detail.is_some()),
            headline: headline(&units),
            biggest_drop: biggest_drop(&units),
            columns: columns(&units, behind.all),
            steps: rows,
            // Nothing is compared with a period in which there was nobody.
            against: against
                .rows
                .first()
                .filter(|row| {
                    row.other_rate.is_some() && !matches!(question.against, Against::Nothing)
                })
                .map(|row| row.verdict.clone()),
            reversed: against
                .rows
                .iter()
                .flat_map(|row| &row.reversed_within)
                .map(|name| reversed("funnels-reversed", name))
                .collect(),
            age,
            share,
            annotations,
            is_first_day: verdicts.within_ms.is_some(),
            left_out: verdicts.rows.len().saturating_sub(MOST_ROWS),
            compared: verdicts
                .rows
                .iter()
                .take(MOST_ROWS)
                .map(|row| Compared::new(parts, &by, row, behind))
                .collect(),
            diagram: charts::flows(&doors, &counted).on_page(),
            flows: flows
                .iter()
                .zip(doors)
                .filter(|(flow, _)| flow.count > 0)
                .take(MOST_FLOWS)
                .map(flow)
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
            addresses: Addresses::new(parts, question, range, built),
        }
    }
}

/// How long units have to convert.
fn window(milliseconds: i64) -> Message {
    let of = |name: &'static str, unit: i64| {
        say(name).with("count", (milliseconds / unit).unsigned_abs())
    };
    match milliseconds {
        whole if whole % DAY_MS == 0 => of("funnels-window-days", DAY_MS),
        whole if whole % HOUR_MS == 0 => of("funnels-window-hours", HOUR_MS),
        _ => of("funnels-window-minutes", HOUR_MS / 60),
    }
}

fn step_row(step: &Step, next: Option<u64>, behind: &DrilldownLinks) -> StepRow {
    let waits = step.detail.as_ref().and_then(|detail| detail.waits.as_ref());
    let dropped = next.map(|next| step.count.unwrap_or(0).saturating_sub(next));
    let interval = step.detail.as_ref().and_then(|detail| detail.rate_interval);
    StepRow {
        name: label(&step.name),
        meaning: labels::stage(&step.name).1,
        count: behind.with("reached", &step.name).count(step.count),
        of_previous: match interval {
            Some(interval) => {
                rate(Some(interval), of_how_many(step.count, step.rate_from_previous))
            }
            None => of_previous(step),
        },
        of_first: of_first(step),
        dropped: behind.with("step", &step.name).count(dropped),
        times: match waits {
            Some(waits) => {
                [waits.p25_ms, waits.median_ms, waits.p75_ms, waits.p90_ms].map(|ms| span(Some(ms)))
            }
            None => std::array::from_fn(|_| dash()),
        },
    }
}
