//! `workspace`: Pages and ad accounts that are looked at together and alone.

use anyhow::Context;
use clap::{Args, Subcommand};

use super::read;
use super::session::Session;
use crate::accounts::Accounts;
use crate::config::Settings;
use crate::domain::{Workspace, WorkspaceFault};
use crate::language::Language;

/// Who edits.
const WHO: &str = "this machine";

/// Arguments of `workspace`.
#[derive(Debug, Args)]
pub(super) struct WorkspaceArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a workspace; users and tokens are put into it on the page Settings
    Add(EditArgs),
    /// Show all workspaces, their members, and ids of which nothing is known
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Change a workspace; what is not said stays as it is
    Edit(EditArgs),
    /// Remove a workspace that has no members; what was made in it is kept, and shown to nobody any more
    Remove {
        /// The workspace
        name: String,
    },
}

#[derive(Debug, Args)]
struct EditArgs {
    /// Its name: small letters, digits and -; it is never given again
    name: String,
    /// What people call it
    #[arg(long)]
    title: Option<String>,
    /// Ids of its Pages, Instagram accounts and WhatsApp numbers, with commas; all of them
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pages: Option<Vec<String>>,
    /// Ids of its ad accounts, with commas; all of them
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    ad_accounts: Option<Vec<String>>,
    /// Zone of its days, such as Europe/Paris; empty: that of the settings
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Currency of its goals where none is said, such as EUR
    #[arg(long)]
    currency: Option<String>,
    /// Language of its pages and notices where nobody has chosen one, such as fr
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
}

impl EditArgs {
    fn apply(self, workspace: &mut Workspace) {
        let ids = |ids: Vec<String>| {
            let ids = ids.into_iter().map(|id| id.trim().to_owned());
            ids.filter(|id| !id.is_empty()).collect()
        };
        let own = |said: Option<String>, known: &mut String| {
            *known = said.unwrap_or_else(|| std::mem::take(known));
        };
        own(self.title, &mut workspace.title);
        own(self.time_zone, &mut workspace.time_zone);
        own(self.currency, &mut workspace.currency);
        own(self.language, &mut workspace.language);
        if let Some(pages) = self.pages {
            workspace.pages = ids(pages);
        }
        if let Some(accounts) = self.ad_accounts {
            workspace.ad_accounts = ids(accounts);
        }
    }

    fn check(&self) -> Result<(), WorkspaceFault> {
        match &self.language {
            Some(tag) if !tag.is_empty() && Language::tagged(tag).is_none() => {
                Err(WorkspaceFault::Language(tag.clone()))
            }
            _ => Ok(()),
        }
    }
}

/// `workspace`.
pub(super) async fn run(settings: Settings, args: WorkspaceArgs) -> anyhow::Result<()> {
    let session = Session::open(&settings).await?;
    let done = async {
        let accounts = session.accounts(&settings)?;
        accounts.refresh().await?;
        work(&accounts, args.what).await
    };
    let done = done.await;
    session.close().await;
    read::print(done?)
}

async fn work(accounts: &Accounts, what: What) -> anyhow::Result<String> {
    let kept = match what {
        What::Add(args) => {
            args.check()?;
            let mut workspace = Workspace { name: args.name.clone(), ..Workspace::default() };
            args.apply(&mut workspace);
            accounts.add_workspace(workspace, WHO).await?
        }
        What::Edit(args) => {
            args.check()?;
            let name = args.name.clone();
            accounts.edit_workspace(&name, WHO, |workspace| args.apply(workspace)).await?
        }
        What::Remove { name } => {
            accounts.remove_workspace(&name, WHO).await?;
            return Ok(String::new());
        }
        What::List { json } => return list(accounts, json).await,
    };
    for id in accounts.unknown_ids(&kept).await? {
        eprintln!("note: nothing is known of {id} yet");
    }
    Ok(format!("{}\n", kept.name))
}

async fn list(accounts: &Accounts, is_json: bool) -> anyhow::Result<String> {
    let known = accounts.known();
    let mut all = Vec::new();
    for workspace in &known.workspaces {
        let unknown = accounts.unknown_ids(workspace).await?;
        all.push((workspace, accounts.members(&workspace.name), unknown));
    }
    if is_json {
        let told = all.iter().map(|(workspace, members, unknown)| {
            let mut told = serde_json::to_value(workspace).context("a workspace")?;
            told["name"] = serde_json::json!(workspace.name);
            told["members"] = serde_json::json!(members);
            told["unknown"] = serde_json::json!(unknown);
            Ok(told)
        });
        let told = told.collect::<anyhow::Result<Vec<_>>>()?;
        return read::json(&serde_json::json!({ "workspaces": told }));
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table.set_header(["workspace", "title", "pages", "ad accounts", "zone", "members", "unknown"]);
    for (workspace, members, unknown) in all {
        table.add_row([
            workspace.name.clone(),
            workspace.title.clone(),
            workspace.pages.join(", "),
            workspace.ad_accounts.join(", "),
            workspace.time_zone.clone(),
            members.join(", "),
            unknown.join(", "),
        ]);
    }
    Ok(format!("{table}\n"))
}
