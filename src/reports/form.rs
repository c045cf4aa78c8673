//! The form of a report, as a browser sends it.

use std::collections::BTreeMap;

use super::rhythm::Rhythm;
use super::{ReportError, WrittenReport};
use crate::language::say;

/// The report that a form describes, and what of it is no number.
pub(super) fn written(fields: &[(String, String)]) -> (WrittenReport, Option<ReportError>) {
    let all = |key: &str| -> Vec<String> {
        let own = fields.iter().filter(|(name, _)| name == key);
        own.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
    };
    let some = |key: &str| all(key).into_iter().next();
    let text = |key: &str| some(key).unwrap_or_default();
    let list = |text: String| -> Vec<String> {
        let parts = text.split(',').map(|one| one.trim().to_owned());
        parts.filter(|one| !one.is_empty()).collect()
    };
    // As the API writes them: source=ad;campaign=Autumn.
    let pairs = |text: &str| -> BTreeMap<String, String> {
        let parts = text.split(';').filter(|part| !part.trim().is_empty());
        let pair = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (name.trim().to_owned(), value.trim().to_owned())
        };
        parts.map(pair).collect()
    };
    let mut unread = None;
    let mut number = |key: &'static str| {
        let text = some(key)?;
        let read = text.parse::<u32>().ok();
        if read.is_none() {
            let reason = say("reports-no-number").with("text", &text);
            unread = Some(ReportError { key, reason });
        }
        read
    };
    let (top, lookback_days) = (number("top"), number("lookback_days"));
    let usual = WrittenReport::default();
    let written = WrittenReport {
        name: text("name"),
        title: text("title"),
        question: text("question"),
        funnel: some("funnel").unwrap_or(usual.funnel),
        range: text("range"),
        by: list(text("by")),
        filters: pairs(&text("filters")),
        top,
        model: some("model"),
        conversion: some("conversion"),
        lookback_days,
        schedule: match text("every").as_str() {
            "hand" => String::new(),
            every => {
                let chosen = Rhythm::of_form(every, &text("at"));
                chosen.map_or_else(|| text("schedule"), Rhythm::to_cron)
            }
        },
        time_zone: text("time_zone"),
        formats: all("formats"),
        locale: text("locale"),
        bom: some("bom").is_some(),
        to: all("to"),
    };
    (written, unread)
}
