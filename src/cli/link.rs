//! `link`: the registry of tracked links.

use anyhow::bail;
use clap::{Args, Subcommand};
use rust_decimal::Decimal;

use super::clock;
use super::read;
use super::session::{self, Session};
use crate::config::Settings;
use crate::insights::links::{answer_links, short_address};
use crate::insights::query::{QueryParams, Question};
use crate::registry::{About, Edit, EditError, RegistryError};
use crate::render::{frames, table};

/// Arguments of `link`.
#[derive(Debug, Args)]
pub(super) struct LinkArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Register a link; prints its address and where it leads
    Add(AddArgs),
    /// Show all links, and what came of them
    List(Box<QueryParams>),
    /// Change a link
    Edit(EditArgs),
    /// Take a link out of use; it still leads to the thread
    Archive {
        /// The link
        slug: String,
        /// Take it into use again
        #[arg(long)]
        undo: bool,
    },
}

#[derive(Debug, Args)]
struct AddArgs {
    /// Name in our address /l/SLUG [default: made of the ref]
    #[arg(long)]
    slug: Option<String>,
    /// User name or id of the Page, or of the Instagram account
    #[arg(long)]
    page: String,
    #[command(flatten)]
    said: Said,
}

#[derive(Debug, Args)]
struct EditArgs {
    /// The link
    slug: String,
    /// User name or id of the Page, or of the Instagram account
    #[arg(long)]
    page: Option<String>,
    #[command(flatten)]
    said: Said,
}

/// What can be said of a link; what is not said stays as it is.
#[derive(Debug, Args)]
struct Said {
    /// Id of the Page whose conversations it opens [default: the page, if that is an id]
    #[arg(long, value_name = "ID")]
    page_id: Option<String>,
    /// Referral parameter
    #[arg(long = "ref", value_name = "REF")]
    referral_ref: Option<String>,
    /// Text that Messenger puts into the person's input
    #[arg(long)]
    text: Option<String>,
    /// Campaign
    #[arg(long)]
    campaign: Option<String>,
    /// Medium: poster, newsletter, bio
    #[arg(long)]
    medium: Option<String>,
    /// Who looks after it
    #[arg(long)]
    owner: Option<String>,
    /// What making and placing it cost, such as 120.50; needs --currency
    #[arg(long)]
    cost: Option<Decimal>,
    /// Forget the cost
    #[arg(long, conflicts_with_all = ["cost", "currency"])]
    no_cost: bool,
    /// Currency of the cost, such as EUR
    #[arg(long)]
    currency: Option<String>,
    /// Whether it is printed as a QR code
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    printed: Option<bool>,
    /// Whether it leads to Instagram (ig.me)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    instagram: Option<bool>,
}

impl Said {
    fn about(self, page: Option<String>) -> About {
        About {
            page,
            page_id: self.page_id,
            referral_ref: self.referral_ref,
            text: self.text,
            campaign: self.campaign,
            medium: self.medium,
            owner: self.owner,
            cost: if self.no_cost { Some(None) } else { self.cost.map(Some) },
            currency: self.currency,
            is_printed: self.printed,
            is_instagram: self.instagram,
        }
    }
}

/// `link`.
pub(super) async fn run(settings: Settings, args: LinkArgs) -> anyhow::Result<()> {
    let question = match &args.what {
        What::List(asked) => {
            Some(asked.understand(&session::defaults(&settings), clock::now_timestamp())?)
        }
        _ => None,
    };
    let session = Session::open(&settings).await?;
    let done = with_session(&session, &settings, args.what, question).await;
    session.close().await;
    done
}

async fn with_session(
    session: &Session,
    settings: &Settings,
    what: What,
    question: Option<Question>,
) -> anyhow::Result<()> {
    let store = &session.store;
    let public_url = settings.public_url.as_deref();
    if let Some(question) = question {
        let report = answer_links(store, &question, public_url).await?;
        return read::show(question.format, &question.csv, &report, table::links, frames::links);
    }
    let edit = match what {
        What::Add(AddArgs { slug, page, said }) => {
            Edit::Add { slug, about: said.about(Some(page)) }
        }
        What::Edit(EditArgs { slug, page, said }) => Edit::Change { slug, about: said.about(page) },
        What::Archive { slug, undo } => Edit::Archive { slug, is_archived: !undo },
        // Answered before.
        What::List(_) => bail!("a list is no edit"),
    };
    let made = session.registry(settings).make(edit).await;
    let (link, notes) = made.map_err(|error| match error {
        // Bad usage, as the exit code tells.
        RegistryError::Edit(EditError::Link(error)) => error.into(),
        error => anyhow::Error::from(error),
    })?;
    for told in notes {
        eprintln!("note: {told}");
    }
    let address = public_url.map(|url| short_address(url, &link.slug));
    let address =
        address.unwrap_or_else(|| format!("/l/{} (server.public_url is not set)", link.slug));
    read::print(format!("{}\t{address}\t{}\n", link.slug, link.target(None)))
}
