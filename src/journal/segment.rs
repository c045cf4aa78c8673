//! One segment, read from an offset on, a chunk at a time; damage is told and stepped over.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};

use super::error::JournalError;
use super::first_format;
use super::lost_blocks::Lossy;
use super::record::Envelope;
use super::record::{CLOSING_BYTES, COPY_BYTES, Decoded, HEAD_BYTES, HEADER_BYTES, Place, Salt};
use super::scan::{Format, is_unwritten, lacks_a_sector, written};

/// Bytes that are read at once.
const CHUNK: usize = 1 << 20;

/// What stands at a place of a segment.
#[derive(Debug)]
pub(super) enum Step {
    /// A record, and the offset behind it.
    Record(u64, Envelope),
    /// Nothing more: the file's end, the limit, or room that was never written.
    End,
    /// Bytes of a batch that was never acknowledged: a torn write.
    Torn(Gap),
    /// Bytes that should be records and are not.
    Damaged(Gap),
}

/// Bytes that are no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gap {
    pub offset: u64,
    pub bytes: Bytes,
    /// How many records stood there, if the format tells.
    pub records: Option<u64>,
}

/// A segment that is being read.
pub(super) struct Segment {
    path: PathBuf,
    file: Lossy,
    format: Format,
    /// A part of the head that cannot be read, to be told first.
    damaged_head: Option<Gap>,
    /// Of `rest`'s first byte.
    offset: u64,
    /// Bytes from here on are not known to be on disk; those before are, unless there is no limit.
    limit: u64,
    rest: Bytes,
    /// Number of the next record, if it is known.
    next: Option<u32>,
    /// The record that closes it, once it was met.
    closing: Option<Place>,
    /// What was last synced of it, once that had to be known.
    last: Option<Last>,
}

/// What the end of a segment tells of its last batch.
#[derive(Clone, Copy)]
enum Last {
    /// It was closed; so many records were acknowledged.
    Closed(u32),
    /// The batch that begins with this record may never have been acknowledged.
    Batch(u32),
    /// Nothing.
    Unknown,
}

impl Segment {
    /// Reads from `offset` on, as far as `limit`.
    pub(super) fn open(path: &Path, offset: u64, limit: u64) -> Result<Self, JournalError> {
        let open = || {
            let mut file = Lossy::open(path)?;
            let head = Head::read(&mut file)?;
            let start = if offset == 0 { head.length } else { offset };
            file.seek(SeekFrom::Start(start))?;
            Ok((file, head, start))
        };
        let (file, head, start) = open().map_err(JournalError::io(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            format: head.format,
            damaged_head: head.damaged.filter(|_| offset == 0),
            offset: start,
            limit,
            rest: Bytes::new(),
            next: (start == head.length).then_some(0),
            closing: None,
            last: None,
        })
    }

    /// Behind the last record, or at what is no record.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Number of the next record, if it is known.
    pub(super) fn next_number(&self) -> Option<u32> {
        self.next
    }

    /// Whether the record that closes it was met.
    pub(super) fn is_closed(&self) -> bool {
        self.closing.is_some()
    }

    /// The next step; those behind [`Step::End`] are the same.
    pub(super) fn next(&mut self) -> Result<Step, JournalError> {
        if let Some(gap) = self.damaged_head.take() {
            return Ok(Step::Damaged(gap));
        }
        if self.closing.is_some() || self.offset >= self.limit {
            return Ok(Step::End);
        }
        self.read_ahead(HEADER_BYTES)?;
        let mut decoded = self.format.decode(&self.rest);
        if let Decoded::Incomplete(length) = decoded {
            self.read_ahead(length)?;
            decoded = self.format.decode(&self.rest);
        }
        match decoded {
            Decoded::Record(envelope, place, length) => {
                self.skip(length);
                self.next = place.map(|place| place.number.saturating_add(1));
                Ok(Step::Record(self.offset, envelope))
            }
            Decoded::Closing(place, length) => {
                self.skip(length);
                self.closing = Some(place);
                Ok(Step::End)
            }
            Decoded::Unwritten if self.is_unwritten_to_the_end()? => Ok(Step::End),
            Decoded::Unwritten | Decoded::Incomplete(_) | Decoded::Damaged => self.gap(),
        }
    }

    /// What is no record: one that is damaged, if its header tells where it ends, else all up to the next whole one.
    fn gap(&mut self) -> Result<Step, JournalError> {
        self.read_ahead(usize::MAX)?;
        let is_limited = self.limit != u64::MAX;
        let is_known = self.next.is_some() || self.format == Format::First;
        let is_inside = !is_known && self.find_number()?;
        let end = if is_limited { self.rest.len() } else { written(&self.rest) };
        if end == 0 && !is_limited {
            return Ok(Step::End);
        }
        let next = self.format.find(&self.rest, 1);
        let extent = self.format.extent(&self.rest);
        let alone = extent.filter(|length| *length < next.unwrap_or(end));
        let length = alone.or(next).unwrap_or(end);
        // Where nothing follows, what was written may be shorter than it was to be.
        let least = if self.offset == 0 { HEAD_BYTES } else { self.format.least() };
        let whole = alone.or(next).unwrap_or(extent.unwrap_or(least).max(length));
        let is_lacking = lacks_a_sector(&self.rest, self.offset, whole)
            || (length == end && written(&self.rest) < whole);

        let place = match alone {
            Some(_) => None,
            None => next.and_then(|at| self.place(at)),
        };
        let records = match (place, alone, self.next) {
            (Some(place), _, Some(number)) => Some(place.number.saturating_sub(number)),
            // One, or the closing one.
            (None, Some(length), Some(_)) if length != CLOSING_BYTES => Some(1),
            _ => None,
        };
        let is_damage = !is_inside
            && records != Some(0)
            && (is_limited || self.was_acknowledged(next) || !is_lacking);
        let gap = Gap {
            offset: self.offset,
            bytes: self.rest.slice(..length),
            records: records.map(u64::from),
        };
        self.skip(length);
        if is_limited && length == end && next.is_none() {
            // Behind it nothing is left to be read.
            self.offset = self.limit;
        }
        self.next = match place {
            Some(place) => Some(place.number),
            None => self.next.zip(alone).map(|(number, _)| number.saturating_add(1)),
        };
        Ok(if is_damage { Step::Damaged(gap) } else { Step::Torn(gap) })
    }

    /// Place of the record at a place of `rest`.
    fn place(&self, at: usize) -> Option<Place> {
        match self.format.decode(&self.rest.slice(at..)) {
            Decoded::Record(_, place, _) => place,
            Decoded::Closing(place, _) => Some(place),
            _ => None,
        }
    }

    /// Whether what should stand here was acknowledged for sure: a later batch was written, or the segment was closed.
    fn was_acknowledged(&mut self, next: Option<usize>) -> bool {
        let Some(next) = next else { return false };
        // Version 1 does not tell batches apart.
        let Some(number) = self.next else { return true };
        let last = match self.last {
            Some(last) => last,
            None => self.last_behind(next),
        };
        self.last = Some(last);
        match last {
            Last::Closed(acknowledged) => number < acknowledged,
            Last::Batch(first) => number < first,
            Last::Unknown => false,
        }
    }

    /// Looks through all records from a place of `rest` on.
    fn last_behind(&self, mut at: usize) -> Last {
        let mut last = Last::Unknown;
        loop {
            let bytes = self.rest.slice(at..);
            match self.format.decode(&bytes) {
                Decoded::Closing(place, _) => return Last::Closed(place.batch),
                Decoded::Record(_, place, length) => {
                    last = place.map_or(last, |place| Last::Batch(place.batch));
                    at += length;
                }
                _ => match self.format.find(&bytes, 1) {
                    Some(next) => at += next,
                    None => return last,
                },
            }
        }
    }

    /// Finds out the number of the record that should stand here, by all that stand before; whether this is inside of
    /// what was torn: a failed write that grew again with a power cut, because it could not be cut off for good.
    fn find_number(&mut self) -> Result<bool, JournalError> {
        let mut before = Self::open(&self.path, 0, u64::MAX)?;
        let mut is_torn = false;
        while before.offset < self.offset {
            match before.next()? {
                Step::End => break,
                step => is_torn = matches!(step, Step::Torn(_)),
            }
        }
        self.next = before.next.filter(|_| before.offset == self.offset);
        Ok(is_torn && before.offset > self.offset)
    }

    fn is_unwritten_to_the_end(&mut self) -> Result<bool, JournalError> {
        if self.limit != u64::MAX {
            return Ok(false);
        }
        if !is_unwritten(&self.rest) {
            return Ok(false);
        }
        // What is seen to be zeros need not be kept: a segment has much room.
        let behind = self.offset + self.rest.len() as u64;
        let mut chunk = vec![0; CHUNK];
        let mut look = || loop {
            let read = self.file.read(&mut chunk)?;
            if read == 0 || !is_unwritten(&chunk[..read]) {
                self.file.seek(SeekFrom::Start(behind))?;
                return Ok(read == 0);
            }
        };
        look().map_err(JournalError::io(&self.path))
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.slice(bytes..);
        self.offset += bytes as u64;
    }

    /// Has at least `wanted` bytes at hand, unless there are not so many.
    fn read_ahead(&mut self, wanted: usize) -> Result<(), JournalError> {
        if self.rest.len() >= wanted {
            return Ok(());
        }
        let at = self.offset + self.rest.len() as u64;
        let size = (wanted - self.rest.len()).max(CHUNK) as u64;
        let mut more = Vec::new();
        (&mut self.file)
            .take(size.min(self.limit.saturating_sub(at)))
            .read_to_end(&mut more)
            .map_err(JournalError::io(&self.path))?;
        if self.rest.is_empty() {
            self.rest = Bytes::from(more);
        } else {
            let mut joined = BytesMut::with_capacity(self.rest.len() + more.len());
            joined.extend_from_slice(&self.rest);
            joined.extend_from_slice(&more);
            self.rest = joined.freeze();
        }
        Ok(())
    }
}

/// What the start of a segment tells.
pub(super) struct Head {
    pub format: Format,
    /// Bytes before the first record.
    pub length: u64,
    /// What of it cannot be read.
    damaged: Option<Gap>,
}

impl Head {
    /// Of two copies at the start one suffices; a closed segment has a third at its end.
    pub(super) fn read(file: &mut Lossy) -> io::Result<Self> {
        let mut start = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut start)?;
        let (first, second) = start.split_at(start.len().min(COPY_BYTES));
        let salts = [Salt::from_head(first), Salt::from_head(second)];
        let gap = |from: usize, to: usize| Gap {
            offset: from as u64,
            bytes: Bytes::copy_from_slice(&start[from.min(start.len())..to.min(start.len())]),
            records: Some(0),
        };
        let second_format = |salt, damaged| Self {
            format: Format::Second(salt),
            length: HEAD_BYTES as u64,
            damaged,
        };
        if start.starts_with(first_format::MAGIC) {
            let length = first_format::MAGIC.len() as u64;
            return Ok(Self { format: Format::First, length, damaged: None });
        }
        Ok(match salts {
            [Some(salt), Some(_)] => second_format(salt, None),
            // Cut off while the head was written.
            [Some(salt), None] if first.starts_with(&second[..written(second)]) => {
                second_format(salt, None)
            }
            [Some(salt), None] => second_format(salt, Some(gap(COPY_BYTES, HEAD_BYTES))),
            [None, Some(salt)] => second_format(salt, Some(gap(0, COPY_BYTES))),
            [None, None] => match Self::closing_salt(file)?.or_else(|| Salt::mended(first, second))
            {
                Some(salt) => second_format(salt, Some(gap(0, HEAD_BYTES))),
                None => Self::without_name(file, gap(0, first_format::MAGIC.len()))?,
            },
        })
    }

    fn closing_salt(file: &mut Lossy) -> io::Result<Option<Salt>> {
        let mut end = [0; COPY_BYTES];
        if file.length()? < (HEAD_BYTES + COPY_BYTES) as u64 {
            return Ok(None);
        }
        file.seek(SeekFrom::End(-i64::try_from(COPY_BYTES).unwrap_or(i64::MAX)))?;
        file.read_exact(&mut end)?;
        Ok(Salt::from_head(&end))
    }

    /// Version 1 with a damaged name, if a record of it follows; else records of it are looked for everywhere.
    fn without_name(file: &mut Lossy, name: Gap) -> io::Result<Self> {
        let length = name.bytes.len() as u64;
        let mut header = [0; first_format::HEADER_BYTES];
        file.seek(SeekFrom::Start(length))?;
        let is_short = file.read_exact(&mut header).is_err();
        let mut record = header.to_vec();
        let payload = u64::from(super::record::word(&header, 0));
        file.by_ref().take(payload).read_to_end(&mut record)?;
        let is_record =
            !is_short && matches!(first_format::decode(&record.into()), Decoded::Record(..));
        let (length, damaged) = if is_record { (length, Some(name)) } else { (0, None) };
        Ok(Self { format: Format::First, length, damaged })
    }
}
