//! Where a funnel's figures are.

use super::parts::Parts;
use crate::analysis::{Dimension, Filter};
use crate::insights::query::Question;
use crate::web::dashboard::date_range::Range;

/// Addresses to which a format is added.
pub(crate) struct Addresses {
    pub funnel: String,
    pub trend: String,
    /// Of the share alone.
    pub trend_chart: String,
    pub flows: String,
    pub compared: String,
    /// Of the sequences of everybody.
    pub sequences: String,
}

impl Addresses {
    /// `built` is the funnel, as it stands in an address, if it has no name.
    pub(crate) fn new(
        parts: &Parts,
        question: &Question,
        range: &Range,
        built: Option<&str>,
    ) -> Self {
        let Parts { name, report, trend, verdicts, .. } = parts;
        let by = question.by.first().map_or("source".into(), Dimension::name);
        let unit = trend.by.first().map_or("day", String::as_str);
        let mut period = form_urlencoded::Serializer::new(String::new());
        period.append_pair("from", &report.from).append_pair("to", &report.to);
        let sequences = format!("/api/v1/sequences?{}", period.finish());
        let asked = |what: &str, by: &str, more: &[(&str, &str)]| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            if !question.filters.is_empty() {
                query.append_pair("filter", &Filter::written(&question.filters));
            }
            query.append_pair("by", by).extend_pairs(more);
            let Some(built) = built else {
                query.append_pair("from", &report.from).append_pair("to", &report.to);
                let what = if what.is_empty() { String::new() } else { format!("/{what}") };
                return format!("/api/v1/funnels/{name}{what}?{}", query.finish());
            };
            // What stands in the address alone is asked by the address.
            query.extend_pairs(range.asked());
            if !what.is_empty() {
                query.append_pair("figures", what);
            }
            format!("/funnels/build?{}&{built}", query.finish())
        };
        let steps = [("step", verdicts.step.as_str()), ("of", verdicts.of.as_str())];
        Self {
            funnel: asked("", &by, &[]),
            trend: asked("", unit, &[]),
            trend_chart: asked("comparison", unit, &steps),
            flows: asked("flows", &by, &[]),
            compared: asked("comparison", &by, &steps),
            sequences,
        }
    }
}
