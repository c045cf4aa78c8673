//! The columns of the event frame, typed once, for loops over rows.

use polars_core::frame::DataFrame;
use polars_core::prelude::{Int64Chunked, PolarsResult, StringChunked};

/// Columns of `queries/materialize/thread_events.sql`, one chunk each.
pub(super) struct EventColumns<'a> {
    pub page: &'a StringChunked,
    pub person: &'a StringChunked,
    pub time: &'a Int64Chunked,
    pub kind: &'a StringChunked,
    pub name: &'a StringChunked,
    pub source: &'a StringChunked,
    pub source_name: &'a StringChunked,
    pub referral_ref: &'a StringChunked,
    pub ad: &'a StringChunked,
    pub ad_title: &'a StringChunked,
    pub value_e4: &'a Int64Chunked,
    pub currency: &'a StringChunked,
    pub channel: &'a StringChunked,
    pub referer: &'a StringChunked,
    pub ctwa_clid: &'a StringChunked,
    pub app: &'a StringChunked,
    pub persona: &'a StringChunked,
    pub event_id: &'a StringChunked,
}

impl<'a> EventColumns<'a> {
    pub(super) fn new(events: &'a DataFrame) -> PolarsResult<Self> {
        let text = |name| events.column(name).and_then(|column| column.str());
        Ok(Self {
            page: text("page_id")?,
            person: text("person_id")?,
            time: events.column("time")?.i64()?,
            kind: text("kind")?,
            name: text("name")?,
            source: text("source")?,
            source_name: text("source_name")?,
            referral_ref: text("ref")?,
            ad: text("ad_id")?,
            ad_title: text("ad_title")?,
            value_e4: events.column("value_e4")?.i64()?,
            currency: text("currency")?,
            channel: text("channel")?,
            referer: text("referer")?,
            ctwa_clid: text("ctwa_clid")?,
            app: text("app_id")?,
            persona: text("persona_id")?,
            event_id: text("event_id")?,
        })
    }
}

/// A row's text; missing is empty.
pub(super) fn text(column: &StringChunked, row: usize) -> &str {
    column.get(row).unwrap_or_default()
}

/// (Page, person) of each row.
pub(super) fn people_of(frame: &DataFrame) -> PolarsResult<Vec<(&str, &str)>> {
    let pages = frame.column("page_id")?.str()?.iter();
    let people = frame.column("person_id")?.str()?.iter();
    let text = Option::unwrap_or_default;
    Ok(pages.zip(people).map(|(page, person)| (text(page), text(person))).collect())
}
