//! Where a funnel's figures are.

use super::page::Parts;
use crate::analysis::{Dimension, Filter};
use crate::views::Question;

/// Addresses to which a format is added; of a funnel without a name some are empty.
pub(super) struct Addresses {
    pub funnel: String,
    pub trend: String,
    pub flows: String,
    pub compared: String,
    /// Of the sequences of everybody.
    pub sequences: String,
}

impl Addresses {
    /// `built` is where the figures of a funnel that is built in a form are, empty for one that has a name.
    pub(super) fn new(parts: &Parts, question: &Question, built: &str) -> Self {
        let Parts { name, report, trend, verdicts, .. } = parts;
        let by = question.by.first().map_or("source".into(), Dimension::name);
        let unit = trend.by.first().map_or("day", String::as_str);
        let mut period = form_urlencoded::Serializer::new(String::new());
        period.append_pair("from", &report.from).append_pair("to", &report.to);
        let sequences = format!("/api/v1/sequences?{}", period.finish());
        if !built.is_empty() {
            return Self {
                funnel: format!("{built}&by={by}"),
                trend: format!("{built}&by={unit}"),
                flows: String::new(),
                compared: String::new(),
                sequences,
            };
        }
        let asked = |what: &str, by: &str, more: &[(&str, &str)]| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("from", &report.from).append_pair("to", &report.to);
            if !question.filters.is_empty() {
                query.append_pair("filter", &Filter::written(&question.filters));
            }
            query.append_pair("by", by).extend_pairs(more);
            format!("/api/v1/funnels/{name}{what}?{}", query.finish())
        };
        Self {
            funnel: asked("", &by, &[]),
            trend: asked("", unit, &[]),
            flows: asked("/flows", &by, &[]),
            compared: asked("/comparison", &by, &[("step", &verdicts.step), ("of", &verdicts.of)]),
            sequences,
        }
    }
}
