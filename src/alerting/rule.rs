//! A rule: what is looked at, and what of it is an incident.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::figure::{Figure, Over};
use crate::analysis::{Dimension, Filter};
use crate::domain::Timestamp;
use crate::insights::list_filters::is_listed;
use crate::insights::query::{Defaults, QueryParams};
use crate::language::{Message, say};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A rule as it is written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenRule {
    /// By which it is known: letters, digits, `-` and `_`. With the name of a default rule it takes its place.
    pub name: String,
    /// `webhooks_stopped`, `unusual`, `silence`, `spend_without_conversation`, `cost_jump`, `policy`, `bound`, `change` or
    /// `band`.
    pub kind: String,
    /// Of `bound`, `change` and `band`: `conversations`, `leads`, `purchases`, `reply_rate`, `median_first_response`
    /// (minutes), `spend`, `cost_per_conversation`, `cost_per_lead`, `cost_per_purchase`, `value` or `roas`.
    pub figure: String,
    /// Over how long: `6h` (the last six hours) or `7d` (the last seven whole days).
    pub over: String,
    /// Of `bound`: more than this is an incident.
    pub above: Option<f64>,
    /// Of `bound`: less than this is an incident.
    pub below: Option<f64>,
    /// Of `change`: by how many percent it changes against the time before; negative: it falls by as many.
    pub percent: Option<f64>,
    /// Only what has these values: `page=123` or `campaign=Autumn`, as filters of the API.
    pub filter: String,
    /// Names of destinations; without it those of the settings.
    pub to: Option<Vec<String>>,
    /// `high`, `middle` or `low`; without it that of its kind.
    pub severity: Option<String>,
    /// Whether it is not looked at.
    pub is_off: bool,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{key}: {reason}")]
pub struct RuleError {
    /// The key.
    pub key: &'static str,
    /// What is wrong with it.
    pub reason: Message,
}

/// A rule that has been checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub what: What,
    pub severity: &'static str,
}

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    WebhooksStopped,
    Unusual,
    Silence,
    SpendWithoutConversation,
    CostJump,
    Policy,
    Bound { of: Measured, above: Option<f64>, below: Option<f64> },
    Change { of: Measured, percent: f64 },
    Band { of: Measured },
}

/// A figure over a time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    pub figure: Figure,
    pub over: Over,
    /// As it is written in an address.
    pub filter: String,
}

/// The names of kinds, each with the severity that it has if none is written.
pub(crate) const KINDS: [(&str, &str); 9] = [
    ("webhooks_stopped", "high"),
    ("unusual", "middle"),
    ("silence", "middle"),
    ("spend_without_conversation", "high"),
    ("cost_jump", "middle"),
    ("policy", "high"),
    ("bound", "middle"),
    ("change", "middle"),
    ("band", "middle"),
];

/// The rules that hold without anybody having written one: one of each kind that takes no figure.
#[must_use]
pub fn default_rules() -> Vec<WrittenRule> {
    let names = [
        ("webhooks-stopped", "webhooks_stopped"),
        ("conversations-unusual", "unusual"),
        ("entry-point-silent", "silence"),
        ("ad-without-conversation", "spend_without_conversation"),
        ("cost-jumped", "cost_jump"),
        ("policy", "policy"),
    ];
    let rule = |(name, kind): (&str, &str)| {
        let [name, kind] = [name, kind].map(str::to_owned);
        WrittenRule { name, kind, ..WrittenRule::default() }
    };
    names.into_iter().map(rule).collect()
}

impl RuleError {
    fn new(key: &'static str, reason: Message) -> Self {
        Self { key, reason }
    }

    /// Of a rule that another version of the program has written.
    pub(crate) fn unreadable(reason: &str) -> Self {
        Self::new("definition", say("alerts-other-version").with("reason", reason))
    }
}

impl WrittenRule {
    /// Checks it; `takes_notices` says of a destination whether notices can go there.
    pub(crate) fn check(
        &self,
        defaults: &Defaults,
        takes_notices: impl Fn(&str) -> Option<bool>,
    ) -> Result<Rule, RuleError> {
        let wrong = |key, reason: Message| Err(RuleError::new(key, reason));
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if self.name.is_empty() || self.name.len() > 60 || !self.name.bytes().all(is_plain) {
            return wrong("name", say("alerts-bad-name").with("name", &self.name));
        }
        for name in self.to.iter().flatten() {
            match takes_notices(name) {
                Some(true) => {}
                Some(false) => return wrong("to", say("alerts-no-notices").with("name", name)),
                None => return wrong("to", say("alerts-no-destination").with("name", name)),
            }
        }
        let kind = KINDS.iter().find(|(kind, _)| *kind == self.kind);
        let Some((_, usual)) = kind else {
            let known = KINDS.map(|(kind, _)| kind).join(", ");
            let text = say("alerts-bad-kind").with("kind", &self.kind).with("known", known);
            return wrong("kind", text);
        };
        let severity = match self.severity.as_deref().unwrap_or(usual) {
            "high" => "high",
            "middle" => "middle",
            "low" => "low",
            other => return wrong("severity", say("alerts-bad-severity").with("severity", other)),
        };
        Ok(Rule { what: self.what(defaults)?, severity })
    }

    fn what(&self, defaults: &Defaults) -> Result<What, RuleError> {
        let what = match self.kind.as_str() {
            "webhooks_stopped" => What::WebhooksStopped,
            "unusual" => What::Unusual,
            "silence" => What::Silence,
            "spend_without_conversation" => What::SpendWithoutConversation,
            "cost_jump" => What::CostJump,
            "policy" => What::Policy,
            kind => return self.of_figure(kind, self.measured(defaults)?),
        };
        let others = [
            ("figure", !self.figure.is_empty()),
            ("over", !self.over.is_empty()),
            ("filter", !self.filter.is_empty()),
            ("above", self.above.is_some()),
            ("below", self.below.is_some()),
            ("percent", self.percent.is_some()),
        ];
        match others.into_iter().find(|(_, is_written)| *is_written) {
            Some((key, _)) => {
                Err(RuleError::new(key, say("alerts-not-of-kind").with("kind", &self.kind)))
            }
            None => Ok(what),
        }
    }

    fn of_figure(&self, kind: &str, of: Measured) -> Result<What, RuleError> {
        let wrong = |key, name: &'static str| Err(RuleError::new(key, say(name)));
        let is_number = |number: Option<f64>| number.is_none_or(f64::is_finite);
        for (key, number) in
            [("above", self.above), ("below", self.below), ("percent", self.percent)]
        {
            if !is_number(number) {
                return wrong(key, "alerts-no-number");
            }
            let is_own = if key == "percent" { kind == "change" } else { kind == "bound" };
            if number.is_some() && !is_own {
                return Err(RuleError::new(key, say("alerts-not-of-kind").with("kind", kind)));
            }
        }
        match kind {
            "bound" if self.above.is_none() && self.below.is_none() => {
                wrong("above", "alerts-no-bound")
            }
            "bound" => Ok(What::Bound { of, above: self.above, below: self.below }),
            "change" => match self.percent.filter(|percent| *percent != 0.0 && *percent > -100.0) {
                Some(percent) => Ok(What::Change { of, percent }),
                None => wrong("percent", "alerts-no-percent"),
            },
            _ if !of.figure.is_count() => wrong("figure", "alerts-no-band"),
            _ if of.over != Over::Days(1) => wrong("over", "alerts-band-days"),
            _ => Ok(What::Band { of }),
        }
    }

    pub(super) fn measured(&self, defaults: &Defaults) -> Result<Measured, RuleError> {
        let found = Figure::ALL.into_iter().find(|(name, _)| *name == self.figure);
        let Some((_, figure)) = found else {
            let known = Figure::ALL.map(|(name, _)| name).join(", ");
            let text = say("alerts-bad-figure").with("figure", &self.figure).with("known", known);
            return Err(RuleError::new("figure", text));
        };
        let over = if self.over.is_empty() { Some(Over::Days(1)) } else { Over::parse(&self.over) };
        let Some(over) = over else {
            return Err(RuleError::new("over", say("alerts-bad-over").with("over", &self.over)));
        };
        if figure.is_of_ads() && matches!(over, Over::Hours(_)) {
            return Err(RuleError::new("over", say("alerts-whole-days")));
        }
        let filter = Some(self.filter.clone()).filter(|filter| !filter.is_empty());
        let asked = QueryParams { filter, ..QueryParams::default() };
        let question = asked.understand(defaults, Timestamp(DAY_MS * 20_000));
        let question = question.map_err(|error| {
            RuleError::new("filter", say("alerts-bad-filter").with("reason", error.reason))
        })?;
        let is_known = match figure {
            Figure::MedianFirstResponse => question.filters.is_empty(),
            figure if figure.is_of_ads() => is_of_ads(&question.filters),
            _ => question.filters.iter().all(|one| is_listed(&one.dimension)),
        };
        if !is_known {
            let text = say("alerts-filter-not-of-figure").with("figure", &self.figure);
            return Err(RuleError::new("filter", text));
        }
        Ok(Measured { figure, over, filter: self.filter.clone() })
    }
}

/// Whether filters choose a row of what ads cost: none, a campaign, or an ad.
fn is_of_ads(filters: &[Filter]) -> bool {
    match filters {
        [] => true,
        [one] => matches!(one.dimension, Dimension::Campaign | Dimension::Ad),
        _ => false,
    }
}

impl Rule {
    /// How often it is looked at, milliseconds: what is known by days changes seldom, and takes more reading.
    pub(crate) fn pace_ms(&self) -> i64 {
        const MINUTE_MS: i64 = 60_000;
        match &self.what {
            What::WebhooksStopped | What::Unusual => 0,
            What::Silence | What::Policy => 5 * MINUTE_MS,
            What::SpendWithoutConversation | What::CostJump => 15 * MINUTE_MS,
            What::Bound { of, .. } | What::Change { of, .. } | What::Band { of } => match of.over {
                Over::Hours(_) => 5 * MINUTE_MS,
                Over::Days(_) => 15 * MINUTE_MS,
            },
        }
    }

    /// How long what it found may rest before it is over, milliseconds.
    pub(crate) fn calm_ms(&self) -> i64 {
        match &self.what {
            What::WebhooksStopped => 10 * 60_000,
            What::Unusual => HOUR_MS,
            What::Silence | What::Policy => 0,
            What::SpendWithoutConversation | What::CostJump => DAY_MS,
            What::Bound { of, .. } | What::Change { of, .. } | What::Band { of } => {
                of.over.calm_ms()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::analysis::{Model, Parameters};

    fn check(rule: &WrittenRule) -> Result<Rule, &'static str> {
        let defaults = Defaults {
            zone: TimeZone::UTC,
            model: Model::Last,
            parameters: Parameters::default(),
            refs: Arc::default(),
        };
        let takes = |name: &str| match name {
            "chat" => Some(true),
            "shelf" => Some(false),
            _ => None,
        };
        rule.check(&defaults, takes).map_err(|error| error.key)
    }

    fn rule(kind: &str, figure: &str, over: &str) -> WrittenRule {
        let [name, kind, figure, over] = ["a", kind, figure, over].map(str::to_owned);
        WrittenRule { name, kind, figure, over, ..WrittenRule::default() }
    }

    #[test]
    fn default_rules_are_good() {
        for written in default_rules() {
            assert!(check(&written).is_ok(), "{written:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_key() {
        let bound = WrittenRule { below: Some(5.0), ..rule("bound", "leads", "6h") };
        let good = check(&bound).unwrap();
        assert_eq!((good.severity, good.calm_ms()), ("middle", HOUR_MS));
        let to = |name: &str| Some(vec![name.to_owned()]);
        let filtered = |filter: &str, figure: &str| WrittenRule {
            filter: filter.to_owned(),
            above: Some(1.0),
            ..rule("bound", figure, "1d")
        };
        assert!(check(&filtered("campaign=Autumn", "cost_per_lead")).is_ok());
        assert!(check(&filtered("source=ad;page=1", "leads")).is_ok());
        for (bad, key) in [
            (WrittenRule { name: "a b".to_owned(), ..bound.clone() }, "name"),
            (rule("sound", "", ""), "kind"),
            (rule("bound", "happiness", "1d"), "figure"),
            (rule("bound", "leads", "1w"), "over"),
            (rule("bound", "leads", "é"), "over"),
            (rule("bound", "leads", "0h"), "over"),
            (rule("bound", "leads", "1d"), "above"),
            (WrittenRule { above: Some(f64::NAN), ..rule("bound", "leads", "1d") }, "above"),
            (WrittenRule { above: Some(1.0), ..rule("bound", "spend", "3h") }, "over"),
            (rule("change", "leads", "1d"), "percent"),
            (WrittenRule { percent: Some(-100.0), ..rule("change", "leads", "1d") }, "percent"),
            (WrittenRule { percent: Some(5.0), ..bound.clone() }, "percent"),
            (rule("band", "spend", "1d"), "figure"),
            (rule("band", "leads", "7d"), "over"),
            (WrittenRule { below: Some(1.0), ..rule("policy", "", "") }, "below"),
            (WrittenRule { severity: Some("grave".to_owned()), ..bound.clone() }, "severity"),
            (WrittenRule { to: to("shelf"), ..bound.clone() }, "to"),
            (WrittenRule { to: to("nowhere"), ..bound.clone() }, "to"),
            (filtered("colour=red", "leads"), "filter"),
            (filtered("source=ad", "cost_per_lead"), "filter"),
            (filtered("page=1", "median_first_response"), "filter"),
        ] {
            assert_eq!(check(&bad), Err(key), "{bad:?}");
        }
    }
}
