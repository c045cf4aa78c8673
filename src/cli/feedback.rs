//! `export-conversions`: tells Meta of conversions. `serve` does the same if `feedback.send` says so.

use std::collections::BTreeMap;

use anyhow::bail;
use clap::Args;
use metrics::counter;
use serde_json::json;
use tokio::sync::watch;

use super::clock;
use super::session::Session;
use super::{read, spend};
use crate::config::Settings;
use crate::domain::Period;
use crate::feedback::{self, FeedbackSettings, OF_REGION, Sorted};
use crate::jobs::Round;
use crate::meta::{Graph, MessagingEvent};
use crate::store::{FeedbackRow, Span, Store, Told};

/// Rows that are asked for at once.
const PAGE: usize = 1000;

/// Arguments of `export-conversions`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch")]
pub(super) struct FeedbackArgs {
    /// Send; without it only what would be sent is shown
    #[arg(long, conflicts_with = "refused")]
    send: bool,
    /// Show the events that Meta has refused in the last 28 days, with its reasons
    #[arg(long)]
    refused: bool,
    /// Have those sent again, after what Meta minds was mended
    #[arg(long, requires = "refused")]
    again: bool,
    /// As JSON: the events as Meta gets them
    #[arg(long)]
    json: bool,
}

/// `export-conversions`.
pub(super) async fn run(settings: Settings, args: FeedbackArgs) -> anyhow::Result<()> {
    if settings.feedback.datasets.is_empty() && !args.refused {
        bail!("meta.datasets names no dataset: add PAGE = \"DATASET\"");
    }
    let session = Session::open(&settings).await?;
    let outcome = work(&settings, &session.store, &args).await;
    session.close().await;
    read::print(outcome?)
}

async fn work(settings: &Settings, store: &Store, args: &FeedbackArgs) -> anyhow::Result<String> {
    let how = &settings.feedback;
    if args.refused {
        return refused(settings, store, args).await;
    }
    if args.send {
        let graph = spend::graph(settings)?;
        let passed = feedback::pass(&graph, store, how, clock::now).await?;
        return Ok(format!(
            "{} sent, {} refused, {} withheld, {} too old\n",
            passed.sent, passed.refused, passed.withheld, passed.expired
        ));
    }
    let sorted = feedback::plan(store, how, clock::now()).await?;
    if args.json {
        let events = sorted.due.iter().map(|(dataset, events)| {
            let events: Vec<_> = events.iter().map(MessagingEvent::to_json).collect();
            json!({ "dataset": dataset, "data": events })
        });
        return read::json(&events.collect::<Vec<_>>());
    }
    Ok(told(&sorted))
}

/// What would be sent.
fn told(sorted: &Sorted) -> String {
    let mut told = String::new();
    for (dataset, events) in &sorted.due {
        told = format!("{told}dataset {dataset}: {} events would be sent\n", events.len());
    }
    if sorted.due.is_empty() {
        told.push_str("nothing would be sent\n");
    }
    let expired = sorted.kept.iter().filter(|one| one.status == "expired").count();
    for (count, what) in [(sorted.withheld, "withheld without consent"), (expired, "too old")] {
        if count > 0 {
            told = format!("{told}{count} {what}\n");
        }
    }
    for (page, count) in &sorted.without_dataset {
        told = format!("{told}{count} of Page {page}, which has no dataset (meta.datasets)\n");
    }
    for (number, count) in &sorted.without_account {
        told = format!(
            "{told}{count} of WhatsApp number {number}, whose business account is not known until its next message\n"
        );
    }
    format!("{told}This was a dry run: --send sends.\n")
}

async fn refused(
    settings: &Settings,
    store: &Store,
    args: &FeedbackArgs,
) -> anyhow::Result<String> {
    let now = clock::now_timestamp();
    let period = Period::last_days(28, &settings.time_zone, now)?;
    let mut listed = String::new();
    let mut again = Vec::new();
    let mut of_region: BTreeMap<String, usize> = BTreeMap::new();
    let span = Span {
        period: &period,
        status: "refused",
        reached: "",
        missed: "",
        filters: &[],
        after: None,
        offset: 0,
        limit: u64::MAX,
    };
    let mut rows = store.list::<FeedbackRow>(&span)?;
    loop {
        let some = rows.next(PAGE).await?;
        if some.is_empty() {
            break;
        }
        for row in some {
            // Behind the refusal, which stands in whole milliseconds here.
            let version = now.micros().max(crate::domain::Timestamp(row.told_at.0 + 1).micros());
            let time = row.time.0;
            let at = crate::domain::Timestamp(time).to_rfc3339();
            if feedback::was_of_region(&row.reason) {
                *of_region.entry(row.page_id).or_default() += 1;
                continue;
            }
            listed.extend([&row.event_id, " ", &row.event_name, " ", &at, ": ", &row.reason, "\n"]);
            again.push(Told {
                event_id: row.event_id,
                event_name: row.event_name,
                page_id: row.page_id,
                person_id: row.person_id,
                time,
                status: "again".to_owned(),
                reason: row.reason,
                trace: row.trace,
                version,
            });
        }
    }
    for (page, count) in of_region {
        listed =
            format!("{listed}Page {page}: {count} events {OF_REGION}; they are not sent again\n");
    }
    if args.again {
        store.save_feedback(&again).await?;
        return Ok(format!("{} events will be sent again\n", again.len()));
    }
    if listed.is_empty() {
        listed.push_str("Meta has refused nothing in the last 28 days\n");
    }
    Ok(listed)
}

/// Sends what is due, as `serve` does.
#[derive(Debug)]
pub(super) struct Sending {
    store: Store,
    how: FeedbackSettings,
    graph: watch::Receiver<Option<Graph>>,
}

impl Sending {
    /// `None` if the settings do not say so.
    pub(super) fn new(now: &watch::Receiver<Settings>, store: &Store) -> Option<Self> {
        let settings = now.borrow().clone();
        if !settings.send_feedback || settings.feedback.datasets.is_empty() {
            return None;
        }
        let graph = spend::graph_now(now, "conversions cannot be sent to Meta");
        Some(Self { store: store.clone(), how: settings.feedback, graph })
    }

    /// Sends once.
    pub(super) async fn round(&self) -> Round {
        let Some(graph) = self.graph.borrow().clone() else { return Round::Last };
        match feedback::pass(&graph, &self.store, &self.how, clock::now).await {
            Ok(_) => Round::Done,
            Err(error) => {
                counter!("messenger_funnel_feedback_failures_total").increment(1);
                tracing::error!(%error, "not all conversions could be sent to Meta");
                Round::Failed
            }
        }
    }
}
