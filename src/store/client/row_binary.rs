//! Rows in ClickHouse's form `RowBinary`, read where they lie: of millions of numbers none is copied or looked at twice.

/// What has come of rows. A reader gives `None` where a value has not come as a whole.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct RowBytes<'a>(pub &'a [u8]);

impl<'a> RowBytes<'a> {
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

    /// A number of a fixed width, as its bytes, the lowest first.
    pub(in crate::store) fn number<const WIDTH: usize>(&mut self) -> Option<[u8; WIDTH]> {
        self.take(WIDTH)?.try_into().ok()
    }

    /// A text's bytes.
    pub(in crate::store) fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }

    /// A list of numbers of a fixed width.
    pub(in crate::store) fn numbers<const WIDTH: usize>(&mut self) -> Option<&'a [[u8; WIDTH]]> {
        let bytes = self.length()?.checked_mul(WIDTH)?;
        let (numbers, _) = self.take(bytes)?.as_chunks::<WIDTH>();
        Some(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_once_they_are_there() {
        let mut row = vec![1, 0, 0, 0, 0, 0, 0, 0, 2, b'a', b'b', 0x82, 0x01];
        row.extend((0..130_u32).flat_map(u32::to_le_bytes));
        let mut whole = RowBytes(&row);
        assert_eq!(whole.number().map(u64::from_le_bytes), Some(1));
        assert_eq!(whole.text(), Some(&b"ab"[..]));
        let numbers = whole.numbers::<4>().unwrap_or_default();
        assert_eq!(numbers.len(), 130);
        assert_eq!(u32::from_le_bytes(numbers[129]), 129);
        assert!(whole.0.is_empty());
        for end in 0..row.len() {
            let mut part = RowBytes(&row[..end]);
            let all = (part.number::<8>(), part.text(), part.numbers::<4>());
            assert!(all.0.is_none() || all.1.is_none() || all.2.is_none(), "{end}");
        }
    }
}
