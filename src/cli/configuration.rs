//! `config check`: whether a server would start with these settings, without starting one.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::config::{DEFAULT_FILE, Settings};

/// Arguments of `config`.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Read all settings and secrets, and say what is wrong or worth knowing; starts nothing
    Check,
}

/// `config`.
pub(super) fn run(file: Option<&Path>, args: &ConfigArgs) -> anyhow::Result<ExitCode> {
    let What::Check = args.what;
    let settings = Settings::load(file)?;
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    let place = if path.exists() {
        format!("{} and the environment", path.display())
    } else {
        "the environment (there is no settings file)".to_owned()
    };
    println!("the settings are right: {place}");
    for note in notes(&settings) {
        println!("note: {note}");
    }
    Ok(ExitCode::SUCCESS)
}

/// What is no error and may not be meant.
fn notes(settings: &Settings) -> Vec<String> {
    let mut notes = Vec::new();
    if settings.app_secrets.is_empty() {
        notes.push("meta.app_secrets is empty: every webhook will be refused".to_owned());
    }
    if settings.verify_tokens.is_empty() {
        notes.push("meta.verify_token is empty: Meta cannot verify the webhook".to_owned());
    }
    if settings.public_url.is_none() {
        notes.push(
            "server.public_url is not set: tracked links have no address, and cookies are sent without https too"
                .to_owned(),
        );
    }
    if !settings.listen.ip().to_canonical().is_loopback() && settings.public_url.is_none() {
        notes.push(format!("server.listen: {} is reached from elsewhere", settings.listen));
    }
    if settings.clickhouse_url.is_none() {
        notes.push("clickhouse.url is not set: the embedded engine is used".to_owned());
    }
    notes
}
