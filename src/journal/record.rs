//! The form of a segment, version 2, made to be read again behind damage.
//!
//! A segment begins with two copies of its head: the magic line, which names the version, a salt that nobody outside
//! knows, and a checksum. Records follow: a header of [`HEADER_BYTES`] (a mark that is made of the salt, the payload's
//! length, the record's number in the segment, the number of the first record that was synced with it, the payload's
//! CRC-32 and the header's own), then the payload (kind, time of receipt, body). Zeros behind the last record are room
//! that was never written. A segment that was closed ends in a closing record: its payload is a third copy of the
//! head, its number is how many records there are.
//!
//! Both checksums begin from the salt. Whoever writes a body does not know it, so no body can hold bytes that are taken
//! for a record when what stands before them is damaged.

use bytes::Bytes;
use crc32fast::Hasher;

/// First bytes of every segment: name and version of the format.
pub const MAGIC: &[u8; 8] = b"mfjrnl2\n";
/// Bits in which two copies of a head may differ and still be mended.
const MOST_DIFFERING: usize = 12;
/// Bytes of one copy of a segment's head: magic line, salt, CRC-32.
pub const COPY_BYTES: usize = 20;
/// Bytes before a segment's first record.
pub const HEAD_BYTES: usize = 2 * COPY_BYTES;
/// Bytes before a record's payload: six numbers (u32, little endian).
pub const HEADER_BYTES: usize = 24;
/// Longest payload that is taken for a record; more means that the bytes are not one.
pub const MAX_PAYLOAD_BYTES: usize = 64 << 20;
/// Kind and time of receipt, before the body.
pub const ENVELOPE_BYTES: usize = 9;
/// Bytes of the record that closes a segment.
pub const CLOSING_BYTES: usize = HEADER_BYTES + COPY_BYTES;

/// What a journaled body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvelopeKind {
    /// A webhook's body, exactly as Meta posted it, signature verified.
    Webhook,
    /// A visit to a tracked link, as JSON of the collector's.
    Click,
    /// Conversions that somebody has reported, as JSON of ours.
    Report,
}

impl EnvelopeKind {
    fn code(self) -> u8 {
        match self {
            Self::Webhook => 1,
            Self::Click => 2,
            Self::Report => 3,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Webhook),
            2 => Some(Self::Click),
            3 => Some(Self::Report),
            _ => None,
        }
    }
}

/// One body with what was known when it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What the body is.
    pub kind: EnvelopeKind,
    /// When it came in, UTC milliseconds.
    pub received_at_ms: i64,
    /// The raw bytes.
    pub body: Bytes,
}

/// What makes a segment's marks and checksums its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(u64);

impl Salt {
    /// Of a number that nobody outside can guess.
    #[must_use]
    pub fn new(number: u64) -> Self {
        // No byte of the mark is zero: zeros are what was never written.
        Self(number | 0x0101_0101)
    }

    /// One copy of the segment's head.
    #[must_use]
    pub fn head(self) -> [u8; COPY_BYTES] {
        let mut head = [0; COPY_BYTES];
        head[..8].copy_from_slice(MAGIC);
        head[8..16].copy_from_slice(&self.0.to_le_bytes());
        let checksum = crc32fast::hash(&head[..16]);
        head[16..].copy_from_slice(&checksum.to_le_bytes());
        head
    }

    /// Of a copy of a segment's head that stands at the start of `bytes`.
    #[must_use]
    pub fn from_head(bytes: &[u8]) -> Option<Self> {
        let salt = Self(u64::from_le_bytes(bytes.get(8..16)?.try_into().ok()?));
        bytes.starts_with(&salt.head()).then_some(salt)
    }

    /// Of two copies of a head that are both damaged, in few places and not the same: where they differ the one or the
    /// other is right, and the checksum tells which.
    #[must_use]
    pub fn mended(first: &[u8], second: &[u8]) -> Option<Self> {
        if first.len() != second.len() {
            return None;
        }
        let differing: Vec<(usize, u8)> = first
            .iter()
            .zip(second)
            .enumerate()
            .flat_map(|(at, (one, other))| {
                let bits = (0..8).map(|bit| 1 << bit).filter(move |bit| (one ^ other) & bit != 0);
                bits.map(move |bit| (at, bit))
            })
            .collect();
        if differing.len() > MOST_DIFFERING {
            return None;
        }
        (0..1_u32 << differing.len()).find_map(|choice| {
            let mut head = first.to_vec();
            for (nth, (at, bit)) in differing.iter().enumerate() {
                head[*at] ^= if choice >> nth & 1 == 1 { *bit } else { 0 };
            }
            Self::from_head(&head)
        })
    }

    /// First bytes of each record.
    #[must_use]
    pub fn mark(self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.0.to_le_bytes();
        [a, b, c, d]
    }

    fn checksum(self, bytes: &[u8]) -> u32 {
        let [.., a, b, c, d] = self.0.to_le_bytes();
        let mut hasher = Hasher::new_with_initial(u32::from_le_bytes([a, b, c, d]));
        hasher.update(bytes);
        hasher.finalize()
    }

    /// Appends the record that closes a segment.
    pub fn close(self, place: Place, out: &mut Vec<u8>) {
        let start = begin(out);
        out.extend_from_slice(&self.head());
        self.seal(place, start, out);
    }

    /// Fills in the header of the record that begins at `start` and ends with `out`.
    fn seal(self, place: Place, start: usize, out: &mut [u8]) {
        let (header, payload) = out[start..].split_at_mut(HEADER_BYTES);
        header[..4].copy_from_slice(&self.mark());
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        let numbers = [length, place.number, place.batch, self.checksum(payload)];
        for (at, number) in numbers.into_iter().enumerate() {
            header[4 + 4 * at..8 + 4 * at].copy_from_slice(&number.to_le_bytes());
        }
        let checksum = self.checksum(&header[..HEADER_BYTES - 4]);
        header[HEADER_BYTES - 4..].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// A record's place in its segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its number; of the closing record, how many there are.
    pub number: u32,
    /// Number of the first that was synced with it; of the closing record, how many were acknowledged.
    pub batch: u32,
}

impl Envelope {
    /// Bytes of its record.
    #[must_use]
    pub fn encoded_bytes(&self) -> usize {
        HEADER_BYTES + ENVELOPE_BYTES + self.body.len()
    }

    /// Appends the record's bytes to `out`.
    ///
    /// # Panics
    /// Never for a body below [`MAX_PAYLOAD_BYTES`], which the collector's limit keeps it under.
    pub fn encode(&self, salt: Salt, place: Place, out: &mut Vec<u8>) {
        let start = begin(out);
        out.push(self.kind.code());
        out.extend_from_slice(&self.received_at_ms.to_le_bytes());
        out.extend_from_slice(&self.body);
        salt.seal(place, start, out);
    }

    /// Of a record's payload, in any version.
    pub(super) fn from_payload(payload: &Bytes) -> Option<Self> {
        let kind = EnvelopeKind::from_code(*payload.first()?)?;
        let received = payload.get(1..ENVELOPE_BYTES)?.try_into().ok()?;
        let received_at_ms = i64::from_le_bytes(received);
        Some(Self { kind, received_at_ms, body: payload.slice(ENVELOPE_BYTES..) })
    }
}

fn begin(out: &mut Vec<u8>) -> usize {
    let start = out.len();
    out.resize(start + HEADER_BYTES, 0);
    start
}

/// What stands at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A whole record, its place if the format tells it, and how many bytes it takes.
    Record(Envelope, Option<Place>, usize),
    /// The record that closes the segment, and how many bytes it takes.
    Closing(Place, usize),
    /// The bytes end inside a record, which takes at least so many.
    Incomplete(usize),
    /// Zeros: room that was never written.
    Unwritten,
    /// Not a record: torn or damaged.
    Damaged,
}

struct Header {
    length: usize,
    place: Place,
    payload: u32,
}

fn header(bytes: &[u8], salt: Salt) -> Option<Header> {
    let header = bytes.get(..HEADER_BYTES)?;
    if header[..4] != salt.mark() || salt.checksum(&header[..20]) != word(header, 5) {
        return None;
    }
    let length = word(header, 1) as usize;
    let place = Place { number: word(header, 2), batch: word(header, 3) };
    (length <= MAX_PAYLOAD_BYTES).then_some(Header { length, place, payload: word(header, 4) })
}

/// The `at`th number of some bytes.
pub(super) fn word(bytes: &[u8], at: usize) -> u32 {
    let at = 4 * at;
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Bytes that the record at the start of `bytes` takes, if its header can be read, or could if one bit of it had not
/// been flipped.
#[must_use]
pub fn extent(bytes: &[u8], salt: Salt) -> Option<usize> {
    let mut first: [u8; HEADER_BYTES] = bytes.get(..HEADER_BYTES)?.try_into().ok()?;
    let mut found = header(&first, salt);
    for bit in 0..HEADER_BYTES * 8 {
        if found.is_some() {
            break;
        }
        first[bit / 8] ^= 1 << (bit % 8);
        found = header(&first, salt);
        first[bit / 8] ^= 1 << (bit % 8);
    }
    found.map(|header| HEADER_BYTES + header.length)
}

/// Reads the record at the start of `bytes`.
#[must_use]
pub fn decode(bytes: &Bytes, salt: Salt) -> Decoded {
    let Some(first) = bytes.get(..HEADER_BYTES) else { return Decoded::Incomplete(HEADER_BYTES) };
    if first.iter().all(|byte| *byte == 0) {
        return Decoded::Unwritten;
    }
    let Some(Header { length, place, payload }) = header(first, salt) else {
        return Decoded::Damaged;
    };
    let end = HEADER_BYTES + length;
    if bytes.len() < end {
        return Decoded::Incomplete(end);
    }
    let bytes = bytes.slice(HEADER_BYTES..end);
    if salt.checksum(&bytes) != payload {
        return Decoded::Damaged;
    }
    if bytes[..] == salt.head() {
        return Decoded::Closing(place, end);
    }
    match Envelope::from_payload(&bytes) {
        Some(envelope) => Decoded::Record(envelope, Some(place), end),
        None => Decoded::Damaged,
    }
}
