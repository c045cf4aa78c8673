//! `mcp`: answers an assistant over standard input and output.

use std::sync::Arc;

use anyhow::anyhow;
use clap::Args;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::session::Session;
use crate::accounts::{Scope, Who};
use crate::config::Settings;
use crate::mcp;

/// Arguments of `mcp`.
#[derive(Debug, Args)]
pub(super) struct McpArgs {
    /// Show single people, by their ids; without it they have pseudonyms, and lists of people are left out
    #[arg(long)]
    people: bool,
}

/// `mcp`.
pub(super) async fn run(settings: Settings, args: McpArgs) -> anyhow::Result<()> {
    let session = Session::open(&settings).await?;
    let accounts = session.accounts(&settings)?;
    // As they are now: the sender may go.
    let (_, links) = watch::channel(Arc::new(session.store.links().await?));
    let views = session.views(&settings, accounts, links, CancellationToken::new());
    let scopes = if args.people { vec![Scope::Read, Scope::People] } else { vec![Scope::Read] };
    let who = Who {
        name: "this machine".to_owned(),
        scopes,
        is_user: false,
        workspace: None,
        only: None,
    };
    let served = mcp::serve_standard_streams(views, who).await;
    session.close().await;
    served.map_err(|error| anyhow!(error))
}
