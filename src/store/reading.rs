//! Which of several rows of one event counts.

use crate::domain::Timestamp;

/// What ranks the readings of one event that came in at one instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// Of parser and rules.
    pub edition: u16,
    /// CRC-32 of the body.
    pub checksum: u32,
    /// How often the event stood in the body before.
    pub nth: u8,
}

/// Editions that are told apart.
const EDITIONS: u16 = 1 << 10;

impl Reading {
    /// Larger for what came in earlier: so whichever of two deliveries is shipped first, the one that came in earlier counts.
    /// Of what several editions of parser and rules have made of one delivery that of the highest counts; of two deliveries
    /// in one millisecond their checksums decide, the same way each time; of one event twice in a body the first. A receipt
    /// that no clock should tell is the latest that can be. Older programs subtracted the place in a block, less than 2^19,
    /// from the highest of a millisecond; this adds less than that.
    pub(super) fn version(self, received_at: Timestamp) -> u64 {
        let time = u64::try_from(received_at.0).unwrap_or_default().clamp(1, (1 << 43) - 1);
        let Reading { edition, checksum, nth } = self;
        let (edition, nth) = (u64::from(edition.min(EDITIONS - 1)), u64::from(nth.min(7)));
        u64::MAX - (time << 20) + ((edition << 9) | (u64::from(checksum & 0x3f) << 3) | (7 - nth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(edition: u16, checksum: u32, nth: u8) -> Reading {
        Reading { edition, checksum, nth }
    }

    #[test]
    fn of_two_deliveries_the_one_that_came_in_earlier_counts_whatever_the_clock_says() {
        let day = 86_400_000;
        let now = 1_795_168_800_000;
        // Before 1970, as it is, years ahead, and beyond what there is room for.
        let receipts = [-day, now, now + 1, now + 20 * 365 * day, 1 << 44, i64::MAX];
        let versions: Vec<u64> = receipts
            .iter()
            .map(|received| reading(3, 7, 0).version(Timestamp(*received)))
            .collect();
        assert!(versions.is_sorted_by(|one, other| one >= other), "{versions:?}");
        assert!(versions[..4].is_sorted_by(|one, other| one > other), "{versions:?}");
        let of_editions = [(0, 63, 0), (1, 0, 1), (1, 0, 0), (1, 1, 9), (EDITIONS, 0, 0)].map(
            |(edition, checksum, nth)| reading(edition, checksum, nth).version(Timestamp(now)),
        );
        assert!(of_editions.is_sorted_by(|one, other| one < other), "{of_editions:?}");
        // Those of older programs, by their place in a block.
        let older = |time: i64, row: u64| u64::MAX - ((time.unsigned_abs() << 20) | row);
        assert!(older(now, 0) <= of_editions[0] && of_editions[4] < older(now - 1, 50_000));
        // What is reported stands above all.
        assert!(reading(u16::MAX, u32::MAX, 0).version(Timestamp(i64::MIN)) < u64::MAX - 1);
    }
}
