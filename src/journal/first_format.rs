//! Version 1 of the format, which is read and no longer written: a magic line, then records of length, CRC-32 and
//! payload, without a mark. Where it is damaged, the next record is found by trying.

use bytes::Bytes;

use super::record::{Decoded, ENVELOPE_BYTES, Envelope, MAX_PAYLOAD_BYTES, word};

/// First bytes of a segment.
pub const MAGIC: &[u8; 8] = b"mfjrnl1\n";
/// Bytes before a record's payload: length and CRC-32 (u32, little endian).
pub const HEADER_BYTES: usize = 8;

/// Reads the record at the start of `bytes`.
#[must_use]
pub fn decode(bytes: &Bytes) -> Decoded {
    let Some(header) = bytes.get(..HEADER_BYTES) else { return Decoded::Incomplete(HEADER_BYTES) };
    if header.iter().all(|byte| *byte == 0) {
        return Decoded::Unwritten;
    }
    let length = word(header, 0) as usize;
    if !(ENVELOPE_BYTES..=MAX_PAYLOAD_BYTES).contains(&length) {
        return Decoded::Damaged;
    }
    let end = HEADER_BYTES + length;
    if bytes.len() < end {
        return Decoded::Incomplete(end);
    }
    let payload = bytes.slice(HEADER_BYTES..end);
    if crc32fast::hash(&payload) != word(header, 1) {
        return Decoded::Damaged;
    }
    match Envelope::from_payload(&payload) {
        Some(envelope) => Decoded::Record(envelope, None, end),
        None => Decoded::Damaged,
    }
}

/// Where the next record begins, at `from` or behind it. Each place is tried, as long as no more is to be checksummed
/// than some times the bytes there are.
///
/// A body of JSON holds nothing that passes for a record: a length below [`MAX_PAYLOAD_BYTES`] ends in a byte that JSON
/// has to escape.
#[must_use]
pub fn find(bytes: &Bytes, from: usize) -> Option<usize> {
    let mut left = 8 * bytes.len() + (1 << 20);
    for at in from..bytes.len().saturating_sub(HEADER_BYTES + ENVELOPE_BYTES - 1) {
        let header = &bytes[at..at + HEADER_BYTES + ENVELOPE_BYTES];
        let length = word(header, 0) as usize;
        let end = at + HEADER_BYTES + length;
        let is_plausible = (ENVELOPE_BYTES..=MAX_PAYLOAD_BYTES).contains(&length)
            && end <= bytes.len()
            && (1..=3).contains(&header[HEADER_BYTES]);
        if !is_plausible {
            continue;
        }
        left = left.checked_sub(length)?;
        if matches!(decode(&bytes.slice(at..end)), Decoded::Record(..)) {
            return Some(at);
        }
    }
    None
}
