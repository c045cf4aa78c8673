//! Finds the next record behind bytes that are none, and tells a torn write from damage. Pure.

use bytes::Bytes;

use super::first_format;
use super::record::{self, Decoded, Salt};

/// A disk writes so many bytes whole or not at all.
const SECTOR: u64 = 512;

/// How a segment is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Version 1; also what has no head that could be read.
    First,
    /// Version 2.
    Second(Salt),
}

impl Format {
    /// Reads the record at the start of `bytes`.
    #[must_use]
    pub fn decode(self, bytes: &Bytes) -> Decoded {
        match self {
            Self::First => first_format::decode(bytes),
            Self::Second(salt) => record::decode(bytes, salt),
        }
    }

    /// Bytes that the record at the start of `bytes` takes, if they tell.
    #[must_use]
    pub fn extent(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::First => None,
            Self::Second(salt) => record::extent(bytes, salt),
        }
    }

    /// Bytes that anything that was written takes.
    #[must_use]
    pub fn least(self) -> usize {
        match self {
            Self::First => first_format::HEADER_BYTES,
            Self::Second(_) => record::HEADER_BYTES,
        }
    }

    /// Where the next whole record begins, at `from` or behind it.
    #[must_use]
    pub fn find(self, bytes: &Bytes, from: usize) -> Option<usize> {
        let Self::Second(salt) = self else { return first_format::find(bytes, from) };
        let (mark, mut at) = (salt.mark(), from);
        while let Some(next) = bytes.get(at..)?.iter().position(|byte| *byte == mark[0]) {
            at += next;
            let is_whole = bytes[at..].starts_with(&mark)
                && matches!(
                    record::decode(&bytes.slice(at..), salt),
                    Decoded::Record(..) | Decoded::Closing(..)
                );
            if is_whole {
                return Some(at);
            }
            at += 1;
        }
        None
    }
}

/// Whether bytes that should be `length` long, and begin at `offset` of a file, lack what one sector would hold: it was
/// never written. A power cut leaves that behind; damage to what was written does not.
#[must_use]
pub fn lacks_a_sector(bytes: &[u8], offset: u64, length: usize) -> bool {
    let Some(mut rest) = bytes.get(..length) else { return true };
    let mut first = usize::try_from(SECTOR - offset % SECTOR).unwrap_or_default();
    while !rest.is_empty() {
        let (sector, behind) = rest.split_at(first.min(rest.len()));
        if is_unwritten(sector) {
            return true;
        }
        (rest, first) = (behind, usize::try_from(SECTOR).unwrap_or_default());
    }
    false
}

/// Whether these are zeros.
#[must_use]
pub fn is_unwritten(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// Bytes before the zeros at the end.
#[must_use]
pub fn written(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}
