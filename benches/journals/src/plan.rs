//! What to measure: the command line, and what follows from it for one turn of one contender.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use clap::value_parser;

use crate::body;

/// Measures the webhook journal against stores that could take its place.
#[derive(Debug, Parser)]
pub struct Options {
    /// A folder on the disk to measure; a temporary folder is made in it
    #[arg(long, default_value = ".")]
    pub folder: PathBuf,
    /// How often each contender has its turn
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Length of one turn
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// Tasks that append, each one record after the other
    #[arg(long, default_value_t = 64, value_parser = value_parser!(u32).range(1..))]
    pub tasks: u32,
    /// Bytes of a body
    #[arg(long, default_value_t = 600, value_parser = value_parser!(u32).range(body::SHORTEST..))]
    pub size: u32,
    /// Records that are read back and deleted
    #[arg(long, default_value_t = 1_000_000)]
    pub records: u32,
}

/// One turn of one contender.
pub struct Plan {
    /// Where the contender puts its files; empty when its turn begins.
    pub folder: PathBuf,
    pub seconds: Duration,
    pub tasks: u32,
    pub size: usize,
    pub records: u32,
    /// Records that one write to the bare disk carries: as many as the journal's commits did.
    pub batch: usize,
}

impl Plan {
    pub fn new(options: &Options, folder: &Path) -> Self {
        Self {
            folder: folder.join("turn"),
            seconds: Duration::from_secs(options.seconds),
            tasks: options.tasks,
            size: options.size as usize,
            records: options.records,
            batch: options.tasks as usize,
        }
    }
}
