//! What a disk has lost of a journal for good: blocks that cannot be read, and both copies of a segment's head.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use messenger_funnel::journal::record::CLOSING_BYTES;
use messenger_funnel::journal::{
    Batch, Envelope, EnvelopeKind, Journal, Limits, Position, has_unread, inspect, last_received,
};
use tempfile::TempDir;

const RECORDS: u32 = 50;

async fn open(folder: &Path) -> Journal {
    for _ in 0..500 {
        if let Ok(journal) = Journal::open(folder, Limits::default()) {
            return journal;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("the lock was never given up");
}

/// One segment of fifty records.
async fn fill(folder: &Path) {
    let journal = open(folder).await;
    for number in 0..RECORDS {
        let body = Bytes::from(format!("{{\"body\":{number}}}"));
        let kind = EnvelopeKind::Webhook;
        journal.append(Envelope { kind, received_at_ms: i64::from(number), body }).await.unwrap();
    }
}

fn segment(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:020}.journal"))
}

fn everything(journal: &Journal) -> Batch {
    let reader = journal.reader().unwrap();
    reader.peek_from(Position::default(), journal.durable(), usize::MAX).unwrap()
}

#[tokio::test]
async fn a_segment_that_cannot_be_read_costs_itself_and_stops_nothing() {
    let folder = TempDir::new().unwrap();
    for _ in 0..3 {
        fill(folder.path()).await;
    }
    // Reading a folder fails, as reading a broken block does, however often it is tried.
    fs::remove_file(segment(folder.path(), 2)).unwrap();
    fs::create_dir(segment(folder.path(), 2)).unwrap();
    let journal = open(folder.path()).await;
    let in_use = journal.begin_use(true).unwrap();
    journal.rewind_within(Duration::from_secs(3600)).unwrap();
    assert!(has_unread(folder.path()).unwrap());
    let batch = everything(&journal);
    assert_eq!(batch.records.len() as u32, 2 * RECORDS);
    let damaged: Vec<u64> = batch.damage.iter().map(|damage| damage.segment).collect();
    assert!(damaged.iter().all(|segment| *segment == 2) && !damaged.is_empty(), "{damaged:?}");
    let summary = inspect(folder.path()).unwrap();
    let records: u64 = summary.segments.iter().map(|segment| segment.records).sum();
    assert_eq!(records, u64::from(2 * RECORDS));
    assert_eq!(last_received(folder.path()).unwrap(), Some(i64::from(RECORDS) - 1));
    in_use.end().unwrap();
}

/// Of a process that was killed there is no third copy of the head.
#[tokio::test]
async fn one_bit_in_each_copy_of_a_head_costs_no_record() {
    let folder = TempDir::new().unwrap();
    fill(folder.path()).await;
    drop(open(folder.path()).await);
    let path = segment(folder.path(), 1);
    let whole = fs::read(&path).unwrap();
    let summary = inspect(folder.path()).unwrap();
    assert_eq!(summary.segments[0].records, u64::from(RECORDS));
    for (one, other) in [(0, 39), (9, 29 + 1), (8, 37), (19, 20), (15, 21)] {
        for bits in [(0x01, 0x80), (0x40, 0x03)] {
            // Without the record that closes it.
            let mut killed = whole.clone();
            let end = killed.len() - CLOSING_BYTES;
            killed.truncate(end);
            killed[one] ^= bits.0;
            killed[other] ^= bits.1;
            fs::write(&path, killed).unwrap();
            let seen = &inspect(folder.path()).unwrap().segments[0];
            assert!(!seen.closed);
            assert_eq!(seen.records, u64::from(RECORDS), "bytes {one} and {other}");
        }
    }
}
