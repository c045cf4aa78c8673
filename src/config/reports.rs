//! `[[reports]]`, `[destinations]` and `[smtp]`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;

use super::keys::{Section, key, section};
use crate::analysis::{DEFAULT_FUNNEL, Funnels};
use crate::insights::query::Defaults;
use crate::reports::{ReportSettings, WrittenDestination, WrittenReport, WrittenSmtp};

pub(super) const SECTION: Section = section(
    "[[reports]]",
    "Scheduled reports, also made on the page Reports: see [reports](../guides/reports.md).",
    &[
        key(
            "name",
            "",
            "by which it is known, and which stands in file names: letters, digits, `-` and `_`",
        ),
        key("title", "", "what people call it; without it its name"),
        key(
            "question",
            "\"funnel\"",
            "`funnel`, `attribution`, `ads`, `links`, `response-times`, `cohorts`, `audience`, `reconciliation`, or rows: `conversations`, `touchpoints`, `conversions`",
        ),
        key("funnel", "\"click-to-messenger\"", "which funnel, of the question `funnel`"),
        key(
            "range",
            "\"yesterday\"",
            "`today`, `yesterday`, `last_7_days` (any number of whole days), `this_week`, `last_week` (from Monday), `this_month`, `last_month`: as of the instant at which the report is due",
        ),
        key("by", "[]", "breakdown of funnel, attribution and ads"),
        key(
            "filters",
            "{}",
            "only what has these values, of funnel, conversations and touchpoints: `{ source = \"ad\", campaign = \"Autumn\" }`",
        ),
        key("top", "", "rows of the breakdown at most"),
        key("model", "", "attribution model; without it that of the settings"),
        key("conversion", "", "of attribution: only conversions of this name"),
        key(
            "lookback_days",
            "",
            "of attribution: days before a conversion in which touchpoints earn credit; without it those of the settings",
        ),
        key(
            "schedule",
            "\"\"",
            "when: cron, as minute, hour, day of month, month, day of week; empty: by hand only",
        ),
        key("time_zone", "\"\"", "zone of schedule, range and days; empty: that of the settings"),
        key(
            "formats",
            "[\"csv\"]",
            "files that are made: `csv`, `xlsx`, `parquet`, `arrow`, `json`",
        ),
        key(
            "locale",
            "\"\"",
            "CSV as numbers are written there (BCP 47: `fr`, `de-CH`): decimal comma, semicolons",
        ),
        key("bom", "false", "whether CSV begins with a byte order mark, for Excel"),
        key("to", "[]", "names of destinations; without any the files are on the page"),
    ],
);

pub(super) const DESTINATION: Section = section(
    "[destinations.NAME]",
    "Where reports go: exactly one of `folder`, `bucket`, `mail` and `webhook`.",
    &[
        key(
            "folder",
            "",
            "files appear whole, never half; their owner alone reads them, and the group of a folder that its group may read (`chgrp`, `chmod 2750`)",
        ),
        key("bucket", "", "`s3://bucket/path`, `gs://bucket/path` or `az://container/path`"),
        key(
            "options",
            "{}",
            "of a bucket: table of what the store needs, as the crate `object_store` calls it: `aws_region`, `aws_access_key_id`, `aws_secret_access_key`, `aws_endpoint`, `google_service_account_path`, `azure_storage_account_name`, `azure_storage_account_key`, …; with `_file` behind it a key names a file that holds the value",
        ),
        key(
            "mail",
            "",
            "addresses, a list, with commas in the environment: the figures as a picture and a table, the files attached up to 15 MB; needs `[smtp]`",
        ),
        key(
            "webhook",
            "",
            "a chat's incoming webhook, in the form of Slack: the figures as a table, and a link to the files if `server.public_url` is set",
        ),
        key("webhook_file", "", "a file that holds it"),
        key(
            "form",
            "\"slack\"",
            "of a webhook: `slack`, `teams` (an adaptive card) or `json` (`id`, `kind`, `title`, `covers`, `text`, `link`; signed)",
        ),
        key(
            "secret",
            "",
            "of a webhook of the form `json`: the key of the HMAC-SHA-256 of its body, which stands in the header `X-Messenger-Funnel-Signature` as `sha256=…`",
        ),
        key("secret_file", "", "a file that holds it"),
        key(
            "workspace",
            "",
            "name of the workspace whose members may send reports and notices there; without it only people of all workspaces",
        ),
    ],
);

pub(super) const SMTP: Section = section(
    "[smtp]",
    "By whom mail is sent.",
    &[
        key("host", "", "the mail server"),
        key("port", "", "its port; without it 587, with `tls` 465, with `none` 25"),
        key("user", "", "name at the mail server"),
        key("password", "", "password at the mail server"),
        key("password_file", "", "a file that holds it"),
        key("encryption", "\"starttls\"", "`starttls`, `tls` or `none`"),
        key("from", "", "the sender: `Reports <reports@shop.example>`"),
    ],
);

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
        let (mut destinations, mut owners) = (BTreeMap::new(), BTreeMap::new());
        for (name, written) in self.destinations {
            if let Some(workspace) = &written.workspace {
                owners.insert(name.clone(), workspace.clone());
            }
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
            owners,
            mailer,
            folder: data_dir.join("reports"),
            keep: Duration::from_secs(u64::from(self.keep_days) * 86_400),
            lease: Duration::from_secs(self.lease_seconds.into()),
        })
    }
}
