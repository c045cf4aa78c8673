//! `doctor`: looks at everything that has to be right, and says what to do about what is not.

mod checks;
mod graph;

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::read;
use crate::config::Settings;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    Good,
    /// It works, but something will be missing.
    Warning,
    Bad,
    /// It was not looked at, because the settings do not name it.
    Skipped,
}

/// One look.
#[derive(Debug, Serialize)]
struct Finding {
    what: String,
    health: Health,
    told: String,
    /// What to do about it; empty if nothing.
    advice: String,
}

impl Finding {
    fn new(what: impl Into<String>, health: Health, told: impl Into<String>) -> Self {
        Self { what: what.into(), health, told: told.into(), advice: String::new() }
    }

    fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }
}

/// `doctor`; a failure if anything is bad.
pub(super) async fn run(settings: Settings, args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let mut findings = checks::settings(&settings);
    findings.extend(checks::disk(&settings));
    findings.push(checks::journal(&settings));
    findings.extend(checks::clickhouse(&settings).await);
    findings.extend(checks::door(&settings).await);
    findings.extend(graph::findings(&settings).await);
    read::print(if args.json { read::json(&findings)? } else { told(&findings) })?;
    let is_bad = findings.iter().any(|finding| finding.health == Health::Bad);
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn told(findings: &[Finding]) -> String {
    let mut told = String::new();
    for finding in findings {
        let mark = match finding.health {
            Health::Good => "✓",
            Health::Warning => "!",
            Health::Bad => "✗",
            Health::Skipped => "–",
        };
        told = format!("{told}{mark} {}: {}\n", finding.what, finding.told);
        if !finding.advice.is_empty() {
            told = format!("{told}    {}\n", finding.advice);
        }
    }
    let count = |health| findings.iter().filter(|finding| finding.health == health).count();
    let (bad, warnings) = (count(Health::Bad), count(Health::Warning));
    format!("{told}\n{bad} bad, {warnings} warnings\n")
}
