//! What has to be written when people have new events: arithmetic, no I/O.

use std::collections::BTreeSet;

use polars_core::frame::DataFrame;
use polars_core::prelude::{Column, PolarsResult};
use rustc_hash::FxHashMap;

use crate::analysis::walk_threads;
use crate::store::{ChangedPerson, PersonSnapshot, StandingRow};

/// What older events are read of only where somebody has them: this long before the newest that is
/// new.
const RECENT_MS: i64 = 62 * 86_400_000;

/// What has to be written. `gone_*` are the keys of rows that are no more, marked as deleted.
#[derive(Debug)]
pub struct Making {
    /// Version of all rows.
    pub version: u64,
    /// Rows of `people`, one for each that changed.
    pub people: Vec<PersonSnapshot>,
    /// Rows of `conversations`.
    pub conversations: DataFrame,
    /// Rows of `touchpoints`.
    pub touchpoints: DataFrame,
    /// Rows of `conversions`.
    pub conversions: DataFrame,
    /// Conversations that are no more.
    pub gone_conversations: DataFrame,
    /// Touchpoints that are no more.
    pub gone_touchpoints: DataFrame,
    /// Conversions that are no more.
    pub gone_conversions: DataFrame,
}

/// Which of a person's events are read, and which rows of theirs are made again.
struct Window {
    read_from: i64,
    /// Rows before this instant stay as they are.
    keep_from: i64,
}

impl Window {
    /// Events from `since` on are new. The conversation that they fall into begins before, and whether
    /// it entered through a private reply depends on what followed the act before it: so reading begins with
    /// the conversation before that.
    fn of(person: &ChangedPerson) -> Self {
        let before = person.opened.partition_point(|opened| *opened < person.since);
        let first = person.first_event.map_or(person.since, |first| first.min(person.since));
        match before.checked_sub(2) {
            Some(place) => {
                Self { read_from: person.opened[place], keep_from: person.opened[place + 1] }
            }
            None => Self { read_from: first, keep_from: i64::MIN },
        }
    }
}

/// The instant from which on everybody's events are read; of those before it only the people's who
/// have any.
#[must_use]
pub fn bound(people: &[ChangedPerson]) -> i64 {
    let newest = people.iter().map(|person| person.since).max().unwrap_or(0);
    let recent = newest.saturating_sub(RECENT_MS);
    let begin = people.iter().map(|person| Window::of(person).read_from);
    begin.filter(|from| *from >= recent).min().unwrap_or(recent)
}

/// Makes the rows of everybody in `people` of their `events` (as `analysis::walk_threads` takes
/// them). They get that version, or a higher one if somebody's rows have it already. Of the `standing` rows those go
/// that are not made, beside those that the people's lists tell.
///
/// # Errors
/// If the events are not of that form.
pub fn make(
    people: &[ChangedPerson],
    events: &DataFrame,
    standing: &[StandingRow],
    version: u64,
) -> PolarsResult<Making> {
    let newest = people.iter().map(|person| person.version).max().unwrap_or(0);
    let maker = Maker {
        people,
        windows: people.iter().map(Window::of).collect(),
        place: people
            .iter()
            .enumerate()
            .map(|(place, one)| ((one.page_id.as_str(), one.person_id.as_str()), place))
            .collect(),
        standing,
        version: version.max(newest.saturating_add(1)),
    };
    maker.make(events)
}

struct Maker<'a> {
    people: &'a [ChangedPerson],
    windows: Vec<Window>,
    place: FxHashMap<(&'a str, &'a str), usize>,
    standing: &'a [StandingRow],
    version: u64,
}

/// Rows of one table.
struct Rows {
    frame: DataFrame,
    /// Whose each row is.
    owners: Vec<usize>,
    times: Vec<i64>,
}

impl Maker<'_> {
    fn make(&self, events: &DataFrame) -> PolarsResult<Making> {
        let all = self.rows(events.clone(), "time")?;
        let is_read = |row: &(&usize, &i64)| *row.1 >= self.windows[*row.0].read_from;
        let read =
            all.frame.filter(&all.owners.iter().zip(&all.times).map(|r| is_read(&r)).collect())?;
        let threads = walk_threads(read)?;
        let walked = self.rows(threads.touchpoints, "time")?;
        let mut conversations = self.kept(&self.rows(threads.conversations, "opened_at")?)?;
        let mut touchpoints = self.kept(&walked)?;
        let mut conversions = self.kept(&self.rows(threads.conversions, "time")?)?;
        let opened = self.lists(&conversations, |person| &person.opened);
        let touched = self.lists(&touchpoints, |person| &person.touched);
        let converted = self.lists(&conversions, |person| &person.converted);

        self.number(&mut conversations, |person| &person.opened)?;
        self.number(&mut touchpoints, |person| &person.touched)?;
        self.number(&mut conversions, |person| &person.converted)?;
        self.count_on(&mut conversions, &walked)?;
        self.know_first_touch(&mut conversions)?;
        let gone_conversations =
            self.gone("conversation", "opened_at", &opened, |person| &person.opened)?;
        let gone_touchpoints =
            self.gone("touchpoint", "time", &touched, |person| &person.touched)?;
        let gone_conversions =
            self.gone("conversion", "time", &converted, |person| &person.converted)?;
        let first_events = self.first_events(&all);
        let lists = opened.into_iter().zip(touched).zip(converted);
        let people = self.people.iter().zip(first_events).zip(lists);
        let people =
            people.map(|((person, first_event), ((opened, touched), converted))| PersonSnapshot {
                page_id: person.page_id.clone(),
                person_id: person.person_id.clone(),
                first_event,
                opened,
                touched,
                converted,
                version: self.version,
            });
        Ok(Making {
            version: self.version,
            people: people.collect(),
            conversations: self.versioned(conversations.frame)?,
            touchpoints: self.versioned(touchpoints.frame)?,
            conversions: self.versioned(conversions.frame)?,
            gone_conversations,
            gone_touchpoints,
            gone_conversions,
        })
    }

    fn rows(&self, frame: DataFrame, time: &str) -> PolarsResult<Rows> {
        let pages = frame.column("page_id")?.str()?;
        let people = frame.column("person_id")?.str()?;
        let times = frame.column(time)?.i64()?;
        let mut owners = Vec::with_capacity(frame.height());
        for (page, person) in pages.iter().zip(people.iter()) {
            let key = (page.unwrap_or_default(), person.unwrap_or_default());
            let owner = self.place.get(&key).copied();
            owners.push(owner.ok_or_else(|| {
                polars_core::error::PolarsError::ComputeError(
                    format!("events of {key:?}, who has not changed").into(),
                )
            })?);
        }
        let times = times.iter().map(Option::unwrap_or_default).collect();
        Ok(Rows { frame, owners, times })
    }

    /// The rows that are made again.
    fn kept(&self, rows: &Rows) -> PolarsResult<Rows> {
        let is_kept: Vec<bool> = rows
            .owners
            .iter()
            .zip(&rows.times)
            .map(|(owner, time)| *time >= self.windows[*owner].keep_from)
            .collect();
        let kept = |(index, _): (usize, &bool)| index;
        let kept: Vec<usize> =
            is_kept.iter().enumerate().filter(|(_, is)| **is).map(kept).collect();
        Ok(Rows {
            frame: rows.frame.filter(&is_kept.iter().copied().collect())?,
            owners: kept.iter().map(|index| rows.owners[*index]).collect(),
            times: kept.iter().map(|index| rows.times[*index]).collect(),
        })
    }

    /// Each person's list with what is made again in the place of what was.
    fn lists(&self, rows: &Rows, known: fn(&ChangedPerson) -> &Vec<i64>) -> Vec<Vec<i64>> {
        let mut lists: Vec<Vec<i64>> = self
            .people
            .iter()
            .zip(&self.windows)
            .map(|(person, window)| {
                let list = known(person);
                list[..list.partition_point(|time| *time < window.keep_from)].to_vec()
            })
            .collect();
        for (owner, time) in rows.owners.iter().zip(&rows.times) {
            lists[*owner].push(*time);
        }
        lists
    }

    /// Numbers rows by their places in the person's list, so that a row's key is always that of its
    /// place: events that came in while the others were being read may stand before what is kept, and
    /// are made in the next pass.
    fn number(&self, rows: &mut Rows, known: fn(&ChangedPerson) -> &Vec<i64>) -> PolarsResult<()> {
        let kept = self.people.iter().zip(&self.windows);
        let mut next: Vec<u32> = kept
            .map(|(person, window)| {
                let kept = known(person).partition_point(|time| *time < window.keep_from);
                u32::try_from(kept).unwrap_or(u32::MAX)
            })
            .collect();
        let numbers: Vec<u32> = rows
            .owners
            .iter()
            .map(|owner| {
                next[*owner] = next[*owner].saturating_add(1);
                next[*owner]
            })
            .collect();
        rows.frame.with_column(Column::new("number".into(), numbers)).map(|_| ())
    }

    /// Counts the touchpoints before each conversion by those that stay, not by those that were `walked` in their place:
    /// of the conversation with which reading begins it is not known what led to it.
    fn count_on(&self, conversions: &mut Rows, walked: &Rows) -> PolarsResult<()> {
        let mut stay: Vec<i64> = self
            .people
            .iter()
            .zip(&self.windows)
            .map(|(person, window)| {
                let stay = person.touched.partition_point(|time| *time < window.keep_from);
                i64::try_from(stay).unwrap_or(i64::MAX)
            })
            .collect();
        for (owner, time) in walked.owners.iter().zip(&walked.times) {
            stay[*owner] -= i64::from(*time < self.windows[*owner].keep_from);
        }
        let counts = conversions.frame.column("touchpoints_before")?.u32()?.iter();
        let counts: Vec<u32> = counts
            .zip(&conversions.owners)
            .map(|(count, owner)| {
                let count = i64::from(count.unwrap_or(0)).saturating_add(stay[*owner]);
                u32::try_from(count.max(0)).unwrap_or(u32::MAX)
            })
            .collect();
        let counts = Column::new("touchpoints_before".into(), counts);
        conversions.frame.with_column(counts).map(|_| ())
    }

    fn before_reading(&self, owner: usize, known: fn(&ChangedPerson) -> &Vec<i64>) -> usize {
        let from = self.windows[owner].read_from;
        known(&self.people[owner]).partition_point(|time| *time < from)
    }

    /// The first touchpoint may lie before what was read.
    fn know_first_touch(&self, conversions: &mut Rows) -> PolarsResult<()> {
        let found = conversions.frame.column("first_touch_at")?.i64()?.iter();
        let known: Vec<Option<i64>> = found
            .zip(&conversions.owners)
            .map(|(found, owner)| {
                let before = self.before_reading(*owner, |person| &person.touched);
                if before > 0 { self.people[*owner].touched.first().copied() } else { found }
            })
            .collect();
        conversions.frame.with_column(Column::new("first_touch_at".into(), known)).map(|_| ())
    }

    /// When each person's first event was. Of somebody whose conversations are made from nothing all events are here.
    fn first_events(&self, events: &Rows) -> Vec<i64> {
        let mut first: Vec<Option<i64>> = vec![None; self.people.len()];
        for (owner, time) in events.owners.iter().zip(&events.times) {
            first[*owner] = Some(first[*owner].map_or(*time, |first| first.min(*time)));
        }
        let first_event = |(person, found): (&ChangedPerson, Option<i64>)| match found {
            Some(found) if person.is_from_nothing() => found,
            _ => person.first_event.map_or(person.since, |first| first.min(person.since)),
        };
        self.people.iter().zip(first).map(first_event).collect()
    }

    /// The keys of a kind that a person had, or that stand, and that they have no more: a time, and of all but
    /// conversations its place too.
    fn gone(
        &self,
        kind: &str,
        time: &'static str,
        now: &[Vec<i64>],
        known: fn(&ChangedPerson) -> &Vec<i64>,
    ) -> PolarsResult<DataFrame> {
        let is_numbered = kind != "conversation";
        let of_lists = self.people.iter().enumerate().flat_map(|(owner, person)| {
            let places = known(person).iter().zip(1..);
            places.map(move |(time, place)| (owner, *time, if is_numbered { place } else { 0 }))
        });
        let standing = self.standing.iter().filter(|row| row.kind == kind).filter_map(|row| {
            let owner = self.place.get(&(row.page_id.as_str(), row.person_id.as_str()))?;
            Some((*owner, row.time, row.number))
        });
        let present: Vec<BTreeSet<(i64, u32)>> = now
            .iter()
            .map(|list| {
                let places = list.iter().zip(1..);
                places.map(|(time, place)| (*time, if is_numbered { place } else { 0 })).collect()
            })
            .collect();
        let is_gone =
            |(owner, time, place): &(usize, i64, u32)| !present[*owner].contains(&(*time, *place));
        let rows: BTreeSet<(usize, i64, u32)> = of_lists.chain(standing).filter(is_gone).collect();
        let texts = |get: fn(&ChangedPerson) -> &String| -> Vec<&str> {
            rows.iter().map(|(owner, ..)| get(&self.people[*owner]).as_str()).collect()
        };
        let mut columns = vec![
            Column::new(time.into(), rows.iter().map(|row| row.1).collect::<Vec<_>>()),
            Column::new("page_id".into(), texts(|person| &person.page_id)),
            Column::new("person_id".into(), texts(|person| &person.person_id)),
        ];
        if is_numbered {
            columns.push(Column::new(
                "number".into(),
                rows.iter().map(|row| row.2).collect::<Vec<_>>(),
            ));
        }
        columns.push(Column::new("is_deleted".into(), vec![1_u32; rows.len()]));
        self.versioned(DataFrame::new(rows.len(), columns)?)
    }

    fn versioned(&self, mut frame: DataFrame) -> PolarsResult<DataFrame> {
        let versions = vec![self.version; frame.height()];
        frame.with_column(Column::new("version".into(), versions))?;
        Ok(frame)
    }
}
