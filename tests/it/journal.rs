//! The journal: what is acknowledged is read back, whatever happened to the file.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use messenger_funnel::journal::disk::Disk;
use messenger_funnel::journal::{
    Envelope, EnvelopeKind, Health, Journal, JournalError, Limits, Position, has_unread, inspect,
};
use tempfile::TempDir;

use crate::support::disk_model::{DiskModel, Faults};

fn envelope(number: usize) -> Envelope {
    let body = Bytes::from(format!("body {number} {}", "x".repeat(number * 7)));
    Envelope {
        kind: EnvelopeKind::Webhook,
        received_at_ms: 1_795_521_600_000 + number as i64,
        body,
    }
}

async fn written(folder: &TempDir, count: usize) -> Vec<Position> {
    let journal = Journal::open(folder.path(), Limits::default()).unwrap();
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
        reader.advance(batch.end);
    }
}

/// Opens, waiting for the earlier writer's thread to give up the lock.
fn reopen(folder: &TempDir) -> Journal {
    for _ in 0..500 {
        match Journal::open(folder.path(), Limits::default()) {
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
    // Closed, so that the segment has no room behind its records any more.
    drop(reopen(&folder));
    let whole = fs::read(segment(&folder)).unwrap();
    for length in 0..=whole.len() {
        let folder = TempDir::new().unwrap();
        fs::write(segment(&folder), &whole[..length]).unwrap();
        let journal = Journal::open(folder.path(), Limits::default()).unwrap();
        journal.append(envelope(99)).await.unwrap();
        let complete = ends.iter().filter(|end| end.offset as usize <= length).count();
        let mut expected: Vec<_> = (0..complete).map(envelope).collect();
        expected.push(envelope(99));
        assert!(everything(&journal) == expected, "cut at {length}");
    }
}

/// Where few webhooks come a segment would take weeks to fill: it is closed when its time is over,
/// so that the raw bodies in it can go.
#[tokio::test]
async fn an_old_segment_is_closed_and_can_be_removed() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::open(folder.path(), Limits::default()).unwrap();
    journal.append(envelope(0)).await.unwrap();
    journal.close_older_than(Duration::from_secs(3600)).await.unwrap();
    assert_eq!(journal.append(envelope(1)).await.unwrap().segment, 1);
    journal.close_older_than(Duration::ZERO).await.unwrap();
    assert_eq!(journal.append(envelope(2)).await.unwrap().segment, 2);
    let mut reader = journal.reader().unwrap();
    let batch = reader.peek(journal.durable(), usize::MAX).unwrap();
    assert_eq!(batch.records.len(), 3);
    reader.advance(batch.end);
    reader.remove_shipped(Duration::ZERO, SystemTime::now() + Duration::from_secs(1)).unwrap();
    assert!(!segment(&folder).exists());
    assert_eq!(inspect(folder.path()).unwrap().segments.len(), 1);
}

#[tokio::test]
async fn a_second_owner_is_refused() {
    let folder = TempDir::new().unwrap();
    let _journal = Journal::open(folder.path(), Limits::default()).unwrap();
    assert!(matches!(
        Journal::open(folder.path(), Limits::default()),
        Err(JournalError::Locked(_))
    ));
}

#[tokio::test]
async fn many_appends_share_a_sync_and_all_are_there() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::open(folder.path(), Limits::default()).unwrap();
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

/// A file-size limit of the process gives the same error path as a full disk. What is refused is
/// not acknowledged, and when there is room again nothing of what was acknowledged is lost.
#[tokio::test]
async fn after_a_refused_write_the_journal_recovers() {
    let folder = TempDir::new().unwrap();
    let journal = Journal::open(folder.path(), Limits::default()).unwrap();
    journal.append(envelope(0)).await.unwrap();
    let before = rlimit::Resource::FSIZE.get().unwrap();
    ignore_file_size_signal();
    rlimit::Resource::FSIZE.set(600, before.1).unwrap();
    let mut acknowledged = vec![envelope(0)];
    let mut refused = 0;
    for number in 1..40 {
        match journal.append(envelope(number)).await {
            Ok(_) => acknowledged.push(envelope(number)),
            Err(JournalError::Io { .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    rlimit::Resource::FSIZE.set(before.0, before.1).unwrap();
    assert!(refused > 0, "the limit was never met");
    assert!(matches!(journal.health(), Health::Refusing(_)));
    journal.append(envelope(100)).await.unwrap();
    assert_eq!(journal.health(), Health::Good);
    acknowledged.push(envelope(100));
    assert!(everything(&journal) == acknowledged);
}

/// So that writes fail instead of ending the process.
#[expect(unsafe_code, reason = "std cannot ignore signals")]
fn ignore_file_size_signal() {
    // SAFETY: ignoring a signal runs no code of ours.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}

#[tokio::test]
async fn a_full_budget_refuses_until_something_is_shipped() {
    let folder = TempDir::new().unwrap();
    let limits = Limits { max_bytes: 20_000, segment_bytes: 1 << 20 };
    let journal = Journal::open(folder.path(), limits).unwrap();
    let mut number = 0;
    let refused = loop {
        match journal.append(envelope(number % 50)).await {
            Ok(_) => number += 1,
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, JournalError::Full { max_bytes: 20_000, .. }), "{refused}");
    assert!(refused.to_string().contains("journal.max_bytes"));
    assert!(number > 50 && journal.usage().bytes() <= 20_000);
    assert!(journal.append(envelope(number % 50)).await.is_err());
    // The segments that are shipped go before their time, because the budget is tight.
    let mut reader = journal.reader().unwrap();
    let mut shipped = 0;
    loop {
        let batch = reader.peek(journal.durable(), 4_000).unwrap();
        shipped += batch.records.len();
        let is_all = batch.records.is_empty();
        reader.advance(batch.end);
        reader.remove_shipped(Duration::from_secs(3600), SystemTime::now()).unwrap();
        if is_all {
            break;
        }
    }
    assert_eq!(shipped, number);
    journal.append(envelope(1)).await.unwrap();
    assert_eq!(journal.health(), Health::Good);
}

#[tokio::test]
async fn segments_are_closed_at_their_size_and_removed_when_their_time_is_over() {
    let folder = TempDir::new().unwrap();
    let limits = Limits { max_bytes: 1 << 30, segment_bytes: 1_000 };
    let journal = Journal::open(folder.path(), limits).unwrap();
    for number in 0..40 {
        journal.append(envelope(number)).await.unwrap();
    }
    let files = || {
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        names.filter(|path| path.extension().is_some_and(|kind| kind == "journal")).count()
    };
    let all = files();
    assert!(all > 3, "{all}");
    let bytes = |path: PathBuf| fs::metadata(path).unwrap().len();
    assert!(bytes(segment(&folder)) < 2_000, "a closed segment keeps its room");
    let mut reader = journal.reader().unwrap();
    let batch = reader.peek(journal.durable(), usize::MAX).unwrap();
    assert_eq!(batch.records.len(), 40);
    reader.advance(batch.end);
    let now = SystemTime::now();
    reader.remove_shipped(Duration::from_secs(3600), now).unwrap();
    assert_eq!(files(), all);
    reader.remove_shipped(Duration::from_secs(3600), now + Duration::from_secs(3601)).unwrap();
    assert!(files() <= 1);
}

#[tokio::test]
async fn whatever_fails_on_disk_nothing_acknowledged_is_lost() {
    let none = Faults::NONE;
    let faults = [
        Faults { write: 1.0, ..none },
        Faults { sync: 1.0, ..none },
        Faults { name: 1.0, ..none },
        Faults { sync: 1.0, truncate: 1.0, ..none },
    ];
    for fault in faults {
        let folder = TempDir::new().unwrap();
        let disk = DiskModel::over(folder.path(), 1);
        let limits = Limits { max_bytes: 1 << 30, segment_bytes: 700 };
        let on = Arc::clone(&disk) as Arc<dyn Disk>;
        let journal = Journal::open_on(folder.path(), limits, on).unwrap();
        let mut acknowledged = Vec::new();
        let mut refused = 0;
        for number in 0..60 {
            disk.fail(if number % 7 >= 4 { fault } else { none });
            match journal.append(envelope(number)).await {
                Ok(_) => acknowledged.push(envelope(number)),
                Err(JournalError::Io { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(refused > 0 && acknowledged.len() > 20, "{fault:?} refused {refused}");
        disk.fail(none);
        journal.append(envelope(99)).await.unwrap();
        acknowledged.push(envelope(99));
        let found = everything(&journal);
        // What was written and could not be cut off may be shipped: Meta sends it again, and it
        // counts once.
        let only_acknowledged: Vec<_> =
            found.iter().filter(|one| acknowledged.contains(one)).cloned().collect();
        assert!(only_acknowledged == acknowledged, "{fault:?}");
        if fault.truncate == 0.0 {
            assert!(found == acknowledged, "{fault:?}");
        }
        drop(journal);
        assert!(everything(&reopen(&folder)).is_empty(), "{fault:?}");
    }
}

/// What is shipped to a ClickHouse that does not sync may be needed again.
#[tokio::test]
async fn a_full_disk_takes_the_oldest_shipped_segment_and_a_failing_one_takes_none() {
    let folder = TempDir::new().unwrap();
    let disk = DiskModel::over(folder.path(), 1);
    let limits = Limits { max_bytes: 1 << 30, segment_bytes: 700 };
    let on = Arc::clone(&disk) as Arc<dyn Disk>;
    let journal = Journal::open_on(folder.path(), limits, on).unwrap();
    for number in 0..40 {
        journal.append(envelope(number)).await.unwrap();
    }
    let mut reader = journal.reader().unwrap();
    let batch = reader.peek(journal.durable(), usize::MAX).unwrap();
    reader.advance(batch.end);
    let segments = || inspect(folder.path()).unwrap().segments;
    let (all, keep) = (segments().len(), Duration::from_secs(3600));
    let faults =
        [(Faults { sync: 1.0, ..Faults::NONE }, 0), (Faults { write: 1.0, ..Faults::NONE }, 1)];
    for (fault, gone) in faults {
        disk.fail(fault);
        journal.append(envelope(40)).await.unwrap_err();
        disk.fail(Faults::NONE);
        let before = segments();
        reader.remove_shipped(keep, SystemTime::now()).unwrap();
        reader.remove_shipped(keep, SystemTime::now()).unwrap();
        assert_eq!(segments(), before[gone..], "{fault:?}");
    }
    assert!(all > 3);
}

#[tokio::test]
async fn inspecting_tells_what_is_there() {
    let folder = TempDir::new().unwrap();
    let ends = written(&folder, 5).await;
    drop(reopen(&folder));
    let summary = inspect(folder.path()).unwrap();
    assert_eq!((summary.segments.len(), summary.unshipped), (1, 5));
    assert_eq!(summary.segments[0].records, 5);
    assert_eq!(summary.segments[0].last_received_at, Some(envelope(4).received_at_ms));
    assert!(summary.segments[0].closed);
    assert_eq!(summary.segments[0].damage, []);
    let whole = fs::read(segment(&folder)).unwrap();
    fs::write(segment(&folder), &whole[..ends[4].offset as usize - 1]).unwrap();
    let torn = inspect(folder.path()).unwrap();
    assert_eq!((torn.segments[0].records, torn.unshipped), (4, 4));
    assert_eq!(torn.segments[0].torn_at, Some(ends[3].offset));
    assert!(!torn.segments[0].closed && torn.segments[0].damage.is_empty());
    assert_eq!(inspect(&folder.path().join("nowhere")).unwrap().segments, []);
}

/// A killed writer leaves room behind that it had reserved, and does not say how many records there are.
#[tokio::test]
async fn reserved_room_is_given_back() {
    let folder = TempDir::new().unwrap();
    let ends = written(&folder, 3).await;
    drop(reopen(&folder));
    let closed = fs::read(segment(&folder)).unwrap();
    let file = fs::OpenOptions::new().write(true).open(segment(&folder)).unwrap();
    file.set_len(ends[2].offset).unwrap();
    file.set_len(1 << 20).unwrap();
    let journal = reopen(&folder);
    assert_eq!(fs::read(segment(&folder)).unwrap(), closed);
    assert!(everything(&journal) == (0..3).map(envelope).collect::<Vec<_>>());
}
