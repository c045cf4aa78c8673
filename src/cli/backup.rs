//! `backup` and `restore`: everything that cannot be made again, as files in a folder.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::clock;
use super::prepared;
use super::progress;
use super::session::Session;
use super::shipping;
use crate::config::Settings;
use crate::domain::Timestamp;
use crate::erasure::{Asker, Subject};
use crate::journal::Journal;
use crate::materializer;
use crate::private;
use crate::store::{KeptTable, Store, table_now};

const MANIFEST: &str = "backup.json";
/// Files and folders of the data folder that are kept: what ClickHouse may not have yet, who logs in, and whom to
/// erase. The checkpoint is copied before the rest, so that what is shipped meanwhile is shipped again.
const BESIDE: [&str; 4] = ["journal/checkpoint", "journal", "session.key", "erasures"];
/// Tables that a fresh database fills by itself.
const OWN: [&str; 3] = ["schema_migrations", "program_settings", "one_time_work"];
const PIECE: usize = 1 << 20;

/// Arguments of `backup` and `restore`.
#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The backup's folder
    folder: PathBuf,
}

/// What a backup holds.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    made_at: String,
    program: String,
    schema: u32,
    tables: Vec<CopiedTable>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CopiedTable {
    name: String,
    bytes: u64,
    sha256: String,
}

/// `backup`.
pub(super) async fn backup(settings: Settings, args: BackupArgs) -> anyhow::Result<()> {
    let folder = &args.folder;
    let told = || folder.display().to_string();
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{}: this folder is not empty; a backup wants one of its own", folder.display());
    }
    private::folder(folder).and_then(|()| private::close(folder)).with_context(told)?;
    let session = Session::open(&settings).await?;
    let made = copy_all(&session.store, &settings, folder).await;
    session.close().await;
    let manifest = made?;
    let bytes: u64 = manifest.tables.iter().map(|table| table.bytes).sum();
    println!(
        "{}: {} tables, {bytes} bytes, schema version {}",
        folder.display(),
        manifest.tables.len(),
        manifest.schema
    );
    Ok(())
}

async fn copy_all(store: &Store, settings: &Settings, folder: &Path) -> anyhow::Result<Manifest> {
    // Who is erased while tables are copied is erased again after a restoration.
    let made_at = clock::now_timestamp().to_rfc3339();
    for name in BESIDE {
        let from = settings.data_dir.join(name);
        copy(&from, &folder.join("data").join(name)).with_context(|| from.display().to_string())?;
    }
    let schema = prepared::prepare(store, settings).await?.version;
    let kept = store.kept_tables().await?;
    let bar = progress::bar(kept.len() as u64, "copying tables");
    let mut tables = Vec::new();
    for table in kept.into_iter().filter(|table| !OWN.contains(&table.name.as_str())) {
        let path = folder.join(format!("{}.native", table.name));
        tables.push(copy_table(store, table.name, &path).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let manifest = Manifest {
        made_at,
        program: format!("messenger-funnel {}", env!("CARGO_PKG_VERSION")),
        schema,
        tables,
    };
    // At the end: a folder without it is no backup. The names of files are on disk before it is.
    private::sync_file_system(folder)?;
    let path = folder.join(MANIFEST);
    let mut file = private::file()
        .create_new(true)
        .write(true)
        .open(&path)
        .with_context(|| path.display().to_string())?;
    file.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
    file.sync_all()?;
    private::sync_folder_of(&path)?;
    Ok(manifest)
}

async fn copy_table(store: &Store, name: String, path: &Path) -> anyhow::Result<CopiedTable> {
    let told = || path.display().to_string();
    let mut file = private::file().create_new(true).write(true).open(path).with_context(told)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut pieces = store.copy_table(&name)?;
    while let Some(piece) = pieces.next().await? {
        file.write_all(&piece).with_context(told)?;
        hash.update(&piece);
        bytes += piece.len() as u64;
    }
    file.sync_all().with_context(told)?;
    Ok(CopiedTable { name, bytes, sha256: hex::encode(hash.finalize()) })
}

/// `restore`.
pub(super) async fn restore(settings: Settings, args: BackupArgs) -> anyhow::Result<()> {
    let folder = &args.folder;
    let path = folder.join(MANIFEST);
    let text = fs::read(&path)
        .with_context(|| format!("{}: without this file it is no backup", path.display()))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
    // All of it is looked at before anything is written.
    for table in &manifest.tables {
        check(&folder.join(format!("{}.native", table.name)), table)?;
    }
    let journal = prepared::journal_folder(&settings);
    if fs::read_dir(&journal).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{}: there is a journal already; restore into an empty data_dir", journal.display());
    }
    let session = Session::open(&settings).await?;
    let done = put_back(&session, &settings, folder, &manifest).await;
    session.close().await;
    done?;
    let made_at = manifest.made_at.parse::<jiff::Timestamp>();
    let made_at =
        made_at.map_or(manifest.made_at, |at| Timestamp(at.as_millisecond()).to_rfc3339());
    println!("restored {} tables as they were at {made_at}", manifest.tables.len());
    Ok(())
}

async fn put_back(
    session: &Session,
    settings: &Settings,
    folder: &Path,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    let store = &session.store;
    let known = prepared::prepare(store, settings).await?.version;
    if manifest.schema > known {
        bail!(
            "the backup is of schema version {}, this program knows {known}: upgrade it",
            manifest.schema
        );
    }
    let kept = store.kept_tables().await?;
    let is_filled = |name: &str| !OWN.contains(&name);
    if let Some(table) = kept.iter().find(|table| table.rows > 0 && is_filled(&table.name)) {
        bail!("the database is not empty: {} has {} rows", table.name, table.rows);
    }
    let bar = progress::bar(manifest.tables.len() as u64, "restoring tables");
    for table in &manifest.tables {
        let path = folder.join(format!("{}.native", table.name));
        // A backup of before the first release has tables under names of that time.
        let Some(name) = table_now(&table.name) else {
            bar.inc(1);
            continue;
        };
        let Some(table) = kept.iter().find(|one| one.name == name) else {
            bail!("{}: this program knows no table {:?}", path.display(), table.name);
        };
        put_table_back(store, table, &path).await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    for name in BESIDE {
        let to = settings.data_dir.join(name);
        copy(&folder.join("data").join(name), &to).with_context(|| to.display().to_string())?;
    }
    private::sync_file_system(&settings.data_dir)?;
    // An earlier version may have made the backup.
    store.forget_done().await?;
    // Tables were copied one after the other while the world went on: events are what counts.
    materializer::rebuild(&session.upkeep(settings), |_, _| {}).await?;
    erase_again(session, settings, manifest).await
}

/// Erases whoever was erased after the backup was made, as far as the data folder knows it.
async fn erase_again(
    session: &Session,
    settings: &Settings,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    let made_at: jiff::Timestamp = manifest.made_at.parse().context("when the backup was made")?;
    let since = made_at.as_millisecond();
    if session.store.erased_after(since).await?.is_empty() {
        return Ok(());
    }
    let journal = Journal::open(&prepared::journal_folder(settings), settings.journal_limits)?;
    shipping::drain(&session.store, settings, &journal, None).await?;
    let eraser = session.eraser(settings, journal)?;
    let mut count = 0;
    // With somebody their other names go.
    while let Some((page, person)) = session.store.erased_after(since).await?.pop_first() {
        let subject = Subject { page: Some(page), person };
        let entry = eraser.ledger.ask(subject, Asker::CommandLine)?;
        eraser.carry_out(entry).await?;
        count += 1;
    }
    println!("erased again who had been erased after the backup was made: {count} people");
    Ok(())
}

async fn put_table_back(store: &Store, table: &KeptTable, path: &Path) -> anyhow::Result<()> {
    let told = || path.display().to_string();
    let mut file = File::open(path).with_context(told)?;
    if file.metadata().with_context(told)?.len() == 0 {
        return Ok(());
    }
    let mut restoring = store.restore_table(table);
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece).with_context(told)?;
        if read == 0 {
            return Ok(restoring.end().await?);
        }
        restoring.send(piece[..read].to_vec().into()).await?;
    }
}

fn check(path: &Path, table: &CopiedTable) -> anyhow::Result<()> {
    let told = || path.display().to_string();
    let mut file = File::open(path).with_context(told)?;
    let mut hash = Sha256::new();
    io::copy(&mut file, &mut Hashing(&mut hash)).with_context(told)?;
    if hex::encode(hash.finalize()) != table.sha256 {
        bail!("{}: it is not what was written; restore another backup", path.display());
    }
    Ok(())
}

struct Hashing<'a>(&'a mut Sha256);

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file, or the files of a folder, unless they are there already; nothing if there is nothing.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let name = entry.file_name();
            // A lock is not what it locks, and room that is being prepared holds nothing.
            if entry.path().is_file() && name != "lock" && name != "spare" {
                copy(&entry.path(), &to.join(name))?;
            }
        }
        return Ok(());
    }
    if !from.exists() || to.exists() {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        private::folder(folder)?;
    }
    let mut file = private::file().create_new(true).write(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut file)?;
    file.sync_all()
}
