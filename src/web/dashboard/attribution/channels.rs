//! The channels of an attribution: what people call them, and where their touchpoints are.

use std::collections::HashMap;

use crate::analysis::{Dimension, Filter, NONE};
use crate::insights::list_filters::is_listed;
use crate::insights::query::Question;
use crate::render::labels;
use crate::render::page_names::{page, with_end_of_id};
use crate::web::dashboard::drilldown::DrilldownLinks;

pub(crate) struct Named<'a> {
    pub question: &'a Question,
    /// Titles of ads, by id.
    pub ad_titles: &'a HashMap<String, String>,
    /// All touchpoints of the days.
    pub behind: DrilldownLinks,
}

impl Named<'_> {
    /// A channel as people read it: the usual words for sources, ads by their titles, everything else as
    /// it is.
    pub(crate) fn label(&self, channel: &str) -> String {
        let by = self.question.by.as_slice();
        if matches!(by, [] | [Dimension::Source]) || channel == NONE {
            return labels::source(channel).0;
        }
        if matches!(by, [Dimension::Page]) {
            return page(channel);
        }
        if !by.contains(&Dimension::Ad) {
            return channel.to_owned();
        }
        let part = |part: &str| match self.ad_titles.get(part) {
            Some(title) => with_end_of_id(title, part),
            None => part.to_owned(),
        };
        channel.split(" / ").map(part).collect::<Vec<_>>().join(" / ")
    }

    /// Address of its touchpoints; empty if they cannot be listed.
    pub(crate) fn rows(&self, channel: &str) -> String {
        let dimension = match self.question.by.as_slice() {
            [] => Dimension::Source,
            [dimension] if is_listed(dimension) => dimension.clone(),
            _ => return String::new(),
        };
        let name = dimension.name();
        // No touchpoint at all has none, and a value that looks like none cannot be asked for.
        let value = match channel {
            NONE => return String::new(),
            channel if channel == format!("(no {name})") => NONE,
            channel => unquoted(channel),
        };
        if value == NONE && channel.starts_with('"') {
            return String::new();
        }
        self.behind.with("filter", Filter::one_written(&name, value)).address()
    }
}

/// A value that looks like a name of ours stands in quotes as a channel.
fn unquoted(channel: &str) -> &str {
    match channel.strip_prefix("\"(").and_then(|rest| rest.strip_suffix(")\"")) {
        Some(_) => &channel[1..channel.len() - 1],
        None => channel,
    }
}
