//! Which of several rows of one event counts.

use crate::domain::{Event, Evidence, Timestamp};

/// What ranks the readings of one event that came in at one instant.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Reading {
    /// Of parser and rules.
    pub edition: u16,
    /// CRC-32 of the body.
    pub checksum: u32,
    /// How often the event stood in the body before.
    pub nth: u8,
}

/// Editions that are told apart.
const EDITIONS: u16 = 1 << 9;

/// How much a row says: of several rows of one event that which says the most counts, whatever came in first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum Weight {
    /// That the event must have been before it was read.
    Read,
    /// That it must have been before it was delivered.
    Delivered,
    /// That it was.
    Plain,
    /// Also who of the business sent it.
    Sent,
    /// Also what was tapped, or what led to it: copies for apps on standby lack that.
    Rich,
    /// Also both.
    Richest,
    /// That it was not, after all.
    Retracted,
}

impl Weight {
    pub(in crate::store) fn of(event: &Event) -> Self {
        let has_sender = !event.app_id.is_empty() || !event.persona_id.is_empty();
        match event.evidence {
            Evidence::Read => Self::Read,
            Evidence::Delivered => Self::Delivered,
            Evidence::Told => {
                Self::told(event.touch.is_some(), !event.payload.is_empty(), has_sender)
            }
            Evidence::Retracted => Self::Retracted,
        }
    }

    /// Of what was told: whether by what led to it, what was tapped, and who of the business sent it.
    pub(in crate::store) fn told(has_touch: bool, has_payload: bool, has_sender: bool) -> Self {
        match (has_touch, has_payload) {
            (true, true) => Self::Richest,
            (true, false) | (false, true) => Self::Rich,
            (false, false) if has_sender => Self::Sent,
            (false, false) => Self::Plain,
        }
    }
}

/// Which edition wrote the version of a row that says so much.
pub(in crate::store) fn edition_of(version: u64, weight: Weight) -> u16 {
    let low = |bits: u32| version.wrapping_add(1) & ((1 << bits) - 1);
    let rank = match weight {
        Weight::Plain => low(20) >> 2,
        Weight::Sent => low(19),
        Weight::Rich => low(18),
        Weight::Richest => low(17),
        Weight::Read | Weight::Delivered | Weight::Retracted => 0,
    };
    u16::try_from(rank >> 8).unwrap_or(u16::MAX)
}

impl Reading {
    /// Larger for what says more; of what says the same for what came in earlier, so whichever of two deliveries is
    /// shipped first. Of what several editions of parser and rules have made of one delivery that of the highest counts;
    /// of two deliveries in one millisecond their checksums decide, the same way each time; of one event twice in a body
    /// the first. A receipt that no clock should tell is the latest that can be. Older programs knew but one weight, and
    /// subtracted the place in a block, less than 2^19, from the highest of a millisecond; this adds less than that.
    pub(in crate::store) fn version(self, received_at: Timestamp, weight: Weight) -> u64 {
        let Self { edition, checksum, nth } = self;
        let (edition, nth) = (u64::from(edition.min(EDITIONS - 1)), u64::from(nth.min(7)));
        let rank = (edition << 8) | (u64::from(checksum & 0x1f) << 3) | (7 - nth);
        let time =
            |bits: u32| u64::try_from(received_at.0).unwrap_or_default().clamp(2, (1 << bits) - 1);
        // Below a bound: room for times until 2109, and what ranks in a millisecond. Each weight
        // has half of the distance of the one before: what says more is larger unless it came in twice as long after 1970.
        let below = |bound: u64, shift: u32| bound - (time(42) << shift) + rank;
        match weight {
            Weight::Read => below(1 << 62, 18),
            Weight::Delivered => below(1 << 63, 18),
            Weight::Plain => u64::MAX - (time(43) << 20) + (rank << 2),
            Weight::Sent => below(u64::MAX, 19),
            Weight::Rich => below(u64::MAX, 18),
            Weight::Richest => below(u64::MAX, 17),
            Weight::Retracted => u64::MAX - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(edition: u16, checksum: u32, nth: u8) -> Reading {
        Reading { edition, checksum, nth }
    }

    #[test]
    fn the_edition_of_a_version_is_known() {
        for weight in [Weight::Plain, Weight::Sent, Weight::Rich, Weight::Richest] {
            for edition in [0, 1, 2, 255, EDITIONS - 1] {
                for (checksum, nth) in [(0, 0), (0, 255), (31, 0), (u32::MAX, 7)] {
                    let time = Timestamp(1_795_168_800_123);
                    let version = reading(edition, checksum, nth).version(time, weight);
                    assert_eq!(edition_of(version, weight), edition, "{weight:?} {checksum} {nth}");
                }
            }
        }
    }

    #[test]
    fn of_two_deliveries_the_one_that_came_in_earlier_counts_whatever_the_clock_says() {
        let day = 86_400_000;
        let now = 1_795_168_800_000;
        // Before 1970, as it is, years ahead, and beyond what there is room for.
        let receipts = [-day, now, now + 1, now + 20 * 365 * day, 1 << 44, i64::MAX];
        let versions: Vec<u64> = receipts
            .iter()
            .map(|received| reading(3, 7, 0).version(Timestamp(*received), Weight::Plain))
            .collect();
        assert!(versions.is_sorted_by(|one, other| one >= other), "{versions:?}");
        assert!(versions[..4].is_sorted_by(|one, other| one > other), "{versions:?}");
        let of_editions = [(0, 31, 0), (1, 0, 1), (1, 0, 0), (1, 1, 9), (EDITIONS, 0, 0)].map(
            |(edition, checksum, nth)| {
                reading(edition, checksum, nth).version(Timestamp(now), Weight::Plain)
            },
        );
        assert!(of_editions.is_sorted_by(|one, other| one < other), "{of_editions:?}");
        // Those of older programs, by their place in a block.
        let older = |time: i64, row: u64| u64::MAX - ((time.unsigned_abs() << 20) | row);
        assert!(older(now, 0) <= of_editions[0] && of_editions[4] < older(now - 1, 50_000));
        // What is reported stands above all.
        let earliest = |weight| reading(u16::MAX, u32::MAX, 0).version(Timestamp(i64::MIN), weight);
        assert!(earliest(Weight::Richest) < u64::MAX - 1);
        // What says more counts, however late it comes.
        let weights = [
            Weight::Read,
            Weight::Delivered,
            Weight::Plain,
            Weight::Sent,
            Weight::Rich,
            Weight::Richest,
            Weight::Retracted,
        ];
        let founded = Timestamp(1_767_225_600_000);
        let late = Timestamp(now + 50 * 365 * day);
        for pair in weights.windows(2) {
            let [less, more] = pair else { continue };
            let early = reading(0, 0, 0).version(founded, *less);
            assert!(early < reading(0, 0, 0).version(late, *more), "{less:?} {more:?}");
        }
    }
}
