//! An import's way into the database: a journal of its own, because a running server holds the main one.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::prepared;
use super::session::{self, Session};
use crate::config::Settings;
use crate::domain::DecimalMark;
use crate::erasure;
use crate::journal::Journal;
use crate::store::{Shipper, StoreError};

/// Lines that are told of when they are wrong.
const TOLD: usize = 20;

/// An import under way.
pub(super) struct Importing<'a> {
    /// What is to be imported goes in here.
    pub journal: Journal,
    session: &'a Session,
    settings: &'a Settings,
    imports: PathBuf,
    folder: PathBuf,
    shipping: JoinHandle<Result<(), StoreError>>,
    all_read: CancellationToken,
}

impl<'a> Importing<'a> {
    /// Opens the journal, and ships what comes in.
    pub(super) async fn begin(
        session: &'a Session,
        settings: &'a Settings,
    ) -> anyhow::Result<Self> {
        let imports = settings.data_dir.join("imports");
        let folder = imports.join(uuid::Uuid::new_v4().simple().to_string());
        erasure::remove_abandoned_imports(&imports, &session.store).await?;
        let journal = {
            // Half made, or half removed, a journal would be taken for abandoned.
            let _lock = session::lock(&imports, "lock")?;
            Journal::open(&folder, settings.journal_limits)?
        };
        // Segments go as soon as they are shipped: the file is still there.
        let normalize = prepared::normalize_settings(settings)?;
        let shipper = Shipper::new(&journal, session.store.clone(), normalize, Duration::ZERO)?;
        let all_read = CancellationToken::new();
        let shipping = tokio::spawn(shipper.run(all_read.clone()));
        Ok(Self { journal, session, settings, imports, folder, shipping, all_read })
    }

    /// Waits until everything that was read can be asked for; `outcome` is that of the reading.
    pub(super) async fn finish(self, outcome: anyhow::Result<()>) -> anyhow::Result<()> {
        self.all_read.cancel();
        self.shipping.await??;
        self.session.upkeep(self.settings).catch_up().await?;
        outcome?;
        // Before the journal gives up its lock: nobody may take it for abandoned.
        let _lock = session::lock(&self.imports, "lock")?;
        std::fs::remove_dir_all(&self.folder)
            .with_context(|| format!("removing {}", self.folder.display()))?;
        drop(self.journal);
        Ok(())
    }
}

/// The argument of `--decimal-mark`.
pub(super) fn decimal_mark(text: &str) -> Result<DecimalMark, String> {
    match text {
        "point" => Ok(DecimalMark::Point),
        "comma" => Ok(DecimalMark::Comma),
        _ => Err("it is point or comma".to_owned()),
    }
}

/// A file's name for messages, and its bytes; `-` is standard input.
///
/// # Errors
/// If it cannot be read.
pub(super) fn read(path: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("standard input")?;
        return Ok(("standard input".to_owned(), bytes));
    }
    let name = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {name}"))?;
    Ok((name, bytes))
}

/// Tells of lines that could not be imported.
///
/// # Errors
/// If there are any.
pub(super) fn tell(failures: &[String]) -> anyhow::Result<()> {
    if failures.is_empty() {
        return Ok(());
    }
    for failure in failures.iter().take(TOLD) {
        eprintln!("{failure}");
    }
    bail!("{} lines could not be imported; all others were", failures.len())
}
