//! All reports that there are: those of the settings, and those that were written on the page.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::dataset::{Answering, Dataset};
use super::delivery::{Destination, Mailer};
use super::{Report, ReportError, WrittenReport};
use crate::analysis::{DEFAULT_FUNNEL, Funnels};
use crate::domain::{Timestamp, Workspace};
use crate::http::own::OfWorkspace;
use crate::insights::query::Defaults;
use crate::insights::stored_funnels::StoredFunnels;
use crate::language::say;
use crate::render::page_names::PageNames;
use crate::store::{MessagingWindow, Store, StoreError};

/// What the settings say of reports.
#[derive(Debug, Clone, Default)]
pub struct ReportSettings {
    /// Reports of the settings, in their order.
    pub reports: Vec<Report>,
    /// Where reports may go, by name.
    pub destinations: BTreeMap<String, Destination>,
    /// By whom mail is sent.
    pub mailer: Option<Mailer>,
    /// The workspace of each destination that is of one.
    pub owners: BTreeMap<String, String>,
    /// Where files are made and kept.
    pub folder: PathBuf,
    /// How long files are kept.
    pub keep: Duration,
    /// How long a run belongs to a process that says nothing more.
    pub lease: Duration,
}

/// The reports, and what is needed to make them.
#[derive(Debug, Clone)]
pub struct ReportCatalog {
    /// Where the events are.
    pub store: Store,
    /// The same, within what a report may take of it.
    pub bounded: Store,
    /// What the settings say.
    pub settings: Arc<ReportSettings>,
    /// What holds where a question does not say otherwise.
    pub defaults: Defaults,
    /// Funnels of files; beside them the stored ones, [`ReportCatalog::with_stored_funnels`].
    pub funnels: Arc<Funnels>,
    /// Funnels that were made on the page or over the API.
    pub stored_funnels: StoredFunnels,
    /// How long a business may answer freely.
    pub window: MessagingWindow,
    /// What Pages are called by the settings.
    pub page_names: BTreeMap<String, String>,
    /// Address under which the server is reached.
    pub public_url: Option<String>,
    /// UTC milliseconds, now.
    pub clock: fn() -> i64,
}

/// A report, or what is wrong with one that was written on the page.
#[derive(Debug)]
pub struct CatalogEntry {
    /// Its name.
    pub name: String,
    /// The report.
    pub report: Result<Report, ReportError>,
    /// As it was written, if that can be read.
    pub written: Option<WrittenReport>,
    /// Whether it was written on the page, and can be changed there.
    pub is_editable: bool,
}

impl OfWorkspace for ReportCatalog {
    /// Reports of the settings are of all, and so are destinations that name no workspace.
    fn of_workspace(&self, workspace: &Arc<Workspace>) -> Self {
        let mut settings = (*self.settings).clone();
        settings.reports.clear();
        let owners = &self.settings.owners;
        settings.destinations.retain(|name, _| owners.get(name) == Some(&workspace.name));
        let mut defaults = self.defaults.clone();
        defaults.zone = workspace.zone().unwrap_or(defaults.zone);
        Self {
            store: self.store.of_workspace(workspace),
            bounded: self.bounded.of_workspace(workspace),
            settings: Arc::new(settings),
            defaults,
            ..self.clone()
        }
    }
}

impl ReportCatalog {
    /// Where the files of a report are.
    #[must_use]
    pub fn folder_of(&self, report: &str) -> PathBuf {
        self.settings.folder.join(self.store.keyed(report))
    }

    /// What Pages, accounts and numbers are called now, in what people read.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn page_names(&self) -> Result<Arc<PageNames>, StoreError> {
        let stored = self.store.page_names().await?;
        Ok(Arc::new(PageNames::of_settings_and(&self.page_names, stored)))
    }

    /// The same catalog, in which the stored funnels stand beside those of files.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn with_stored_funnels(&self) -> Result<Self, StoreError> {
        let funnels = self.stored_funnels.beside(&self.funnels, &self.store).await?;
        Ok(Self { funnels, ..self.clone() })
    }

    /// All reports: a name of the settings is not taken by the page.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn all(&self) -> Result<Vec<CatalogEntry>, StoreError> {
        let beside_stored = self.with_stored_funnels().await?;
        let of_settings = self.settings.reports.iter().map(|report| CatalogEntry {
            name: report.name().to_owned(),
            report: Ok(report.clone()),
            written: Some(report.written.clone()),
            is_editable: false,
        });
        let mut all: Vec<CatalogEntry> = of_settings.collect();
        for kept in self.store.report_definitions().await? {
            if all.iter().any(|other| other.name == kept.name) {
                continue;
            }
            let written = serde_json::from_str::<WrittenReport>(&kept.definition);
            let written = written.map_err(|error| ReportError {
                key: "definition",
                reason: say("reports-other-version").with("reason", error.to_string()),
            });
            let known = written.as_ref().ok().cloned();
            let report = written.and_then(|written| beside_stored.check(written));
            all.push(CatalogEntry { name: kept.name, report, written: known, is_editable: true });
        }
        Ok(all)
    }

    /// The report of that name.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn find(&self, name: &str) -> Result<Option<CatalogEntry>, StoreError> {
        Ok(self.all().await?.into_iter().find(|one| one.name == name))
    }

    /// Checks a report that somebody has written, by the funnels that this catalog has.
    ///
    /// # Errors
    /// With the key that is wrong.
    pub fn check(&self, written: WrittenReport) -> Result<Report, ReportError> {
        let has_funnel = |name: &str| name == DEFAULT_FUNNEL || self.funnels.contains_key(name);
        let has_destination = |name: &str| self.settings.destinations.contains_key(name);
        written.check(&self.defaults, has_funnel, has_destination)
    }

    /// SHA-256 of what a report's figures depend on.
    #[must_use]
    pub fn hash_of(&self, report: &Report) -> String {
        let funnel = match &report.topic {
            Dataset::Funnel(name) => self.funnels.get(name),
            _ => None,
        };
        let Defaults { model, parameters, refs, .. } = &self.defaults;
        let whose = self.store.workspace().map_or_else(String::new, |own| format!(" {own:?}"));
        report
            .hash(&format!("{funnel:?} {model:?} {parameters:?} {refs:?} {:?}{whose}", self.window))
    }

    /// What is needed to answer as of an instant.
    #[must_use]
    pub fn answering(&self, now: Timestamp) -> Answering<'_> {
        Answering {
            store: &self.bounded,
            funnels: &self.funnels,
            public_url: self.public_url.as_deref(),
            window: &self.window,
            now,
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp((self.clock)())
    }
}
