//! What needs attention, and what to do about each.

use crate::insights::alerts::Alert;
use crate::language::{Message, say};

/// Alerts that are told; the others are on the page of data quality.
const MOST: usize = 5;

/// An alert with its next step.
pub(crate) struct Attention {
    pub text: Message,
    /// `high`, `middle` or `low`.
    pub severity: &'static str,
    pub severity_label: Message,
    /// What the button says, and where it leads.
    pub action: Message,
    pub href: String,
}

/// The first alerts, the gravest before the others, and how many more there are.
pub(crate) fn attention(alerts: &[Alert]) -> (Vec<Attention>, usize) {
    let mut all: Vec<Attention> = alerts.iter().map(one).collect();
    all.sort_by_key(|one| {
        ["high", "middle", "low"].iter().position(|known| *known == one.severity)
    });
    let more = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    (all, more)
}

fn one(alert: &Alert) -> Attention {
    let with = |page: &str, name: &str| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair(name, &alert.about)
            .finish();
        format!("{page}?{query}")
    };
    let (severity, action, href) = match alert.kind {
        "policy" | "broken_parts" => ("high", "overview-do-look", "/quality".to_owned()),
        "quarantine" => ("middle", "overview-do-look", "/quality".to_owned()),
        "silence" => ("middle", "overview-do-ads", with("/ads", "search")),
        "typo" => ("low", "overview-do-register", with("/links/new", "ref")),
        "lost_refs" => ("middle", "overview-do-links", "/links".to_owned()),
        _ => ("low", "overview-do-compare", "/quality".to_owned()),
    };
    Attention {
        text: alert.text.clone(),
        severity,
        severity_label: say(format!("overview-attention-{severity}")),
        action: say(action),
        href,
    }
}
