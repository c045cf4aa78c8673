//! Annotations below a chart over days: a list, by whose numbers the chart marks them, and a form for another one.

use axum::http::Uri;

use crate::accounts::{Scope, Who};
use crate::insights::annotations::{Annotation, AnnotationsReport};
use crate::language::Message;
use crate::render::chart::marks::Mark;
use crate::render::page_names::page;
use crate::web::dashboard::date_range::Range;

/// Annotations that are listed; the API tells all.
const MOST: usize = 40;

/// What is listed below a chart.
pub(crate) struct Annotations {
    pub rows: Vec<Row>,
    /// How many are not listed.
    pub left_out: usize,
    /// Whether the reader may write and remove some.
    pub is_writable: bool,
    /// The page on which they are, to come back to.
    pub back: String,
    /// The day that the form proposes.
    pub last_day: String,
}

/// An annotation.
pub(crate) struct Row {
    pub number: usize,
    pub day: String,
    pub text: Message,
    /// Who wrote it.
    pub author: Option<String>,
    /// What the Page is called that it is about.
    pub page: Option<String>,
    /// By which it can be removed.
    pub id: Option<String>,
}

impl Annotations {
    /// Those of a page at `uri`.
    pub(crate) fn new(report: AnnotationsReport, who: &Who, uri: &Uri, range: &Range) -> Self {
        let left_out = report.annotations.len().saturating_sub(MOST);
        let is_writable = who.may(Scope::Write);
        // The latest ones, if there are too many.
        let shown = report.annotations.into_iter().skip(left_out);
        let rows = shown.zip(1..).map(|(one, number)| Row::new(one, number, is_writable));
        Self {
            rows: rows.collect(),
            left_out,
            is_writable,
            back: uri.path_and_query().map_or_else(String::new, ToString::to_string),
            last_day: range.last_day.clone(),
        }
    }

    /// What the chart marks.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        let mark = |row: &Row| Mark { day: row.day.clone(), number: row.number };
        self.rows.iter().map(mark).collect()
    }
}

impl Row {
    fn new(one: Annotation, number: usize, is_writable: bool) -> Self {
        let about = one.page.filter(|_| one.kind == "manual");
        Self {
            number,
            day: one.day,
            text: one.text.with_changed("page", page),
            author: one.author,
            page: about.map(|id| page(&id)),
            id: one.id.filter(|_| is_writable),
        }
    }
}
