//! Questions by name whose answer is one table: what reports consist of.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use polars_core::frame::DataFrame;
use serde::Serialize;
use serde_json::Value;

use crate::analysis::{AttributionReport, Dimension, Funnels};
use crate::domain::Timestamp;
use crate::insights::ads::answer_ads;
use crate::insights::annotations::answer_annotations;
use crate::insights::attribution::answer_attribution;
use crate::insights::audience::answer_audience;
use crate::insights::csv_style::CsvStyle;
use crate::insights::error::AnswerError;
use crate::insights::format::Format;
use crate::insights::funnel_outlook::answer_with_outlook;
use crate::insights::links::answer_links;
use crate::insights::list_filters::listed_filters;
use crate::insights::query::Question;
use crate::insights::reconciliation::answer_reconciliation;
use crate::insights::response_times::answer_responses;
use crate::insights::retention::answer_cohorts;
use crate::render::chart::drawing::Drawing;
use crate::render::chart::{Width, png};
use crate::render::frames::ads::ads_frame;
use crate::render::frames::encode::Encoder;
use crate::render::frames::{self, reconciliation};
use crate::render::page_names::page;
use crate::render::{charts, list_writer, table};
use crate::store::{
    ConversationRow, Listed, MessagingWindow, ReportedRow, Rows, Span, Store, TouchpointRow,
};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dataset {
    /// The funnel of that name.
    Funnel(String),
    /// Credit by source.
    Attribution,
    /// What each stage cost.
    Ads,
    /// Tracked links.
    Links,
    /// How conversations are answered.
    ResponseTimes,
    /// Who writes again.
    Cohorts,
    /// Who may be written to.
    Audience,
    /// Our count beside Meta's.
    Reconciliation,
    /// Conversations, one a row.
    Conversations,
    /// Touchpoints, one a row.
    Touchpoints,
    /// Reported conversions, one a row.
    Conversions,
}

impl Dataset {
    /// Their names, beside `funnel`.
    const OTHERS: [(&'static str, Self); 10] = [
        ("attribution", Self::Attribution),
        ("ads", Self::Ads),
        ("links", Self::Links),
        ("response-times", Self::ResponseTimes),
        ("cohorts", Self::Cohorts),
        ("audience", Self::Audience),
        ("reconciliation", Self::Reconciliation),
        ("conversations", Self::Conversations),
        ("touchpoints", Self::Touchpoints),
        ("conversions", Self::Conversions),
    ];

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        std::iter::once("funnel").chain(Self::OTHERS.into_iter().map(|(name, _)| name))
    }

    /// Reads its name; `funnel` is the one that is asked, if it is one.
    ///
    /// # Errors
    /// If there is no such topic.
    pub fn parse(name: &str, funnel: &str) -> Result<Self, String> {
        if name == "funnel" {
            return Ok(Self::Funnel(funnel.to_owned()));
        }
        let found = Self::OTHERS.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, topic)| topic).ok_or_else(|| {
            let known: Vec<&str> = Self::names().collect();
            format!("{name:?} is nothing to ask; known are {}", known.join(", "))
        })
    }

    /// Whether a filter means something to it.
    #[must_use]
    pub fn takes_filters(&self) -> bool {
        matches!(self, Self::Funnel(_) | Self::Conversations | Self::Touchpoints)
    }

    /// Whether a breakdown means something to it.
    #[must_use]
    pub fn takes_breakdown(&self) -> bool {
        matches!(self, Self::Funnel(_) | Self::Attribution | Self::Ads)
    }
}

/// What is needed to answer.
#[derive(Debug, Clone, Copy)]
pub struct Answering<'a> {
    /// Where the events are.
    pub store: &'a Store,
    /// Funnels of one's own.
    pub funnels: &'a Funnels,
    /// Address under which the server is reached.
    pub public_url: Option<&'a str>,
    /// How long a business may answer freely.
    pub window: &'a MessagingWindow,
    /// The instant as of which is answered.
    pub now: Timestamp,
}

/// An answer in every form that it has.
#[derive(Debug)]
pub struct Told {
    /// Its rows; of a list not all.
    pub frame: DataFrame,
    /// For a terminal.
    pub table: String,
    /// Everything.
    pub json: Value,
    /// As a chart, where there is one.
    chart: Option<Drawing>,
}

impl Told {
    fn new<R: Serialize>(
        report: &R,
        frame: DataFrame,
        table: String,
        chart: Option<Drawing>,
    ) -> Result<Self, AnswerError> {
        let json = serde_json::to_value(report);
        let json = json.map_err(|error| AnswerError::Unwritten(error.to_string()))?;
        Ok(Self { frame, table, json, chart })
    }

    fn rows<R: Serialize>(report: &R, frame: DataFrame) -> Result<Self, AnswerError> {
        let table = table::frame(&frame);
        Self::new(report, frame, table, None)
    }

    /// The chart as PNG, where there is one, and the table. Figures without their chart are better than none: that
    /// it could not be drawn is told below them.
    #[must_use]
    pub fn illustrated(self) -> (Option<Vec<u8>>, String) {
        let Self { chart, mut table, .. } = self;
        let drawn = chart.as_ref().map(png::png).transpose();
        let picture = drawn.unwrap_or_else(|error| {
            tracing::error!(error, "a chart could not be drawn");
            table.push_str("The chart could not be drawn; the figures are complete.\n");
            None
        });
        (picture, table)
    }
}

/// The report with Pages by their names, as people read it.
fn by_page_names(report: &AttributionReport, by: &[Dimension]) -> AttributionReport {
    let named = |channel: &str| {
        let parts: Vec<&str> = channel.split(" / ").collect();
        if parts.len() != by.len() {
            return channel.to_owned();
        }
        let name = |(part, dimension): (&str, &Dimension)| match dimension {
            Dimension::Page => page(part),
            _ => part.to_owned(),
        };
        parts.into_iter().zip(by).map(name).collect::<Vec<_>>().join(" / ")
    };
    let path = |path: &str| path.split(" > ").map(named).collect::<Vec<_>>().join(" > ");
    let mut shown = report.clone();
    for row in &mut shown.channels {
        row.channel = named(&row.channel);
    }
    shown.notes = shown.notes.into_iter().map(|note| note.with_changed("path", path)).collect();
    shown
}

/// Rows of a list that are told, not written.
const MOST_TOLD: u64 = 1000;

/// Answers a topic.
///
/// # Errors
/// If it cannot be answered.
pub async fn tell(
    answering: &Answering<'_>,
    topic: &Dataset,
    question: &Question,
) -> Result<Told, AnswerError> {
    let Answering { store, funnels, public_url, window, now } = *answering;
    match topic {
        Dataset::Funnel(name) => {
            let report = answer_with_outlook(store, funnels, name, question).await?;
            let chart = Some(match report.by.as_slice() {
                [by] if by == "day" => charts::days(&report)
                    .annotated_alone(&answer_annotations(store, &question.period).await?),
                _ => charts::funnel(&report),
            });
            Told::new(&report, frames::funnel(&report), table::funnel(&report), chart)
        }
        Dataset::Attribution => {
            let report = answer_attribution(store, question).await?;
            let shown = by_page_names(&report, &question.by);
            let chart = Some(charts::credits(&shown));
            Told::new(&report, frames::attribution(&report), table::attribution(&shown), chart)
        }
        Dataset::Ads => {
            let report = answer_ads(store, question).await?;
            let chart = Some(charts::ads(&report));
            Told::new(&report, ads_frame(&report), table::ads(&report), chart)
        }
        Dataset::Links => {
            let report = answer_links(store, question, public_url).await?;
            Told::new(&report, frames::links(&report), table::links(&report), None)
        }
        Dataset::ResponseTimes => {
            let report = answer_responses(store, question, window, now).await?;
            Told::rows(&report, frames::responses(&report))
        }
        Dataset::Cohorts => {
            let cohorts = answer_cohorts(store, question).await?;
            Told::rows(&cohorts, frames::cohorts(&cohorts))
        }
        Dataset::Audience => {
            let report = answer_audience(store, question).await?;
            let found = answer_annotations(store, &question.period).await?;
            let chart = charts::audience(&report.days, Width::Wide).annotated_alone(&found);
            let told = Told::rows(&report, frames::audience(&report))?;
            Ok(Told { chart: Some(chart), ..told })
        }
        Dataset::Reconciliation => {
            let report = answer_reconciliation(store, question).await?;
            Told::rows(&report, reconciliation::days_frame(&report))
        }
        Dataset::Conversations => {
            some::<ConversationRow>(store, question, frames::conversations).await
        }
        Dataset::Touchpoints => some::<TouchpointRow>(store, question, frames::touchpoints).await,
        Dataset::Conversions => some::<ReportedRow>(store, question, frames::reported).await,
    }
}

/// The first rows of a list.
async fn some<R: Listed + Serialize>(
    store: &Store,
    question: &Question,
    frame: fn(&[R]) -> DataFrame,
) -> Result<Told, AnswerError> {
    let limit = question.limit.map_or(MOST_TOLD, |limit| limit as u64);
    let filters = listed_filters(question)?;
    let span = span(question, &filters, limit);
    let rows = store.list::<R>(&span)?.all().await?;
    let total = store.list_total::<R>(&span).await?;
    let mut told = Told::rows(&rows, frame(&rows))?;
    if rows.len() as u64 != total {
        let rest = format!("the first {} of {total}: a file holds all\n", rows.len());
        told.table.push_str(&rest);
    }
    Ok(told)
}

fn span<'a>(question: &'a Question, filters: &'a [(String, String)], limit: u64) -> Span<'a> {
    Span {
        period: &question.period,
        status: "",
        reached: "",
        missed: "",
        filters,
        after: None,
        offset: 0,
        limit,
    }
}

/// Writes the answer into a file, a list row by row; how many rows it has.
///
/// # Errors
/// If it cannot be answered, or the file cannot be written.
pub async fn write(
    answering: &Answering<'_>,
    topic: &Dataset,
    question: &Question,
    format: Format,
    file: File,
) -> Result<u64, AnswerError> {
    let file = BufWriter::new(file);
    let (store, csv) = (answering.store, &question.csv);
    let is_list =
        matches!(topic, Dataset::Conversations | Dataset::Touchpoints | Dataset::Conversions);
    let filters = if is_list { listed_filters(question)? } else { Vec::new() };
    let span = span(question, &filters, question.limit.map_or(u64::MAX, |limit| limit as u64));
    match topic {
        Dataset::Conversations => {
            let rows = store.list::<ConversationRow>(&span)?;
            write_rows(format, csv, rows, frames::conversations, file).await
        }
        Dataset::Touchpoints => {
            let rows = store.list::<TouchpointRow>(&span)?;
            write_rows(format, csv, rows, frames::touchpoints, file).await
        }
        Dataset::Conversions => {
            let rows = store.list::<ReportedRow>(&span)?;
            write_rows(format, csv, rows, frames::reported, file).await
        }
        _ => {
            let told = tell(answering, topic, question).await?;
            let frame = told.frame;
            if format == Format::Json {
                let mut file = file;
                let written = serde_json::to_writer_pretty(&mut file, &told.json);
                let flushed = written.map_err(io::Error::from).and_then(|()| file.flush());
                flushed.map_err(|error| AnswerError::Unwritten(error.to_string()))?;
                return Ok(frame.height() as u64);
            }
            let unwritten =
                |error: polars_core::error::PolarsError| AnswerError::Unwritten(error.to_string());
            let mut encoder = Encoder::new(format, csv, &frame, file).map_err(unwritten)?;
            encoder.write(&frame).and_then(|()| encoder.finish()).map_err(unwritten)?;
            Ok(frame.height() as u64)
        }
    }
}

/// All rows of a list, in any form.
async fn write_rows<R: Listed + Serialize>(
    format: Format,
    csv: &CsvStyle,
    rows: Rows<R>,
    frame: fn(&[R]) -> DataFrame,
    file: BufWriter<File>,
) -> Result<u64, AnswerError> {
    match format {
        Format::Json => write_json(rows, file).await,
        _ => list_writer::write_list(format, csv, rows, frame, file).await,
    }
}

/// All rows of a list as one JSON list, an object a line.
async fn write_json<R: Listed + Serialize>(
    mut rows: Rows<R>,
    mut file: BufWriter<File>,
) -> Result<u64, AnswerError> {
    const BATCH: usize = 10_000;
    let unwritten = |error: io::Error| AnswerError::Unwritten(error.to_string());
    let mut count = 0;
    file.write_all(b"[").map_err(unwritten)?;
    loop {
        let batch = rows.next(BATCH).await?;
        if batch.is_empty() {
            break;
        }
        for row in batch {
            file.write_all(if count == 0 { b"\n" } else { b",\n" }).map_err(unwritten)?;
            serde_json::to_writer(&mut file, &row).map_err(|error| unwritten(error.into()))?;
            count += 1;
        }
    }
    file.write_all(b"\n]\n").and_then(|()| file.flush()).map_err(unwritten)?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_that_cannot_be_drawn_takes_nothing_else_with_it() {
        let told = |width| {
            let chart = Some(Drawing::new(width, 10, "a chart"));
            Told {
                frame: DataFrame::empty(),
                table: "figures\n".to_owned(),
                json: Value::Null,
                chart,
            }
        };
        let (picture, table) = told(10).illustrated();
        assert!(picture.is_some_and(|bytes| bytes.starts_with(b"\x89PNG")));
        assert_eq!(table, "figures\n");
        let (picture, table) = told(0).illustrated();
        assert_eq!(picture, None);
        assert!(table.starts_with("figures\nThe chart could not be drawn"), "{table}");
    }
}
