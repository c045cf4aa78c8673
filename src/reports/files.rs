//! The files of a run: made in a folder of their own, which is there whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::dataset::{self, Answering};
use super::definition::{Report, WrittenReport};
use crate::domain::Timestamp;
use crate::insights::error::AnswerError;
use crate::insights::format::Format;
use crate::insights::query::Question;
use crate::private;
use crate::store::StoreError;

/// Why files were not made.
#[derive(Debug, Error)]
pub enum MakeError {
    /// The question could not be answered.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The disk failed.
    #[error("{path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// One file of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeFile {
    /// Its name.
    pub name: String,
    /// Rows of the answer, without a head.
    pub rows: u64,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// A file that was to be made and could not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The name that it would have.
    pub name: String,
    /// Why, such as that a spreadsheet has no room for so many rows.
    pub reason: String,
}

/// What the figures knew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermark {
    /// Time of the newest event, RFC 3339.
    pub last_event: String,
    /// When conversations were last made of new events, RFC 3339.
    pub made_at: String,
}

/// The side file: by which question, over what, and of which state of the data the files were made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// Name of the report.
    pub report: String,
    /// The run.
    pub run: String,
    /// What it is made of.
    pub definition: WrittenReport,
    /// SHA-256 of what the figures depend on.
    pub definition_hash: String,
    /// The instant as of which it was asked, RFC 3339.
    pub due_at: String,
    /// Begin of the range, RFC 3339.
    pub from: String,
    /// End of the range, exclusive, RFC 3339.
    pub to: String,
    /// The zone of its days.
    pub time_zone: String,
    /// What the figures knew.
    pub watermark: Watermark,
    /// The files.
    pub files: Vec<MadeFile>,
    /// Files that could not be made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// The program.
    pub program: String,
}

/// A run's folder and what lies in it.
#[derive(Debug)]
pub struct Made {
    /// Where.
    pub folder: PathBuf,
    /// The side file.
    pub side: Side,
    side_name: String,
}

impl Made {
    /// The files in the order of delivery: the side file at the end, so that who sees it sees all.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        let names = self.side.files.iter().map(|file| &file.name).chain([&self.side_name]);
        names.map(|name| self.folder.join(name)).collect()
    }
}

/// Name of a run's folder and of its files, without an ending: it says when the run was due.
#[must_use]
pub fn base_name(report: &str, due: Timestamp, by_hand: bool) -> String {
    let instant = jiff::Timestamp::from_millisecond(due.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    // Two runs by hand may come in one minute.
    let form = if by_hand { "%Y-%m-%d_%H%M%SZ" } else { "%Y-%m-%d_%H%MZ" };
    format!("{report}_{}", instant.strftime(form))
}

/// The files that an earlier attempt of a run has made in its report's folder, of the same question, if they are whole.
#[must_use]
pub fn made_before(hash: &str, run: &str, folder: &Path) -> Option<Made> {
    let whole = folder.join(run);
    let side_name = format!("{run}.json");
    let side = known(&whole.join(&side_name), run, hash)?;
    Some(Made { folder: whole, side, side_name })
}

/// Makes the files of a run in its report's folder, in place of those that are there. `hash` is that of the report.
///
/// # Errors
/// If the question cannot be answered, or the disk refuses.
pub async fn make(
    report: &Report,
    hash: &str,
    run: &str,
    question: &Question,
    answering: &Answering<'_>,
    folder: &Path,
) -> Result<Made, MakeError> {
    let base = run;
    let whole = folder.join(base);
    let side_name = format!("{base}.json");
    let part = folder.join(format!(".{base}.part"));
    let on_disk = |path: &Path| {
        let path = path.to_owned();
        move |source| MakeError::Disk { path, source }
    };
    for left in [&part, &whole] {
        match fs::remove_dir_all(left) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(on_disk(left)(error));
            }
            _ => {}
        }
    }
    private::folder(&part).map_err(on_disk(&part))?;
    // Before the rows are read: what comes in meanwhile is not promised.
    let state = answering.store.collection_state().await?;
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    for format in &report.formats {
        // The side file is JSON already.
        let name = match format {
            Format::Json => format!("{base}.rows.json"),
            format => format!("{base}.{}", format.as_str()),
        };
        let path = part.join(&name);
        let file = private::create(&path).map_err(on_disk(&path))?;
        let written = dataset::write(answering, &report.topic, question, *format, file).await;
        let rows = match written {
            Ok(rows) => rows,
            // What one form has no room for, another may have.
            Err(AnswerError::Unwritten(reason)) => {
                tracing::error!(name, reason, "a report's file could not be written");
                fs::remove_file(&path).map_err(on_disk(&path))?;
                left_out.push(LeftOut { name, reason });
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let (bytes, sha256) = measured(&path).map_err(on_disk(&path))?;
        files.push(MadeFile { name, rows, bytes, sha256 });
    }
    if files.is_empty()
        && let Some(LeftOut { reason, .. }) = left_out.pop()
    {
        return Err(AnswerError::Unwritten(reason).into());
    }
    let side = Side {
        report: report.name().to_owned(),
        run: run.to_owned(),
        definition: report.written.clone(),
        definition_hash: hash.to_owned(),
        due_at: answering.now.to_rfc3339(),
        from: question.period.from.to_rfc3339(),
        to: question.period.to.to_rfc3339(),
        time_zone: report.zone().to_owned(),
        watermark: Watermark {
            last_event: Timestamp(state.last_event).to_rfc3339(),
            made_at: Timestamp(state.made_at).to_rfc3339(),
        },
        files,
        left_out,
        program: format!("messenger-funnel {}", env!("CARGO_PKG_VERSION")),
    };
    let path = part.join(&side_name);
    let text = serde_json::to_vec_pretty(&side).map_err(io::Error::from);
    text.and_then(|text| private::replace(&path, &text)).map_err(on_disk(&path))?;
    fs::rename(&part, &whole).map_err(on_disk(&whole))?;
    // Before the run says that they are there.
    private::sync_folder_of(&whole).map_err(on_disk(&whole))?;
    Ok(Made { folder: whole, side, side_name })
}

/// The side file of a run that was made before, of the same question, if all its files are whole.
fn known(path: &Path, run: &str, hash: &str) -> Option<Side> {
    let side: Side = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let is_whole = |file: &MadeFile| {
        let found = measured(&path.with_file_name(&file.name)).ok();
        found == Some((file.bytes, file.sha256.clone()))
    };
    let is_same = side.run == run && side.definition_hash == hash;
    (is_same && side.files.iter().all(is_whole)).then_some(side)
}

fn measured(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    file.sync_all()?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = io::Read::read(&mut file, &mut buffer)?;
        if read == 0 {
            return Ok((bytes, hex::encode(hash.finalize())));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

/// What a period covers, in words: days where it is made of days.
#[must_use]
pub fn covers(question: &Question) -> String {
    let zone = question.period.zone.iana_name().unwrap_or("UTC");
    match question.period.whole_days() {
        Some((first, last)) if first == last => format!("{first} ({zone})"),
        Some((first, last)) => format!("{first} to {last} ({zone})"),
        None => {
            let local = |at: Timestamp| {
                jiff::Timestamp::from_millisecond(at.0).map_or_else(
                    |_| at.to_rfc3339(),
                    |at| {
                        let zone = question.period.zone.clone();
                        at.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M").to_string()
                    },
                )
            };
            format!("{} to {} ({zone})", local(question.period.from), local(question.period.to))
        }
    }
}
