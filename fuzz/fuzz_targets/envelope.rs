//! Any bytes as a record of the journal, and any envelope as a record that was torn or damaged.
//! Reading never panics and asks for no memory beyond a handle; what it takes for a record is
//! exactly what was written.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use messenger_funnel_fuzz::allocations::{self, Counting};
use messenger_funnel_fuzz::record::{Decoded, Envelope, EnvelopeKind, HEADER_BYTES, decode};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// More than the handles of two slices take.
const HANDLES: usize = 256;

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    /// Bytes that may or may not be a record.
    Raw(&'a [u8]),
    /// A payload with the right length and checksum before it.
    Framed { behind: u8, payload: &'a [u8] },
    /// An envelope, and what happens to its record.
    Written { received_at_ms: i64, bit: u32, cut: u32, behind: u8, body: &'a [u8] },
}

fuzz_target!(|input: Input<'_>| match input {
    Input::Raw(bytes) => read(Bytes::copy_from_slice(bytes)),
    Input::Framed { behind, payload } => {
        let mut bytes = u32::try_from(payload.len()).unwrap().to_le_bytes().to_vec();
        bytes.extend_from_slice(&crc32fast::hash(payload).to_le_bytes());
        bytes.extend_from_slice(payload);
        bytes.resize(bytes.len() + usize::from(behind), behind);
        read(bytes.into());
    }
    Input::Written { received_at_ms, bit, cut, behind, body } => {
        let body = Bytes::copy_from_slice(body);
        let envelope = Envelope { kind: EnvelopeKind::Webhook, received_at_ms, body };
        write(&envelope, bit as usize, cut as usize, usize::from(behind));
    }
});

/// What is taken for a record is written as the bytes that it was read from.
fn read(bytes: Bytes) {
    let (decoded, allocated) = allocations::of(|| decode(&bytes));
    assert!(allocated <= HANDLES, "reading {} bytes allocated {allocated}", bytes.len());
    if let Decoded::Record(envelope, end) = decoded {
        let mut written = Vec::new();
        envelope.encode(&mut written);
        assert_eq!(written, bytes[..end], "a record has one form");
    }
}

fn write(envelope: &Envelope, bit: usize, cut: usize, behind: usize) {
    let mut record = Vec::new();
    envelope.encode(&mut record);
    let end = record.len();
    let whole = Decoded::Record(envelope.clone(), end);

    let torn = Bytes::copy_from_slice(&record[..cut % end]);
    assert_eq!(decode(&torn), Decoded::Incomplete, "a torn record");

    // Another record behind it, or its beginning.
    let mut next = Vec::new();
    Envelope { received_at_ms: !envelope.received_at_ms, ..envelope.clone() }.encode(&mut next);
    record.extend_from_slice(&next[..behind.min(next.len())]);
    assert_eq!(decode(&Bytes::copy_from_slice(&record)), whole, "what was written is read");

    let bit = bit % (end * 8);
    record[bit / 8] ^= 1 << (bit % 8);
    let damaged = decode(&record.into());
    assert!(!matches!(damaged, Decoded::Record(..)), "bit {bit} flipped: {damaged:?}");
    if bit / 8 >= HEADER_BYTES / 2 {
        assert_eq!(damaged, Decoded::Damaged, "bit {bit} flipped behind the length");
    }
}
