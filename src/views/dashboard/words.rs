//! What the pages call things, and what they mean.

use crate::analysis::Model;

/// Every page: its name, its address and its label.
pub const PAGES: [(&str, &str, &str); 12] = [
    ("overview", "/", "Overview"),
    ("funnels", "/funnels", "Funnels"),
    ("ads", "/ads", "Ads"),
    ("attribution", "/attribution", "Attribution"),
    ("links", "/links", "Links"),
    ("conversations", "/conversations", "Answers"),
    ("cohorts", "/cohorts", "Cohorts"),
    ("audience", "/audience", "Audience"),
    ("reports", "/reports", "Reports"),
    ("quality", "/quality", "Quality"),
    ("reference", "/reference", "API"),
    ("settings", "/settings", "Settings"),
];

/// A stage's label and definition.
pub(in crate::views) fn stage(name: &str) -> (&'static str, &'static str) {
    match name {
        "impressions" => ("Impressions", "How often the ads were shown: from spend data"),
        "clicks" => ("Clicks", "Clicks on the ads: from spend data or tracked links"),
        "opened" => {
            ("Opened", "A person's first act in the thread, or the first after 7 silent days")
        }
        "messaged" => (
            "Messaged",
            "The person wrote, tapped a quick reply, or tapped a button after the opening",
        ),
        "answered" => ("Answered", "The business's first message after that"),
        "engaged" => ("Engaged", "The person wrote or tapped again after the answer"),
        "lead" => {
            ("Lead", "A lead after that: a shared phone number or address, or a rule of yours")
        }
        "purchase" => ("Purchase", "A purchase after the lead"),
        _ => ("", ""),
    }
}

/// A source's label and definition.
pub(super) fn source(name: &str) -> (&str, &'static str) {
    match name {
        "ad" => ("Ads", "Click-to-Messenger ads, in any placement"),
        "link" => ("Links", "m.me and ig.me links"),
        "qr" => ("QR codes", "Messenger codes, and links registered as printed"),
        "chat_plugin" => ("Website chat", "The chat widget on a website"),
        "discover" => ("Discover", "Messenger's discover tab"),
        "comment" => ("Comments", "A private reply to a comment"),
        "sponsored" => ("Sponsored messages", "Paid messages into existing threads"),
        "notification" => {
            ("Notifications", "One-time or marketing messages the person opted in to")
        }
        "customer_match" => ("Customer match", "An uploaded audience"),
        "organic" => {
            ("Organic", "Page button, search or Page chat window: Meta does not say which")
        }
        "other" => ("Other", "A source that this version does not know; kept by its name"),
        "(none)" => ("No touchpoint", "Conversions without a touchpoint in the lookback window"),
        other => (other, ""),
    }
}

/// A model's label.
pub(super) fn model(model: Model) -> &'static str {
    match model {
        Model::First => "First touch",
        Model::Last => "Last touch",
        Model::LastNonOrganic => "Last non-organic",
        Model::Linear => "Linear",
        Model::Position => "Position",
        Model::TimeDecay => "Time decay",
        Model::Markov => "Markov",
        Model::Shapley => "Shapley",
    }
}

/// ISO 8601's weekdays, 1 to 7.
pub(super) fn weekday(number: &str) -> &'static str {
    match number {
        "1" => "Monday",
        "2" => "Tuesday",
        "3" => "Wednesday",
        "4" => "Thursday",
        "5" => "Friday",
        "6" => "Saturday",
        _ => "Sunday",
    }
}
