//! Puts the months of people together, as they come in blocks of rows in no order. Nothing is asked here.

use rustc_hash::FxHashMap;

use crate::domain::Occurrence;
use crate::store::client::native::NativeBytes;

const DAY_MS: i64 = 86_400_000;

/// Bits of steps and of gaps.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::store::read) struct Masks {
    pub steps: u32,
    pub gaps: u32,
}

/// The classes that matter, and for which steps and gaps.
#[derive(Default)]
pub(in crate::store::read) struct WantedClasses {
    /// By class; without any bit: it does not matter.
    pub known: FxHashMap<u64, Masks>,
    /// What all others are.
    pub others: Masks,
}

impl WantedClasses {
    fn of(&self, class: u64) -> Option<Masks> {
        let masks = self.known.get(&class).copied().unwrap_or(self.others);
        (masks.steps | masks.gaps != 0).then_some(masks)
    }
}

/// Events from an instant on and before another count, UTC milliseconds.
#[derive(Debug, Clone, Copy)]
pub(in crate::store::read) struct Span {
    pub from: i64,
    pub until: i64,
}

/// A month of somebody in which there is an event that matters.
struct MonthRow {
    person: u128,
    /// Days since 1970.
    month: u16,
    /// Its number among all such rows.
    number: usize,
    /// Where its events end; they begin where those of the row before end.
    end: usize,
}

/// What has come of some people.
pub(in crate::store::read) struct Gathering<'a> {
    wanted: &'a WantedClasses,
    span: Span,
    has_ids: bool,
    rows: Vec<MonthRow>,
    events: Vec<Occurrence>,
    /// Page and person of each row, if it matters who they are.
    ids: Vec<[String; 2]>,
}

impl<'a> Gathering<'a> {
    pub(in crate::store::read) fn new(
        wanted: &'a WantedClasses,
        span: Span,
        has_ids: bool,
    ) -> Self {
        Self { wanted, span, has_ids, rows: Vec::new(), events: Vec::new(), ids: Vec::new() }
    }

    /// Takes the next block of the question `people_sequences`; `None` if it has not come as a whole.
    pub(in crate::store::read) fn take(&mut self, bytes: &mut NativeBytes<'_>) -> Option<()> {
        let mut ahead = *bytes;
        let rows = ahead.rows()?;
        let people = ahead.numbers::<16>(rows)?;
        let months = ahead.numbers::<2>(rows)?;
        let times = ahead.lists::<4>(rows)?;
        let classes = ahead.lists::<8>(rows)?;
        let ids = if self.has_ids { Some([ahead.texts(rows)?, ahead.texts(rows)?]) } else { None };
        *bytes = ahead;
        let Span { from, until } = self.span;
        for (row, (person, month)) in people.iter().zip(months).enumerate() {
            let month = u16::from_le_bytes(*month);
            let begin = i64::from(month) * DAY_MS;
            let before = self.events.len();
            for (since, class) in times.of(row).iter().zip(classes.of(row)) {
                let class = u64::from_le_bytes(*class);
                let Some(Masks { steps, gaps }) = self.wanted.of(class) else { continue };
                let time = begin + i64::from(u32::from_le_bytes(*since));
                if (from..until).contains(&time) {
                    self.events.push(Occurrence { time, steps, gaps });
                }
            }
            let end = self.events.len();
            if end == before {
                continue;
            }
            let person = u128::from_le_bytes(*person);
            self.rows.push(MonthRow { person, month, number: self.rows.len(), end });
            if let Some([pages, people]) = &ids {
                let text = |ids: &Vec<&[u8]>| String::from_utf8_lossy(ids[row]).into_owned();
                self.ids.push([text(pages), text(people)]);
            }
        }
        Some(())
    }

    /// Calls `tell` with each person's hash, page and person (if they were asked for) and events, in the order of hashes.
    pub(in crate::store::read) fn tell(
        mut self,
        mut tell: impl FnMut(u128, &mut [String; 2], &mut Vec<Occurrence>),
    ) {
        let ends: Vec<usize> = self.rows.iter().map(|row| row.end).collect();
        // Rows of a part of the table come in order: a sort that merges what is sorted already is a fast one.
        self.rows.sort_by_key(|row| (row.person, row.month));
        let mut own = Vec::new();
        for months in self.rows.chunk_by(|one, next| one.person == next.person) {
            own.clear();
            for month in months {
                let begin = month.number.checked_sub(1).map_or(0, |before| ends[before]);
                own.extend_from_slice(&self.events[begin..month.end]);
            }
            let first = &months[0];
            let mut nobody = <[String; 2]>::default();
            let ids = self.ids.get_mut(first.number).unwrap_or(&mut nobody);
            tell(first.person, ids, &mut own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row: person, month, the events' milliseconds since it began and classes.
    type Told<'t> = (u128, u16, &'t [(u32, u64)]);

    fn block(rows: &[Told<'_>]) -> Vec<u8> {
        let column = |block: &mut Vec<u8>| block.extend([1, b'c', 1, b't']);
        let mut block = vec![4, u8::try_from(rows.len()).unwrap_or_default()];
        column(&mut block);
        block.extend(rows.iter().flat_map(|row| row.0.to_le_bytes()));
        column(&mut block);
        block.extend(rows.iter().flat_map(|row| row.1.to_le_bytes()));
        let mut end = 0_u64;
        let mut ends = Vec::new();
        for row in rows {
            end += row.2.len() as u64;
            ends.extend(end.to_le_bytes());
        }
        let events = || rows.iter().flat_map(|row| row.2);
        column(&mut block);
        block.extend(&ends);
        block.extend(events().flat_map(|event| event.0.to_le_bytes()));
        column(&mut block);
        block.extend(&ends);
        block.extend(events().flat_map(|event| event.1.to_le_bytes()));
        block
    }

    #[test]
    fn months_of_somebody_come_together_in_whatever_order() {
        let masks = |steps| Masks { steps, gaps: 0 };
        let known = [(7, masks(1)), (9, masks(0))].into_iter().collect();
        let wanted = WantedClasses { known, others: masks(2) };
        let first: &[Told<'_>] = &[(5, 31, &[(1, 7), (2, 9), (3, 8)]), (9, 31, &[(4, 8)])];
        let second: &[Told<'_>] = &[(2, 0, &[(5, 9)]), (5, 0, &[(6, 8)]), (9, 0, &[])];
        for blocks in [[first, second], [second, first]] {
            let bytes: Vec<u8> = blocks.into_iter().flat_map(block).collect();
            let until = 31 * DAY_MS + 4;
            let mut gathering = Gathering::new(&wanted, Span { from: 0, until }, false);
            let mut bytes = NativeBytes(&bytes);
            while gathering.take(&mut bytes).is_some() {}
            assert!(bytes.0.is_empty());
            let mut told = Vec::new();
            gathering.tell(|person, _, events| {
                let events = events.iter().map(|event| (event.time, event.steps));
                told.push((person, events.collect::<Vec<_>>()));
            });
            let five = vec![(6, 2), (31 * DAY_MS + 1, 1), (31 * DAY_MS + 3, 2)];
            assert_eq!(told, [(5, five)], "nine is behind the period");
        }
    }
}
