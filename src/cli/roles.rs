//! What a process of `serve` does: everything, or a part beside others on one ClickHouse.

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::config::Settings;

/// A part of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Role {
    /// Webhooks, visits to links and reported conversions: journaled here, and shipped
    Collector,
    /// Dashboard and API
    Web,
    /// Conversations, reports, spend and what Meta is told: one process of it
    Worker,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// What this process does
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["collector", "web", "worker"])]
    role: Vec<Role>,
}

/// The parts that a process has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Roles(Vec<Role>);

impl Roles {
    /// All of them.
    pub(super) fn all() -> Self {
        Self(vec![Role::Collector, Role::Web, Role::Worker])
    }

    /// Those asked for.
    ///
    /// # Errors
    /// If they need a ClickHouse that several processes can reach, and there is none.
    pub(super) fn new(args: &ServeArgs, settings: &Settings) -> anyhow::Result<Self> {
        let roles = Self(args.role.clone());
        let is_whole = Self::all().0.iter().all(|role| roles.has(*role));
        if !is_whole && settings.clickhouse_url.is_none() {
            bail!(
                "--role: the embedded engine belongs to one process; to split the service, set \
                 clickhouse.url to a ClickHouse that all of them reach"
            );
        }
        Ok(roles)
    }

    pub(super) fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }
}
