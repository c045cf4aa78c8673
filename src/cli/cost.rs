//! `cost`: what no ad account tells: print runs, links, sponsored messages.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::clock;
use super::read;
use super::session::Session;
use crate::config::Settings;
use crate::domain::{Cost, CostOf, MOST_MONEY, Source, is_currency};
use crate::render::table;
use crate::store::Store;

/// Arguments of `cost`.
#[derive(Debug, Args)]
pub(super) struct CostArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Put a cost down; it is spread evenly over its days
    Add(AddArgs),
    /// Show all costs that were put down
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a cost away
    Remove {
        /// Its number
        id: String,
    },
}

#[derive(Debug, Args)]
struct AddArgs {
    /// The link that it is for, such as a QR code's print run
    #[arg(
        long,
        value_name = "SLUG",
        required_unless_present = "source",
        conflicts_with = "source"
    )]
    link: Option<String>,
    /// The source that it is for, such as sponsored
    #[arg(long)]
    source: Option<String>,
    /// How much, in all
    #[arg(long)]
    amount: Decimal,
    /// Currency, such as EUR
    #[arg(long)]
    currency: String,
    /// The first day that it pays for
    #[arg(long, value_name = "DATE")]
    from: Date,
    /// The last day that it pays for, inclusive [default: the first]
    #[arg(long, value_name = "DATE")]
    through: Option<Date>,
    /// What it was for
    #[arg(long, default_value = "")]
    note: String,
}

/// `cost`.
pub(super) async fn run(settings: Settings, args: CostArgs) -> anyhow::Result<()> {
    let session = Session::open(&settings).await?;
    let done = work(&session.store, args.what).await;
    session.close().await;
    read::print(done?)
}

async fn work(store: &Store, what: What) -> anyhow::Result<String> {
    let version = store.next_version("costs", clock::now_timestamp().micros()).await?;
    let costs = store.costs().await?;
    match what {
        What::Add(args) => {
            let cost = args.check()?;
            if cost.of == CostOf::Link {
                let links = store.links().await?;
                let link = links.get(&cost.name);
                let link = link.with_context(|| format!("there is no link {:?}", cost.name))?;
                if link.cost.is_some() && link.currency != cost.currency {
                    bail!("currency: the link's own cost is in {}", link.currency);
                }
            }
            let same = |known: &&Cost| (known.of, &known.name) == (cost.of, &cost.name);
            if let Some(known) = costs.iter().find(same)
                && known.currency != cost.currency
            {
                bail!("currency: {} has costs in {} already", cost.name, known.currency);
            }
            store.save_cost(&cost, false, version).await?;
            Ok(format!("{}\n", cost.id))
        }
        What::List { json: true } => read::json(&costs),
        What::List { json: false } => Ok(table::expenses(&costs)),
        What::Remove { id } => {
            let cost = costs.iter().find(|cost| cost.id == id);
            let cost = cost.with_context(|| format!("there is no cost {id:?}"))?;
            store.save_cost(cost, true, version).await?;
            Ok(String::new())
        }
    }
}

impl AddArgs {
    fn check(self) -> anyhow::Result<Cost> {
        let (of, name) = match (self.link, self.source) {
            (Some(link), _) => (CostOf::Link, link),
            (None, source) => {
                let source = source.unwrap_or_default();
                if Source::from_name(&source).is_none() {
                    bail!("source: {source:?} is no source such as sponsored or qr");
                }
                if source == Source::Ad.as_str() {
                    bail!("source: what ads cost comes by spend sync or import spend");
                }
                (CostOf::Source, source)
            }
        };
        if !is_currency(&self.currency) {
            bail!("currency: {:?} is none such as EUR", self.currency);
        }
        if self.amount <= Decimal::ZERO || self.amount > Decimal::from(MOST_MONEY) {
            bail!("amount: {} is no amount that something costs", self.amount);
        }
        if self.amount.round_dp(4).is_zero() {
            bail!("amount: {} is less than the smallest amount, 0.0001", self.amount);
        }
        let last = self.through.unwrap_or(self.from);
        // What lies outside is a slip, and more than the database can hold.
        for (name, date) in [("from", self.from), ("through", last)] {
            if !(2004..2100).contains(&date.year()) {
                bail!("{name}: {date} is no day on which something costs");
            }
        }
        if last < self.from {
            bail!("through: {last} is before {}", self.from);
        }
        Ok(Cost {
            id: uuid::Uuid::new_v4().simple().to_string()[..12].to_owned(),
            of,
            name,
            first: self.from,
            last,
            amount: self.amount,
            currency: self.currency,
            note: self.note,
        })
    }
}
