//! The form of one record: length, CRC-32, then the envelope (kind, time of receipt, body).

use bytes::Bytes;

/// First bytes of every segment: name and version of the format.
pub const MAGIC: &[u8; 8] = b"mfjrnl1\n";
/// Bytes before a record's payload: length (u32, little endian) and CRC-32 (u32, little endian).
pub const HEADER_BYTES: usize = 8;
/// Longest payload that is taken for a record; more means that the bytes are not one.
pub const MAX_PAYLOAD_BYTES: usize = 64 << 20;
const ENVELOPE_BYTES: usize = 9;

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

impl Envelope {
    /// Appends the record's bytes to `out`.
    ///
    /// # Panics
    /// Never for a body below [`MAX_PAYLOAD_BYTES`], which the collector's limit keeps it under.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len() + HEADER_BYTES;
        let length = u32::try_from(ENVELOPE_BYTES + self.body.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.push(self.kind.code());
        out.extend_from_slice(&self.received_at_ms.to_le_bytes());
        out.extend_from_slice(&self.body);
        let checksum = crc32fast::hash(&out[start..]);
        out[start - 4..start].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// What stands at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A whole record and how many bytes it takes.
    Record(Envelope, usize),
    /// The bytes end inside a record.
    Incomplete,
    /// Zeros: room that was never written.
    Unwritten,
    /// Not a record: torn or damaged.
    Damaged,
}

/// Bytes of the payload behind the header at the start of `bytes`; `None` if it is no header.
pub(super) fn payload_bytes(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(..HEADER_BYTES)?;
    let length = word(header, 0) as usize;
    (ENVELOPE_BYTES..=MAX_PAYLOAD_BYTES).contains(&length).then_some(length)
}

fn word(header: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

/// Reads the record at the start of `bytes`.
#[must_use]
pub fn decode(bytes: &Bytes) -> Decoded {
    let Some(header) = bytes.get(..HEADER_BYTES) else { return Decoded::Incomplete };
    if header.iter().all(|byte| *byte == 0) {
        return Decoded::Unwritten;
    }
    let Some(length) = payload_bytes(header) else { return Decoded::Damaged };
    let end = HEADER_BYTES + length;
    if bytes.len() < end {
        return Decoded::Incomplete;
    }
    let payload = bytes.slice(HEADER_BYTES..end);
    if crc32fast::hash(&payload) != word(header, 4) {
        return Decoded::Damaged;
    }
    let mut received = [0; 8];
    received.copy_from_slice(&payload[1..ENVELOPE_BYTES]);
    match EnvelopeKind::from_code(payload[0]) {
        Some(kind) => Decoded::Record(
            Envelope {
                kind,
                received_at_ms: i64::from_le_bytes(received),
                body: payload.slice(ENVELOPE_BYTES..),
            },
            end,
        ),
        None => Decoded::Damaged,
    }
}
