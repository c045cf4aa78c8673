//! The journal: what is acknowledged is read back, whatever happened to the file.

use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use messenger_funnel::journal::{
    Envelope, EnvelopeKind, Journal, JournalError, Position, has_unread,
};
use tempfile::TempDir;

fn envelope(number: usize) -> Envelope {
    let body = Bytes::from(format!("body {number} {}", "x".repeat(number * 7)));
    Envelope {
        kind: EnvelopeKind::Webhook,
        received_at_ms: 1_795_521_600_000 + number as i64,
        body,
    }
}

async fn written(folder: &TempDir, count: usize) -> Vec<Position> {
    let journal = Journal::open(folder.path()).unwrap();
    let mut ends = Vec::new();
    for number in 0..count {
        ends.push(journal.append(envelope(number)).await.unwrap());
    }
    ends
}

fn everything(journal: &Journal) -> Vec<Envelope> {
    let mut reader = journal.reader().unwrap();
    let mut found = Vec::new();
    loop {
        let batch = reader.peek(journal.durable(), 64).unwrap();
        if batch.records.is_empty() {
            return found;
        }
        found.extend(batch.records.into_iter().map(|(_, envelope)| envelope));
        reader.advance(batch.end).unwrap();
    }
}

/// Opens, waiting for the earlier writer's thread to give up the lock.
fn reopen(folder: &TempDir) -> Journal {
    for _ in 0..500 {
        match Journal::open(folder.path()) {
            Err(JournalError::Locked(_)) => std::thread::sleep(std::time::Duration::from_millis(2)),
            opened => return opened.unwrap(),
        }
    }
    panic!("the lock was never given up");
}

fn segment(folder: &TempDir) -> PathBuf {
    folder.path().join("00000000000000000001.journal")
}

#[tokio::test]
async fn what_was_appended_is_read_back_in_order_by_the_next_process() {
    let folder = TempDir::new().unwrap();
    written(&folder, 20).await;
    assert!(has_unread(folder.path()).unwrap());
    let journal = reopen(&folder);
    journal.append(envelope(20)).await.unwrap();
    assert_eq!(everything(&journal), (0..21).map(envelope).collect::<Vec<_>>());
    assert!(!has_unread(folder.path()).unwrap());
    drop(journal);
    assert_eq!(everything(&reopen(&folder)), []);
}

#[tokio::test]
async fn a_torn_tail_costs_only_the_records_that_were_torn() {
    let folder = TempDir::new().unwrap();
    let ends = written(&folder, 6).await;
    let whole = fs::read(segment(&folder)).unwrap();
    drop(reopen(&folder));
    for length in 0..=whole.len() {
        let folder = TempDir::new().unwrap();
        fs::write(segment(&folder), &whole[..length]).unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        journal.append(envelope(99)).await.unwrap();
        let complete = ends.iter().filter(|end| end.offset as usize <= length).count();
        let mut expected: Vec<_> = (0..complete).map(envelope).collect();
        expected.push(envelope(99));
        assert!(everything(&journal) == expected, "cut at {length}");
    }
}

#[tokio::test]
async fn a_flipped_bit_never_passes_for_a_record() {
    let folder = TempDir::new().unwrap();
    written(&folder, 4).await;
    let whole = fs::read(segment(&folder)).unwrap();
    drop(reopen(&folder));
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x10;
        fs::write(segment(&folder), &damaged).unwrap();
        fs::remove_file(folder.path().join("checkpoint")).ok();
        let journal = reopen(&folder);
        let found = everything(&journal);
        assert_eq!(found, (0..found.len()).map(envelope).collect::<Vec<_>>(), "bit at {place}");
        assert!(found.len() < 4, "bit at {place}");
    }
}

#[tokio::test]
async fn a_second_owner_is_refused() {
    let folder = TempDir::new().unwrap();
    let _journal = Journal::open(folder.path()).unwrap();
    assert!(matches!(Journal::open(folder.path()), Err(JournalError::Locked(_))));
}

#[tokio::test]
async fn many_appends_share_a_sync_and_all_are_there() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let tasks: Vec<_> = (0..500)
        .map(|number| {
            let journal = journal.clone();
            tokio::spawn(async move { journal.append(envelope(number)).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut found = everything(&journal);
    found.sort_by_key(|envelope| envelope.received_at_ms);
    assert_eq!(found, (0..500).map(envelope).collect::<Vec<_>>());
}

/// A disk that refuses writes: a file-size limit of the process gives the same error path as a
/// full disk. What is refused is not acknowledged, and when there is room again nothing of what
/// was acknowledged before or after is lost.
#[tokio::test]
async fn after_a_refused_write_the_journal_recovers() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    journal.append(envelope(0)).await.unwrap();
    let limit = limit_file_size(600);
    let mut acknowledged = vec![envelope(0)];
    let mut refused = 0;
    for number in 1..40 {
        match journal.append(envelope(number)).await {
            Ok(_) => acknowledged.push(envelope(number)),
            Err(JournalError::Io { .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    restore_file_size(limit);
    assert!(refused > 0, "the limit was never met");
    journal.append(envelope(100)).await.unwrap();
    acknowledged.push(envelope(100));
    assert_eq!(everything(&journal), acknowledged);
}

#[expect(unsafe_code, reason = "std cannot set limits")]
fn limit_file_size(bytes: u64) -> libc::rlimit {
    // SAFETY: plain system calls on a local value; SIGXFSZ is ignored so that writes fail instead.
    unsafe {
        let mut before = std::mem::zeroed();
        libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut before);
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        let limit = libc::rlimit { rlim_cur: bytes, rlim_max: before.rlim_max };
        libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit);
        before
    }
}

#[expect(unsafe_code, reason = "std cannot set limits")]
fn restore_file_size(limit: libc::rlimit) {
    // SAFETY: as above.
    unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) };
}
