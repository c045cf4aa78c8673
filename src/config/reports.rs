//! `[[reports]]`, `[destinations]` and `[smtp]`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;

use crate::analysis::{DEFAULT_FUNNEL, Funnels};
use crate::insights::query::Defaults;
use crate::reports::{ReportSettings, WrittenDestination, WrittenReport, WrittenSmtp};

/// The sections as they are written.
pub(super) struct Written {
    pub reports: Vec<WrittenReport>,
    pub destinations: BTreeMap<String, WrittenDestination>,
    pub smtp: WrittenSmtp,
    pub keep_days: u32,
    pub lease_seconds: u32,
}

impl Written {
    pub(super) fn check(
        self,
        defaults: &Defaults,
        funnels: &Funnels,
        data_dir: &Path,
    ) -> anyhow::Result<ReportSettings> {
        let mailer = self.smtp.check().map_err(anyhow::Error::msg)?;
        let mut destinations = BTreeMap::new();
        for (name, written) in self.destinations {
            let checked = written.check(mailer.is_some());
            let checked =
                checked.map_err(|reason| anyhow::anyhow!("destinations.{name}: {reason}"));
            destinations.insert(name, checked?);
        }
        let mut reports = Vec::new();
        for written in self.reports {
            let name = written.name.clone();
            let has_funnel = |name: &str| name == DEFAULT_FUNNEL || funnels.contains_key(name);
            let report =
                written.check(defaults, has_funnel, |name| destinations.contains_key(name));
            let name = name.chars().take(60).collect::<String>();
            let report = report.map_err(|error| anyhow::anyhow!("reports.{name}: {error}"))?;
            if reports.iter().any(|other: &crate::reports::Report| other.name() == name) {
                bail!("reports.{name}: there is a report of that name already");
            }
            reports.push(report);
        }
        if self.keep_days == 0 || self.lease_seconds == 0 {
            bail!("reports_keep_days, reports_lease_seconds: neither is 0");
        }
        Ok(ReportSettings {
            reports,
            destinations,
            mailer,
            folder: data_dir.join("reports"),
            keep: Duration::from_secs(u64::from(self.keep_days) * 86_400),
            lease: Duration::from_secs(self.lease_seconds.into()),
        })
    }
}
