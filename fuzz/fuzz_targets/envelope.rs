//! Any bytes as a record of the journal, any envelope as a record that was torn or damaged, and a segment of several
//! of which a bit is flipped. Reading never panics and asks for no memory beyond a handle; what it takes for a record
//! is exactly what was written; behind damage the next record is found, whatever bodies hold.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use messenger_funnel_fuzz::allocations::{self, Counting};
use messenger_funnel_fuzz::first_format;
use messenger_funnel_fuzz::record::{
    Decoded, Envelope, EnvelopeKind, HEADER_BYTES, Place, Salt, decode,
};
use messenger_funnel_fuzz::scan::{Format, lacks_a_sector};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// More than the handles of two slices take.
const HANDLES: usize = 256;

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    /// Bytes that may or may not be a record.
    Raw(&'a [u8]),
    /// A payload with the right length and checksum before it, as version 1 has it.
    Framed { behind: u8, payload: &'a [u8] },
    /// An envelope, and what happens to its record.
    Written { received_at_ms: i64, bit: u32, cut: u32, behind: u8, salt: u64, body: &'a [u8] },
    /// Bodies that also hold records under a salt that their sender guessed, and a flipped bit.
    Segment { salt: u64, guessed: u64, bit: u32, bodies: Vec<&'a [u8]> },
}

fuzz_target!(|input: Input<'_>| match input {
    Input::Raw(bytes) => {
        read(&Bytes::copy_from_slice(bytes));
        let _ = lacks_a_sector(bytes, bytes.len() as u64, bytes.len());
    }
    Input::Framed { behind, payload } => {
        let mut bytes = u32::try_from(payload.len()).unwrap().to_le_bytes().to_vec();
        bytes.extend_from_slice(&crc32fast::hash(payload).to_le_bytes());
        bytes.extend_from_slice(payload);
        bytes.resize(bytes.len() + usize::from(behind), behind);
        read(&bytes.into());
    }
    Input::Written { received_at_ms, bit, cut, behind, salt, body } => {
        let envelope = envelope(received_at_ms, body);
        write(&envelope, Salt::new(salt), bit as usize, cut as usize, usize::from(behind));
    }
    Input::Segment { salt, guessed, bit, bodies } => {
        segment(Salt::new(salt), Salt::new(guessed), bit as usize, &bodies);
    }
});

fn envelope(received_at_ms: i64, body: &[u8]) -> Envelope {
    let body = Bytes::copy_from_slice(body);
    Envelope { kind: EnvelopeKind::Webhook, received_at_ms, body }
}

/// What is taken for a record is written as the bytes that it was read from.
fn read(bytes: &Bytes) {
    let (decoded, allocated) = allocations::of(|| first_format::decode(bytes));
    assert!(allocated <= HANDLES, "reading {} bytes allocated {allocated}", bytes.len());
    if let Decoded::Record(envelope, _, end) = decoded {
        assert_eq!(
            envelope.body,
            bytes[end - envelope.body.len()..end],
            "a body is what stands there"
        );
    }
    // The salt that they would be of, if they were a record.
    let mark = bytes.get(..4).map_or(0, |mark| u32::from_le_bytes(mark.try_into().unwrap()));
    let salt = Salt::new(u64::from(mark));
    let (decoded, allocated) = allocations::of(|| decode(bytes, salt));
    assert!(allocated <= HANDLES, "reading {} bytes allocated {allocated}", bytes.len());
    if let Decoded::Record(envelope, Some(place), end) = decoded {
        let mut written = Vec::new();
        envelope.encode(salt, place, &mut written);
        assert_eq!(written, bytes[..end], "a record has one form");
    }
    for format in [Format::First, Format::Second(salt)] {
        if let Some(at) = format.find(bytes, 0) {
            let found = format.decode(&bytes.slice(at..));
            assert!(matches!(found, Decoded::Record(..) | Decoded::Closing(..)), "{found:?}");
        }
        let _ = format.extent(bytes);
    }
}

fn write(envelope: &Envelope, salt: Salt, bit: usize, cut: usize, behind: usize) {
    let place = Place { number: 7, batch: 5 };
    let mut record = Vec::new();
    envelope.encode(salt, place, &mut record);
    let end = record.len();
    let whole = Decoded::Record(envelope.clone(), Some(place), end);

    let torn = Bytes::copy_from_slice(&record[..cut % end]);
    assert!(matches!(decode(&torn, salt), Decoded::Incomplete(_)), "a torn record");

    // Another record behind it, or its beginning.
    let mut next = Vec::new();
    let other = Envelope { received_at_ms: !envelope.received_at_ms, ..envelope.clone() };
    other.encode(salt, Place { number: 8, batch: 8 }, &mut next);
    record.extend_from_slice(&next[..behind.min(next.len())]);
    assert_eq!(decode(&Bytes::copy_from_slice(&record), salt), whole, "what was written is read");

    let bit = bit % (end * 8);
    record[bit / 8] ^= 1 << (bit % 8);
    let extent = Format::Second(salt).extent(&record);
    let damaged = decode(&record.into(), salt);
    assert_eq!(damaged, Decoded::Damaged, "bit {bit} flipped");
    assert_eq!(extent, Some(end), "bit {bit} flipped: where it ends is known");
    assert!(bit / 8 >= HEADER_BYTES || extent.is_some());
}

/// All records but the one that was hit are read, and nothing else is.
fn segment(salt: Salt, guessed: Salt, bit: usize, bodies: &[&[u8]]) {
    // Who guesses right has 56 bits of luck.
    if bodies.is_empty() || guessed == salt {
        return;
    }
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    for (number, body) in (0..).zip(bodies) {
        let place = Place { number, batch: number };
        let mut forged = body.to_vec();
        envelope(-1, body).encode(guessed, place, &mut forged);
        // As version 1 had it.
        forged.extend_from_slice(&9_u32.to_le_bytes());
        forged.extend_from_slice(&crc32fast::hash(&[1; 9]).to_le_bytes());
        forged.extend_from_slice(&[1; 9]);
        envelope(i64::from(number), &forged).encode(salt, place, &mut bytes);
        ends.push(bytes.len());
    }
    let bit = bit % (bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    let hit = ends.iter().position(|end| bit / 8 < *end).unwrap();
    let (bytes, format) = (Bytes::from(bytes), Format::Second(salt));
    let (mut at, mut found) = (0, Vec::new());
    while let Some(next) = format.find(&bytes, at) {
        let Decoded::Record(envelope, _, length) = format.decode(&bytes.slice(next..)) else {
            panic!("nothing closes it");
        };
        found.push(usize::try_from(envelope.received_at_ms).expect("a forged record was read"));
        at = next + length;
    }
    let expected: Vec<usize> = (0..bodies.len()).filter(|number| *number != hit).collect();
    assert_eq!(found, expected);
}
