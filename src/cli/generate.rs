//! `generate`: synthetic traffic as JSON lines, and the true figures beside it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use jiff::tz::TimeZone;

use super::clock;
use super::progress;
use crate::domain::{Period, Timestamp, parse_instant};
use crate::synthetic::{Plan, Traffic};

/// Arguments of `generate`.
#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// How many people write
    #[arg(long, default_value_t = 5_000)]
    people: u64,
    /// The same seed (and range) gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// First day (UTC) or RFC 3339 instant [default: 29 days before the end]
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Day or instant behind the last event [default: today's first instant, UTC]
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Only Messenger and Instagram, on the wire of before 2026
    #[arg(long)]
    classic: bool,
    /// With a season, a campaign that begins and an ad that people tire of, as the demo has them
    #[arg(long)]
    story: bool,
    /// By how many percent days differ beyond chance, in how many people write and in how far they go on
    #[arg(long, value_name = "PERCENT", default_value_t = 0,
          value_parser = clap::value_parser!(u32).range(0..=30))]
    variation: u32,
    /// Write the true figures to this file, as JSON
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Write the traffic to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl GenerateArgs {
    fn plan(&self) -> anyhow::Result<Plan> {
        let utc = TimeZone::UTC;
        let to = match &self.to {
            Some(text) => parse_instant(text, &utc).context("--to")?,
            None => Period::last_days(0, &utc, clock::now_timestamp())?.from,
        };
        let from = match &self.from {
            Some(text) => parse_instant(text, &utc).context("--from")?,
            // With today these are the thirty days that the read commands show by default.
            None => Timestamp(to.0 - 29 * crate::domain::DAY_MS),
        };
        Period::new(from, to, utc)?;
        let (has_newest, has_story) = (!self.classic, self.story);
        let Self { seed, people, variation, .. } = *self;
        Ok(Plan { seed, people, from, to, has_newest, has_story, variation })
    }
}

/// `generate`.
pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<()> {
    let mut traffic = Traffic::new(args.plan()?);
    let file = |path: &PathBuf| {
        File::create(path).with_context(|| format!("cannot write {}", path.display()))
    };
    let mut out: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(BufWriter::new(file(path)?)),
        None => Box::new(BufWriter::new(std::io::stdout().lock())),
    };
    let bar = progress::bar(args.people, "people");
    while let Some(body) = traffic.next() {
        out.write_all(&body).and_then(|()| out.write_all(b"\n")).context("writing the traffic")?;
        bar.set_position(traffic.people_so_far());
    }
    out.flush().context("writing the traffic")?;
    bar.finish_and_clear();
    if let Some(path) = &args.truth {
        serde_json::to_writer_pretty(file(path)?, traffic.truth())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
