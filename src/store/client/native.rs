//! Blocks in ClickHouse's form `Native`, a column after the other, read where they lie: of millions of numbers none is
//! copied or looked at twice.

/// What has come of blocks. A reader gives `None` where a value has not come as a whole.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct NativeBytes<'a>(pub &'a [u8]);

/// A column of lists: where each ends among the values, and these.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Lists<'a, const WIDTH: usize> {
    ends: &'a [[u8; 8]],
    values: &'a [[u8; WIDTH]],
}

impl<'a, const WIDTH: usize> Lists<'a, WIDTH> {
    /// The list of a row; empty where there is no such row.
    pub(in crate::store) fn of(&self, row: usize) -> &'a [[u8; WIDTH]] {
        let begin = row.checked_sub(1).map_or(0, |before| self.end(before));
        self.values.get(begin..self.end(row)).unwrap_or_default()
    }

    fn end(&self, row: usize) -> usize {
        self.ends.get(row).map_or(0, |end| as_size(*end))
    }
}

fn as_size(bytes: [u8; 8]) -> usize {
    usize::try_from(u64::from_le_bytes(bytes)).unwrap_or(usize::MAX)
}

impl<'a> NativeBytes<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of elements or bytes: seven bits a byte, the lowest first.
    fn length(&mut self) -> Option<usize> {
        let mut length = 0_usize;
        for place in 0..10 {
            let byte = *self.take(1)?.first()?;
            length |= usize::from(byte & 0x7f).checked_shl(7 * place).unwrap_or_default();
            if byte & 0x80 == 0 {
                return Some(length);
            }
        }
        None
    }

    /// Begins a block: how many rows it has.
    pub(in crate::store) fn rows(&mut self) -> Option<usize> {
        let _columns = self.length()?;
        self.length()
    }

    /// Passes by the name and the type that stand before a column.
    fn begin_column(&mut self) -> Option<()> {
        for _ in 0..2 {
            self.text()?;
        }
        Some(())
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }

    fn values<const WIDTH: usize>(&mut self, count: usize) -> Option<&'a [[u8; WIDTH]]> {
        let (values, _) = self.take(count.checked_mul(WIDTH)?)?.as_chunks::<WIDTH>();
        Some(values)
    }

    /// A column of numbers of a fixed width, as their bytes, the lowest first.
    pub(in crate::store) fn numbers<const WIDTH: usize>(
        &mut self,
        rows: usize,
    ) -> Option<&'a [[u8; WIDTH]]> {
        self.begin_column()?;
        self.values(rows)
    }

    /// A column of lists of such numbers.
    pub(in crate::store) fn lists<const WIDTH: usize>(
        &mut self,
        rows: usize,
    ) -> Option<Lists<'a, WIDTH>> {
        self.begin_column()?;
        let ends = self.values::<8>(rows)?;
        let values = self.values(ends.last().map_or(0, |end| as_size(*end)))?;
        Some(Lists { ends, values })
    }

    /// A column of texts, as their bytes.
    pub(in crate::store) fn texts(&mut self, rows: usize) -> Option<Vec<&'a [u8]>> {
        self.begin_column()?;
        (0..rows).map(|_| self.text()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `SELECT number AS n, range(number * 130) AS l, repeat('a', number) AS t FROM numbers(2) FORMAT Native`, by hand.
    fn block() -> Vec<u8> {
        let mut block = vec![3, 2];
        let column = |block: &mut Vec<u8>, name: u8, kind: &str| {
            block.extend([1, name, u8::try_from(kind.len()).unwrap_or_default()]);
            block.extend(kind.as_bytes());
        };
        column(&mut block, b'n', "UInt64");
        block.extend([0_u64, 1].into_iter().flat_map(u64::to_le_bytes));
        column(&mut block, b'l', "Array(UInt32)");
        block.extend([0_u64, 130].into_iter().flat_map(u64::to_le_bytes));
        block.extend((0..130_u32).flat_map(u32::to_le_bytes));
        column(&mut block, b't', "String");
        block.extend([0, 1, b'a']);
        block
    }

    /// The columns of a block, if it has come as a whole.
    type Columns<'a> = (&'a [[u8; 8]], Lists<'a, 4>, Vec<&'a [u8]>);

    fn read<'a>(bytes: &mut NativeBytes<'a>) -> Option<Columns<'a>> {
        let rows = bytes.rows()?;
        Some((bytes.numbers(rows)?, bytes.lists(rows)?, bytes.texts(rows)?))
    }

    #[test]
    fn blocks_are_read_once_they_are_there() {
        let block = block();
        let mut whole = NativeBytes(&block);
        let (numbers, lists, texts) = read(&mut whole).unwrap_or_else(|| panic!("a whole block"));
        assert_eq!(numbers, [0_u64, 1].map(u64::to_le_bytes));
        assert_eq!((lists.of(0).len(), lists.of(1).len(), lists.of(2).len()), (0, 130, 0));
        assert_eq!(u32::from_le_bytes(lists.of(1)[129]), 129);
        assert_eq!(texts, [&b""[..], b"a"]);
        assert!(whole.0.is_empty());
        for end in 0..block.len() {
            assert!(read(&mut NativeBytes(&block[..end])).is_none(), "{end}");
        }
    }
}
