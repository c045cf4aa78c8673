//! What is damaged of a journal costs only itself, is put aside, and is told.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use messenger_funnel::journal::first_format::MAGIC;
use messenger_funnel::journal::record::{Place, Salt};
use messenger_funnel::journal::{
    Batch, Envelope, EnvelopeKind, Journal, JournalError, Kept, Limits, Position, has_unread,
    inspect, may_hold, set_aside,
};
use proptest::prelude::*;
use tempfile::TempDir;

fn envelope(number: usize) -> Envelope {
    let body =
        Bytes::from(format!("{{\"body\":{number},\"text\":\"{}\"}}", "x".repeat(number % 60 * 7)));
    let received_at_ms = 1_795_521_600_000 + number as i64;
    Envelope { kind: EnvelopeKind::Webhook, received_at_ms, body }
}

/// Opens, waiting for the earlier writer's thread to give up the lock.
fn open(folder: &Path) -> Journal {
    for _ in 0..500 {
        match Journal::open(folder, Limits::default()) {
            Err(JournalError::Locked(_)) => std::thread::sleep(std::time::Duration::from_millis(2)),
            opened => return opened.unwrap(),
        }
    }
    panic!("the lock was never given up");
}

/// A closed journal, and where each of its records ends.
async fn written(folder: &Path, envelopes: &[Envelope]) -> Vec<usize> {
    let journal = open(folder);
    let mut ends = Vec::new();
    for envelope in envelopes {
        ends.push(journal.append(envelope.clone()).await.unwrap().offset as usize);
    }
    drop(journal);
    drop(open(folder));
    ends
}

fn segment(folder: &Path) -> PathBuf {
    folder.join("00000000000000000001.journal")
}

fn everything(journal: &Journal) -> Batch {
    journal.reader().unwrap().peek(journal.durable(), usize::MAX).unwrap()
}

fn envelopes(batch: Batch) -> Vec<Envelope> {
    batch.records.into_iter().map(|(_, envelope)| envelope).collect()
}

fn flip(path: &Path, place: usize, mask: u8) -> Vec<u8> {
    let whole = fs::read(path).unwrap();
    let mut damaged = whole.clone();
    damaged[place] ^= mask;
    fs::write(path, damaged).unwrap();
    whole
}

#[tokio::test]
async fn a_flipped_bit_in_the_third_of_500_costs_the_third() {
    let folder = TempDir::new().unwrap();
    let all: Vec<Envelope> = (0..500).map(envelope).collect();
    let ends = written(folder.path(), &all).await;
    flip(&segment(folder.path()), ends[1] + 40, 0x10);
    assert!(has_unread(folder.path()).unwrap());
    assert_eq!(set_aside(folder.path()).unwrap(), [], "whoever only looks puts nothing aside");

    let journal = open(folder.path());
    let batch = everything(&journal);
    let [damage] = &batch.damage[..] else { panic!("{:?}", batch.damage) };
    assert_eq!((damage.segment, damage.offset as usize), (1, ends[1]));
    assert_eq!((damage.bytes as usize, damage.records), (ends[2] - ends[1], Some(1)));
    assert!(damage.is_new);
    let file = damage.file.clone().unwrap();
    let kept = fs::read(folder.path().join(&file)).unwrap();
    assert_eq!(kept, fs::read(segment(folder.path())).unwrap()[ends[1]..ends[2]]);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(folder.path().join(&file)).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);

    let summary = inspect(folder.path()).unwrap();
    assert_eq!((summary.segments[0].records, summary.unshipped), (499, 499));
    assert_eq!(summary.segments[0].damage[0].records, Some(1));
    assert_eq!(summary.set_aside[0].file, file);

    let found = envelopes(batch);
    let expected = [&all[..2], &all[3..]].concat();
    assert!(found == expected, "{} of 499", found.len());
    // Told once.
    assert!(!everything(&journal).damage[0].is_new);
}

/// Whatever bit of a segment that was closed: all but the record that it hit are read, and it is told.
#[tokio::test]
async fn a_flipped_bit_anywhere_costs_one_record_and_is_told() {
    let folder = TempDir::new().unwrap();
    let all: Vec<Envelope> = (0..5).map(envelope).collect();
    let ends = written(folder.path(), &all).await;
    let path = segment(folder.path());
    let length = fs::metadata(&path).unwrap().len() as usize;
    let aside = TempDir::new().unwrap();
    for place in 0..length {
        let whole = flip(&path, place, 1 << (place % 8));
        let hit = ends.iter().position(|end| place < *end);
        let is_head = place < 40;
        let hit = hit.filter(|_| !is_head);
        let expected: Vec<&Envelope> =
            (0..5).filter(|number| Some(*number) != hit).map(|number| &all[number]).collect();
        // As it is found, and as the next process takes it over.
        let copy = aside.path().join(place.to_string());
        fs::create_dir(&copy).unwrap();
        fs::copy(&path, segment(&copy)).unwrap();
        assert!(!inspect(&copy).unwrap().segments[0].damage.is_empty(), "byte {place} is not told");
        let journal = open(&copy);
        let batch = everything(&journal);
        assert_eq!(batch.damage.len(), 1, "byte {place}");
        if let Some(hit) = hit {
            let start = if hit == 0 { 40 } else { ends[hit - 1] };
            let damage = &batch.damage[0];
            assert_eq!((damage.offset as usize, damage.bytes as usize), (start, ends[hit] - start));
            assert_eq!(damage.records, Some(1), "byte {place}");
        }
        let found = envelopes(batch);
        assert!(found.iter().collect::<Vec<_>>() == expected, "byte {place}: {found:?}");
        fs::write(&path, whole).unwrap();
    }
}

/// A process that was killed has not closed its segment: then the last record, too, is told apart from a torn write.
#[tokio::test]
async fn a_flipped_bit_in_the_last_record_of_a_killed_process_is_told() {
    let folder = TempDir::new().unwrap();
    let all: Vec<Envelope> = (0..3).map(envelope).collect();
    let ends = written(folder.path(), &all).await;
    let path = segment(folder.path());
    let closed = fs::read(&path).unwrap();
    for place in ends[1]..ends[2] {
        let mut killed = closed[..ends[2]].to_vec();
        killed[place] ^= 0x04;
        killed.resize(8_192, 0);
        fs::write(&path, killed).unwrap();
        let journal = open(folder.path());
        let batch = everything(&journal);
        assert_eq!((batch.records.len(), batch.damage.len()), (2, 1), "byte {place}");
        drop(journal);
        // As before, once it was closed by the process that took it over.
        assert_eq!(everything(&open(folder.path())).damage.len(), 1, "byte {place}");
        for file in set_aside(folder.path()).unwrap() {
            fs::remove_file(folder.path().join(file.file)).unwrap();
        }
    }
}

/// Whoever writes a body knows the format, and not the salt.
#[tokio::test]
async fn a_body_that_looks_like_records_is_never_taken_for_one() {
    let folder = TempDir::new().unwrap();
    let mut forged = Vec::new();
    for guess in 0..200 {
        let place = Place { number: guess, batch: guess };
        envelope(900).encode(Salt::new(u64::from(guess)), place, &mut forged);
        forged.extend_from_slice(&Salt::new(u64::from(guess)).head());
        Salt::new(u64::from(guess)).close(place, &mut forged);
        forged.extend_from_slice(&of_version_1(&envelope(900)));
    }
    let body = Bytes::from(forged);
    let all = vec![envelope(0), Envelope { body, ..envelope(1) }, envelope(2)];
    let ends = written(folder.path(), &all).await;
    let path = segment(folder.path());
    for place in [ends[0], ends[0] + 5, ends[0] + 30, ends[0] + 300] {
        let whole = flip(&path, place, 0x20);
        let found = envelopes(everything(&open(folder.path())));
        assert!(found == [envelope(0), envelope(2)], "byte {place}: {} records", found.len());
        fs::write(&path, whole).unwrap();
    }
}

fn of_version_1(envelope: &Envelope) -> Vec<u8> {
    let mut payload = vec![1];
    payload.extend_from_slice(&envelope.received_at_ms.to_le_bytes());
    payload.extend_from_slice(&envelope.body);
    let mut record = u32::try_from(payload.len()).unwrap().to_le_bytes().to_vec();
    record.extend_from_slice(&crc32fast::hash(&payload).to_le_bytes());
    record.extend_from_slice(&payload);
    record
}

/// Journals that earlier versions wrote are read, also behind damage.
#[tokio::test]
async fn a_segment_of_version_1_is_read_behind_damage() {
    let mut whole = MAGIC.to_vec();
    let mut ends = Vec::new();
    for number in 0..6 {
        whole.extend_from_slice(&of_version_1(&envelope(number)));
        ends.push(whole.len());
    }
    for place in 0..whole.len() {
        let folder = TempDir::new().unwrap();
        let mut damaged = whole.clone();
        damaged[place] ^= 1 << (place % 8);
        fs::write(segment(folder.path()), damaged).unwrap();
        let journal = open(folder.path());
        journal.append(envelope(9)).await.unwrap();
        let hit = ends.iter().position(|end| place < *end).filter(|_| place >= MAGIC.len());
        let expected: Vec<Envelope> =
            (0..6).filter(|number| Some(*number) != hit).chain([9]).map(envelope).collect();
        let batch = everything(&journal);
        assert_eq!(batch.damage.len(), 1, "byte {place} is not told");
        assert!(envelopes(batch) == expected, "byte {place}");
    }
}

#[tokio::test]
async fn a_lost_sector_of_what_was_acknowledged_is_damage() {
    let folder = TempDir::new().unwrap();
    let all: Vec<Envelope> = (0..40).map(envelope).collect();
    let ends = written(folder.path(), &all).await;
    let path = segment(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    bytes[1_024..2_048].fill(0);
    fs::write(&path, bytes).unwrap();
    let batch = everything(&open(folder.path()));
    let start_of = |number: usize| if number == 0 { 40 } else { ends[number - 1] };
    let is_hit = |number: &usize| start_of(*number) < 2_048 && ends[*number] > 1_024;
    let hit = (0..40).filter(is_hit).count() as u64;
    assert!(hit > 2);
    assert_eq!(batch.damage.iter().map(|damage| damage.records.unwrap()).sum::<u64>(), hit);
    let expected: Vec<Envelope> = (0..40).filter(|number| !is_hit(number)).map(envelope).collect();
    assert!(envelopes(batch) == expected);
}

#[tokio::test]
async fn a_damaged_checkpoint_is_put_aside_and_everything_is_shipped_again() {
    let folder = TempDir::new().unwrap();
    written(folder.path(), &[envelope(0), envelope(1)]).await;
    let journal = open(folder.path());
    let mut reader = journal.reader().unwrap();
    reader.advance(reader.peek(journal.durable(), usize::MAX).unwrap().end);
    drop((journal, reader));
    assert!(!has_unread(folder.path()).unwrap());
    let checkpoint = folder.path().join("checkpoint");
    for place in 0..fs::metadata(&checkpoint).unwrap().len() as usize {
        let whole = flip(&checkpoint, place, 0x01);
        assert!(inspect(folder.path()).unwrap().checkpoint_damaged, "byte {place}");
        let journal = open(folder.path());
        assert_eq!(everything(&journal).records.len(), 2, "byte {place}");
        assert_eq!(set_aside(folder.path()).unwrap().len(), place + 1);
        assert!(!inspect(folder.path()).unwrap().checkpoint_damaged);
        drop(journal);
        drop(open(folder.path()));
        fs::write(&checkpoint, whole).unwrap();
    }
}

/// An erasure keeps what stands behind damage, and what is damaged, unless that may be about the person.
#[tokio::test]
async fn erasing_keeps_what_it_cannot_read_unless_it_holds_the_person() {
    let of = |person: &str, number: usize| Envelope {
        body: Bytes::from(format!("{{\"person\":\"{person}\",\"number\":{number}}}")),
        ..envelope(number)
    };
    let (ann, bob) = ("7000000000000001", "8123456789012345");
    for damaged in [3, 4] {
        let folder = TempDir::new().unwrap();
        let all: Vec<Envelope> =
            (0..9).map(|number| of(if number % 2 == 0 { ann } else { bob }, number)).collect();
        let ends = written(folder.path(), &all).await;
        // In the body, behind the name: "person" becomes another word.
        flip(&segment(folder.path()), ends[damaged - 1] + 35, 0x02);
        let journal = open(folder.path());
        let mut reader = journal.reader().unwrap();
        let batch = reader.peek(journal.durable(), usize::MAX).unwrap();
        assert_eq!(batch.damage.len(), 1);
        reader.advance(batch.end.max(Position { segment: 2, offset: 0 }));

        let holds_her = |bytes: &[u8]| bytes.windows(ann.len()).any(|part| part == ann.as_bytes());
        let keep = |envelope: &Envelope| {
            if holds_her(&envelope.body) { Kept::Nothing } else { Kept::Whole }
        };
        let changed = journal.rewrite_shipped(&keep, &|bytes| may_hold(bytes, ann)).unwrap();
        assert!(changed >= 4, "{changed}");
        journal.rewind().unwrap();
        let left = envelopes(everything(&journal));
        let expected: Vec<Envelope> = all
            .iter()
            .enumerate()
            .filter(|(number, _)| number % 2 == 1 && *number != damaged)
            .map(|(_, envelope)| envelope.clone())
            .collect();
        assert!(left == expected, "{left:?}");
        // Of the other's record the bytes are kept; of the person nothing is left anywhere.
        let aside = set_aside(folder.path()).unwrap();
        assert_eq!(aside.len(), 1);
        assert_eq!(aside[0].bytes == 0, damaged == 4, "{aside:?}");
        for file in fs::read_dir(folder.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            assert!(!may_hold(&bytes, ann));
        }
    }
}

#[test]
fn an_id_is_found_with_one_bit_of_it_flipped() {
    let id = "7000000000000001";
    for bit in 0..id.len() * 8 {
        let mut bytes = format!("\"sender\":{{\"id\":\"{id}\"}}").into_bytes();
        let start = bytes.windows(id.len()).position(|part| part == id.as_bytes()).unwrap();
        bytes[start + bit / 8] ^= 1 << (bit % 8);
        assert!(may_hold(&bytes, id), "bit {bit}");
        bytes[start + (bit / 8 + 1) % id.len()] ^= 1;
        assert!(!may_hold(&bytes, id), "bit {bit} and another");
    }
    assert!(!may_hold(b"anything", ""));
}

fn mutations() -> impl Strategy<Value = Vec<(usize, u8, usize)>> {
    prop::collection::vec((any::<usize>(), any::<u8>(), 1_usize..1_500), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However much is overwritten: what is read was written, in order, and every record that was not hit is read.
    #[test]
    fn every_record_that_was_not_hit_is_read(changes in mutations(), lengths in prop::collection::vec(0_usize..2_000, 1..30)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let folder = TempDir::new().unwrap();
        let all: Vec<Envelope> = lengths
            .iter()
            .enumerate()
            .map(|(number, length)| Envelope { body: Bytes::from(vec![b'a'; *length]), ..envelope(number) })
            .collect();
        let ends = runtime.block_on(written(folder.path(), &all));
        let path = segment(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        let whole = bytes.clone();
        for (at, with, length) in changes {
            let at = at % bytes.len();
            let end = (at + length).min(bytes.len());
            // Zeros would be what was never written.
            bytes[at..end].fill(with | 1);
        }
        fs::write(&path, &bytes).unwrap();
        let _inside = runtime.enter();
        let journal = open(folder.path());
        let batch = everything(&journal);
        let is_head_left = bytes[..20] == whole[..20] || bytes[20..40] == whole[20..40] || bytes.ends_with(&whole[..20]);
        let damage = batch.damage.len();
        let found = envelopes(batch);
        let start = |number: usize| if number == 0 { 40 } else { ends[number - 1] };
        let expected: Vec<Envelope> = all
            .iter()
            .enumerate()
            .filter(|(number, _)| is_head_left && bytes[start(*number)..ends[*number]] == whole[start(*number)..ends[*number]])
            .map(|(_, envelope)| envelope.clone())
            .collect();
        prop_assert_eq!(found.len(), expected.len());
        prop_assert!(found == expected);
        prop_assert!(expected.len() == all.len() || damage > 0, "nothing is told");
    }
}
