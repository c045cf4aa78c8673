//! Alerts: rules that are looked at every few minutes, the incidents that they find, and notices of these.
//!
//! An incident is one however often it is found. A notice goes out when it opens and one when it is over, each once to each
//! destination, whoever dies on the way: by the leases and deliveries of reports.

mod costs;
mod daily;
mod figure;
mod figures;
mod handlers;
mod looking;
mod notices;
mod pages;
mod quiet;
mod reason;
mod round;
mod rule;
mod told;
mod watching;

pub use figure::Figure;
pub use handlers::router;
pub use quiet::QuietHours;
pub use reason::Reason;
pub use round::Rounds;
pub use rule::{RuleError, WrittenRule, default_rules};

use std::collections::BTreeMap;
use std::sync::Arc;

use rule::Rule;

use crate::domain::Workspace;
use crate::http::own::OfWorkspace;
use crate::language::{Language, say};
use crate::reports::{Destination, ReportCatalog};
use crate::store::StoreError;

/// `[alerts]`, checked.
#[derive(Debug, Clone)]
pub struct AlertSettings {
    /// Destinations of rules that name none.
    pub to: Vec<String>,
    /// When only what is grave is told.
    pub quiet: Option<QuietHours>,
    /// Whether the default rules are looked at.
    pub has_defaults: bool,
    /// In which language notices are.
    pub language: &'static Language,
}

/// What alerts need: the questions and destinations of reports, and their own settings.
#[derive(Debug, Clone)]
pub struct Alerting {
    /// Questions, destinations and clock.
    pub catalog: ReportCatalog,
    /// The settings.
    pub settings: Arc<AlertSettings>,
}

/// A rule, or what is wrong with one that was written before.
#[derive(Debug, Clone)]
pub(crate) struct KnownRule {
    pub written: WrittenRule,
    pub checked: Result<Rule, RuleError>,
    /// Who wrote it; nobody of a default rule.
    pub made_by: Option<String>,
}

impl OfWorkspace for Alerting {
    /// Notices of a workspace go where its own rules say, in its language.
    fn of_workspace(&self, workspace: &Arc<Workspace>) -> Self {
        let language = Language::tagged(&workspace.language).unwrap_or(self.settings.language);
        let settings = AlertSettings { to: Vec::new(), language, ..(*self.settings).clone() };
        Self { catalog: self.catalog.of_workspace(workspace), settings: Arc::new(settings) }
    }
}

impl Alerting {
    /// All rules by name: those of people in place of default ones of the same name.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub(crate) async fn rules(&self) -> Result<BTreeMap<String, KnownRule>, StoreError> {
        let mut rules: BTreeMap<String, KnownRule> = BTreeMap::new();
        let is_whole = self.catalog.store.workspace().is_none();
        let defaults = default_rules().into_iter().filter(|_| self.settings.has_defaults);
        // Which Pages a webhook is of is not written down.
        for written in defaults.filter(|rule| is_whole || rule.kind != "webhooks_stopped") {
            let checked = self.check(&written);
            rules.insert(written.name.clone(), KnownRule { written, checked, made_by: None });
        }
        for kept in self.catalog.store.alert_rules().await? {
            let read = serde_json::from_str::<WrittenRule>(&kept.definition);
            let (written, checked) = match read {
                Ok(written) => (written.clone(), self.check(&written)),
                Err(error) => {
                    let written = WrittenRule { name: kept.name.clone(), ..WrittenRule::default() };
                    (written, Err(RuleError::unreadable(&error.to_string())))
                }
            };
            let made_by = Some(kept.made_by);
            rules.insert(kept.name, KnownRule { written, checked, made_by });
        }
        Ok(rules)
    }

    /// Checks a rule that somebody has written.
    ///
    /// # Errors
    /// With the key that is wrong.
    pub(crate) fn check(&self, written: &WrittenRule) -> Result<Rule, RuleError> {
        let known = &self.catalog.settings.destinations;
        let takes = |name: &str| known.get(name).map(Destination::takes_notices);
        let is_whole = self.catalog.store.workspace().is_none();
        if !is_whole && written.kind == "webhooks_stopped" {
            return Err(RuleError { key: "kind", reason: say("alerts-of-all-pages") });
        }
        written.check(&self.catalog.defaults, takes)
    }

    /// Where the notices of a rule go.
    fn destinations<'a>(&'a self, rule: &'a WrittenRule) -> &'a [String] {
        rule.to.as_deref().unwrap_or(&self.settings.to)
    }
}
