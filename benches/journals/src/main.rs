//! Measures the webhook journal against stores that could take its place: the same bodies, the same
//! group commit, the same disk, in turns. Prints a Markdown report.
//!
//! Run it in this folder, for that is where Cargo finds `.cargo/config.toml`:
//! `cargo run --release --locked -- --folder DISK`.

mod backlog;
mod body;
mod contenders;
mod disk;
mod fjall_store;
mod group;
#[path = "../../../src/journal/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the product uses more of it than a benchmark does")]
mod journal;
mod load;
mod log;
mod machine;
mod ours;
mod plan;
#[path = "../../../src/private.rs"]
#[expect(dead_code, reason = "the product uses more of it than a benchmark does")]
mod private;
mod redb_store;
mod report;
mod sqlite;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use clap::Parser;

use backlog::Emptied;
use contenders::CONTENDERS;
use load::Round;
use plan::{Options, Plan};

/// What was measured of one contender.
#[derive(Default)]
struct Measured {
    rounds: Vec<Round>,
    emptied: Option<Emptied>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let folder = tempfile::Builder::new().prefix("journals-").tempdir_in(&options.folder)?;
    let machine = machine::describe(folder.path())?;
    ensure!(!machine.is_in_memory, "{} is no disk: a sync costs nothing there", machine.disk);

    let mut measured: Vec<Measured> = CONTENDERS.iter().map(|_| Measured::default()).collect();
    let mut plan = Plan::new(&options, folder.path());
    for round in 0..options.rounds as usize {
        for turn in 0..CONTENDERS.len() {
            let index = (round + turn) % CONTENDERS.len();
            eprintln!("round {}: {}", round + 1, CONTENDERS[index].name);
            let outcome = in_fresh_folder(&plan.folder, || (CONTENDERS[index].round)(&plan))?;
            if index == 0 {
                plan.batch = usize::try_from(outcome.records / outcome.commits)?;
            }
            measured[index].rounds.push(outcome);
        }
    }
    for (contender, measured) in CONTENDERS.iter().zip(&mut measured) {
        if let Some(empty) = contender.empty {
            eprintln!("backlog: {}", contender.name);
            measured.emptied = Some(in_fresh_folder(&plan.folder, || empty(&plan))?);
        }
    }
    report::print(&options, &machine, &measured);
    Ok(())
}

/// Runs `measure` with `folder` empty, and nothing of an earlier one still on its way to the disk.
fn in_fresh_folder<T>(folder: &Path, measure: impl FnOnce() -> Result<T>) -> Result<T> {
    fs::create_dir(folder)?;
    ensure!(Command::new("sync").status()?.success(), "sync failed");
    let outcome = measure();
    fs::remove_dir_all(folder)?;
    outcome
}
