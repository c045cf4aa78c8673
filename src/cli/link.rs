//! `link`: the registry of tracked links.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use rust_decimal::Decimal;

use super::read;
use super::session::{self, Session};
use crate::config::Settings;
use crate::domain::{Link, Links};
use crate::views::{self, Asked, Format, csv, table};

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
    List(Asked),
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
    about: About,
}

#[derive(Debug, Args)]
struct EditArgs {
    /// The link
    slug: String,
    /// User name or id of the Page, or of the Instagram account
    #[arg(long)]
    page: Option<String>,
    #[command(flatten)]
    about: About,
}

/// What can be said of a link; what is not said stays as it is.
#[derive(Debug, Args)]
struct About {
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

impl About {
    fn apply(self, link: &mut Link) {
        let texts = [
            (self.page_id, &mut link.page_id),
            (self.referral_ref, &mut link.referral_ref),
            (self.text, &mut link.text),
            (self.campaign, &mut link.campaign),
            (self.medium, &mut link.medium),
            (self.owner, &mut link.owner),
            (self.currency, &mut link.currency),
        ];
        for (said, field) in texts {
            *field = said.unwrap_or_else(|| std::mem::take(field));
        }
        link.cost = self.cost.or(link.cost);
        if self.no_cost {
            link.cost = None;
            link.currency.clear();
        }
        link.is_printed = self.printed.unwrap_or(link.is_printed);
        link.is_instagram = self.instagram.unwrap_or(link.is_instagram);
    }
}

/// `link`.
pub(super) async fn run(settings: Settings, args: LinkArgs) -> anyhow::Result<()> {
    let question = match &args.what {
        What::List(asked) => {
            Some(asked.understand(&session::defaults(&settings), session::now_timestamp())?)
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
    question: Option<views::Question>,
) -> anyhow::Result<()> {
    let store = &session.store;
    let public_url = settings.public_url.as_deref();
    if let Some(question) = question {
        let report = views::answer_links(store, &question, public_url).await?;
        return read::print(match question.format.unwrap_or(Format::Table) {
            Format::Table => table::links(&report),
            Format::Csv => csv::links(&report),
            Format::Json => read::json(&report)?,
        });
    }
    // An edit reads a link and writes it again: one after the other.
    let _lock = session::lock(&settings.data_dir, "links.lock")?;
    let links = store.links().await?;
    let link = edited(&links, what)?;
    link.check()?;
    let edited_at = u64::try_from(session::now()).unwrap_or(0) * 1000;
    store.save_link(link.clone(), edited_at).await?;
    for told in link.lint(&links.into_values().collect::<Vec<_>>()) {
        eprintln!("note: {told}");
    }
    let address = public_url.map(|url| views::short_address(url, &link.slug));
    let address =
        address.unwrap_or_else(|| format!("/l/{} (server.public_url is not set)", link.slug));
    read::print(format!("{}\t{address}\t{}\n", link.slug, link.target(None)))
}

/// The link as the command wants it.
fn edited(links: &Links, what: What) -> anyhow::Result<Link> {
    let known = |slug: &str| {
        let link = links.get(slug).cloned();
        link.with_context(|| format!("there is no link {slug:?}; `link list` shows all"))
    };
    Ok(match what {
        What::Add(AddArgs { slug, page, about }) => {
            let mut link = Link { page_id: id_of(&page), ..Link::new("", &page) };
            about.apply(&mut link);
            link.slug = match slug {
                Some(slug) if links.contains_key(&slug) => {
                    bail!("slug: there is a link {slug:?} already; `link edit` changes it")
                }
                Some(slug) => slug,
                None => free_slug(links, &link.referral_ref),
            };
            link
        }
        What::Edit(EditArgs { slug, page, about }) => {
            let mut link = known(&slug)?;
            if let Some(page) = page {
                // Where it was the Page itself, it is the new one.
                if link.page_id == link.page || link.page_id.is_empty() {
                    link.page_id = id_of(&page);
                }
                link.page = page;
            }
            about.apply(&mut link);
            link
        }
        What::Archive { slug, undo } => Link { is_archived: !undo, ..known(&slug)? },
        // Answered before.
        What::List(_) => bail!("a list is no edit"),
    })
}

/// The page, if that is an id.
fn id_of(page: &str) -> String {
    let is_id = page.bytes().all(|byte| byte.is_ascii_digit());
    if is_id { page.to_owned() } else { String::new() }
}

/// A slug made of the ref, with a number if it is taken.
fn free_slug(links: &Links, referral_ref: &str) -> String {
    let letters = referral_ref.to_ascii_lowercase();
    let letters: String = letters
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let words: Vec<&str> = letters.split('-').filter(|word| !word.is_empty()).collect();
    let mut base = words.join("-");
    base.truncate(48);
    let base = match base.trim_matches('-') {
        "" => "link",
        base => base,
    };
    std::iter::once(base.to_owned())
        .chain((2..=links.len() + 2).map(|number| format!("{base}-{number}")))
        .find(|slug| !links.contains_key(slug))
        .unwrap_or_default()
}
