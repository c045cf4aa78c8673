//! The page of alerts: incidents, and rules with their form.

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::figure::Figure;
use super::rule::KINDS;
use super::told::{TOLD_MS, ToldIncident, ToldRule, failed};
use super::{Alerting, RuleError, WrittenRule};
use crate::accounts::{Scope, Who};
use crate::domain::Timestamp;
use crate::http::own::Own;
use crate::http::page::html;
use crate::http::problem::Problem;
use crate::language::{Message, filters, say};
use crate::render::numbers::local_minute;
use crate::render::page_names::page;

/// Hours for which the page offers to keep an incident out of sight.
const SNOOZES: [u64; 3] = [4, 24, 168];

#[derive(Template)]
#[template(path = "alerts.html", config = "dashboards/askama.toml")]
struct AlertsPage {
    page: &'static str,
    open: Vec<Row>,
    over: Vec<Row>,
    rules: Vec<RuleRow>,
    /// Whether the reader may change something.
    is_writable: bool,
    /// Whether notices go anywhere without a rule that says where.
    has_destination: bool,
    said: Option<Message>,
    error: Option<String>,
    form: Form,
}

/// An incident.
struct Row {
    told: ToldIncident,
    text: Message,
    severity: Message,
    since: String,
    until: String,
    snoozed_until: Option<String>,
    notices: Vec<Message>,
}

/// A rule.
struct RuleRow {
    told: ToldRule,
    kind: Message,
    figure: Option<Message>,
}

/// The form of a rule.
struct Form {
    written: WrittenRule,
    kinds: Vec<(&'static str, Message)>,
    figures: Vec<(&'static str, Message)>,
    severities: [(&'static str, Message); 3],
    destinations: Vec<String>,
    is_open: bool,
    snoozes: [u64; 3],
}

/// What the address asks: the rule that is to be changed, and whether one was just kept.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    rule: Option<String>,
    saved: Option<String>,
}

/// `GET /alerts`.
pub(super) async fn alerts(
    Own(alerting): Own<Alerting>,
    Extension(who): Extension<Who>,
    Query(Asked { rule, saved }): Query<Asked>,
) -> Result<Response, Problem> {
    let rules = alerting.rules().await.map_err(|error| failed(&error))?;
    let known = rule.as_deref().and_then(|name| rules.get(name));
    let written = known.map(|known| known.written.clone());
    let page = AlertsPage::new(&alerting, &who, written).await?;
    let said = saved.map(|_| say("alerts-saved"));
    Ok(html(StatusCode::OK, AlertsPage { said, ..page }.render()))
}

/// The page with a rule as somebody wrote it, and what is wrong with it.
pub(super) async fn again(
    alerting: &Alerting,
    who: &Who,
    written: WrittenRule,
    error: &RuleError,
) -> Result<Response, Problem> {
    let page = AlertsPage::new(alerting, who, Some(written)).await?;
    let label = say(format!("alerts-key-{}", error.key)).to_string();
    let error = Some(format!("{label}: {}", error.reason));
    Ok(html(StatusCode::BAD_REQUEST, AlertsPage { error, ..page }.render()))
}

/// The rule that a form describes, or what of it is no number.
pub(super) fn written(
    fields: &[(String, String)],
) -> Result<WrittenRule, Box<(WrittenRule, RuleError)>> {
    let all = |key| values(fields, key);
    let text = |key: &'static str| all(key).next().unwrap_or_default().to_owned();
    let mut unread = None;
    let mut number = |key: &'static str| {
        let text = text(key);
        if text.is_empty() {
            return None;
        }
        // As people write them: with a comma too.
        let read = text.replace(',', ".").parse::<f64>().ok();
        if read.is_none() {
            unread = Some(RuleError { key, reason: say("alerts-no-number") });
        }
        read
    };
    let (above, below, percent) = (number("above"), number("below"), number("percent"));
    let to: Vec<String> = all("to").filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let written = WrittenRule {
        name: text("name"),
        kind: text("kind"),
        figure: text("figure"),
        over: text("over"),
        above,
        below,
        percent,
        filter: text("filter"),
        to: (!to.is_empty()).then_some(to),
        severity: Some(text("severity")).filter(|text| !text.is_empty()),
        is_off: all("is_off").next().is_some(),
    };
    match unread {
        Some(error) => Err(Box::new((written, error))),
        None => Ok(written),
    }
}

fn values<'a>(
    fields: &'a [(String, String)],
    key: &'a str,
) -> impl Iterator<Item = &'a str> + use<'a> {
    fields.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.trim())
}

impl AlertsPage {
    async fn new(
        alerting: &Alerting,
        who: &Who,
        written: Option<WrittenRule>,
    ) -> Result<Self, Problem> {
        let now = alerting.catalog.now();
        let told = alerting.told(Timestamp(now.0 - TOLD_MS)).await;
        let told = told.map_err(|error| failed(&error))?;
        let rules = alerting.rules().await.map_err(|error| failed(&error))?;
        let rows = told.into_iter().map(|told| Row::new(told, alerting));
        let (open, over) = rows.partition(|row| row.told.closed_at.is_none());
        Ok(Self {
            page: "alerts",
            open,
            over,
            rules: rules.values().map(ToldRule::new).map(RuleRow::new).collect(),
            is_writable: who.may(Scope::Write),
            has_destination: !alerting.settings.to.is_empty(),
            said: None,
            error: None,
            form: Form::new(alerting, written),
        })
    }
}

impl Row {
    fn new(told: ToldIncident, alerting: &Alerting) -> Self {
        let zone = &alerting.catalog.defaults.zone;
        let minute = |instant: &String| {
            let instant = instant.parse::<jiff::Timestamp>().unwrap_or_default();
            local_minute(Timestamp(instant.as_millisecond()), zone)
        };
        let notice = |one: &super::told::ToldNotice| {
            say(format!("alerts-notice-{}", one.notice))
                .with("destination", &one.destination)
                .with("status", say(format!("reports-delivery-{}", one.status)))
        };
        Self {
            text: told.text.clone().with_changed("page", page),
            severity: say(format!("overview-attention-{}", told.severity)),
            since: minute(&told.opened_at),
            until: told.closed_at.as_ref().map_or_else(String::new, minute),
            snoozed_until: told.snoozed_until.as_ref().map(minute),
            notices: told.notices.iter().map(notice).collect(),
            told,
        }
    }
}

impl RuleRow {
    fn new(told: ToldRule) -> Self {
        let is_known = |figure: &str| Figure::ALL.iter().any(|(name, _)| *name == figure);
        let figure = Some(told.figure.as_str()).filter(|figure| is_known(figure));
        let kind = KINDS.iter().any(|(kind, _)| *kind == told.kind);
        let kind = if kind { told.kind.as_str() } else { "bound" };
        Self {
            kind: say(format!("alerts-kind-{kind}")),
            figure: figure.map(|figure| say(format!("alert-figure-{figure}"))),
            told,
        }
    }
}

impl Form {
    fn new(alerting: &Alerting, written: Option<WrittenRule>) -> Self {
        let places = alerting.catalog.settings.destinations.iter();
        let usual = || WrittenRule { kind: "bound".to_owned(), ..WrittenRule::default() };
        Self {
            is_open: written.is_some(),
            written: written.unwrap_or_else(usual),
            kinds: KINDS.map(|(kind, _)| (kind, say(format!("alerts-kind-{kind}")))).to_vec(),
            figures: Figure::ALL
                .map(|(figure, _)| (figure, say(format!("alert-figure-{figure}"))))
                .to_vec(),
            severities: ["high", "middle", "low"]
                .map(|severity| (severity, say(format!("overview-attention-{severity}")))),
            destinations: places
                .filter(|(_, place)| place.takes_notices())
                .map(|(name, _)| name.clone())
                .collect(),
            snoozes: SNOOZES,
        }
    }

    fn goes_to(&self, name: &str) -> bool {
        self.written.to.iter().flatten().any(|to| to == name)
    }

    fn number(number: Option<&f64>) -> String {
        number.map_or_else(String::new, ToString::to_string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_people_fill_it_in() {
        let fields = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let form = fields(&[
            ("name", " dear "),
            ("kind", "bound"),
            ("above", "12,5"),
            ("below", ""),
            ("to", "chat"),
            ("to", "people"),
            ("severity", ""),
        ]);
        let read = written(&form).unwrap();
        assert_eq!((read.name.as_str(), read.above, read.below), ("dear", Some(12.5), None));
        assert_eq!(read.to, Some(vec!["chat".to_owned(), "people".to_owned()]));
        assert_eq!((read.severity, read.is_off), (None, false));
        let unread = written(&fields(&[("name", "a"), ("percent", "much")])).unwrap_err();
        let (kept, error) = *unread;
        assert_eq!((kept.name.as_str(), error.key), ("a", "percent"));
    }
}
