//! One pass over everyone's events in order: where conversations start, which stages of the
//! default funnel each reaches, and which touchpoints precede each conversion.

mod frames;

use polars_core::frame::DataFrame;
use polars_core::prelude::PolarsResult;

use super::columns::{EventColumns, text};
use crate::domain::{CONVERSATION_GAP_MS, FUNNEL_WINDOW_MS, Kind, Source};

/// Stages of the default funnel behind `opened`, in order; the columns `<stage>_at` of
/// [`Threads::conversations`].
pub const STAGES: [&str; 5] = ["messaged", "answered", "engaged", "lead", "purchase"];

/// The steps of a funnel that conversations take, in order.
pub fn conversation_steps() -> impl Iterator<Item = &'static str> {
    std::iter::once("opened").chain(STAGES)
}

/// The same click in two carriers (a referral and a message's referral, say) within this time is
/// one touchpoint.
const SAME_CLICK_MS: i64 = 10 * 60 * 1000;

/// An act with a referral that comes so soon behind the one that opened a conversation explains it. People report up to two seconds
/// (microsoft/BotFramework-Services issue 131); a second click takes longer than five.
const EXPLAINED_MS: i64 = 5_000;

/// What a walk over events finds: frames with the columns of the tables of the same names, in the
/// order of people and time. `number` counts the rows of one person from 1.
#[derive(Debug)]
pub struct Threads {
    /// A row a conversation: `page_id`, `person_id`, `opened_at` (ms), `number`, `channel`; of the
    /// opening act `source`, `source_name`, `ref` (without a click's mark), `click` (that mark's
    /// number), `ad_id`, `ad_title`, `referer`; `country` (of the person, see [`country`](crate::domain::country)); `depth` (stages reached), `<stage>_at` (ms, null if the stage was not reached)
    /// for each of [`STAGES`]; `last_act_at` (ms), `waiting_since` (ms: the first message or postback
    /// that no answer followed, null if there is none), `acts`, `answers` (echoes),
    /// `answered_app` and `answered_persona` (of the echo of the stage `answered`).
    pub conversations: DataFrame,
    /// A row a touchpoint: `page_id`, `person_id`, `time` (ms), `number`, `channel`, and of its entry point
    /// what a conversation has, `country`, and the click's `ctwa_clid`.
    pub touchpoints: DataFrame,
    /// A row a conversion: `page_id`, `person_id`, `time` (ms), `number`, `channel` (its own; of one that
    /// was reported the person's, empty while that is not known), `event_id`, `name`,
    /// `value_e4` (1/10,000 of currency, null if none), `currency`, `touchpoints_before` (how many
    /// the person had), `first_touch_at` (ms of the first of them, null if there is none).
    pub conversions: DataFrame,
}

/// Walks events that are ordered by person (page, person id), then time, place ([`Kind::order`] first) and event id, each
/// event once: the columns of `queries/materialize/thread_events.sql`.
///
/// # Errors
/// If a column is missing or of another type.
pub fn walk_threads(mut events: DataFrame) -> PolarsResult<Threads> {
    events.rechunk_mut_par();
    let rows = events.height();
    let columns = EventColumns::new(&events)?;
    let mut walk = Walk { columns: &columns, found: Found::default(), person: Person::default() };
    for row in 0..rows {
        walk.event(row);
    }
    walk.found.into_threads(&columns)
}

/// What is known of the person whose events are being walked.
#[derive(Default)]
struct Person {
    first_row: Option<usize>,
    last_act: Option<i64>,
    /// A comment that no act has followed: its row.
    comment: Option<usize>,
    /// The comment that was answered in private, no act since: its row.
    private_reply: Option<usize>,
    /// The referral behind the opening that it explains.
    explaining: Option<usize>,
    /// Their conversations, touchpoints and conversions so far.
    conversations: u32,
    touchpoints: u32,
    conversions: u32,
    first_touch: usize,
}

/// Where an event's or a conversation's entry point is read from.
#[derive(Clone, Copy)]
struct EntryPoint {
    source: Source,
    /// Row whose ref, ad and names count; `None`: they are empty.
    row: Option<usize>,
}

#[derive(Default)]
struct Found {
    conversations: Vec<Conversed>,
    touches: Vec<Touched>,
    conversions: Vec<Converted>,
    /// For each person a row that tells their channel.
    channels: Vec<Option<usize>>,
}

struct Conversed {
    /// The opening act's row.
    row: usize,
    number: u32,
    entry_point: EntryPoint,
    /// Times of the stages reached, in order.
    stages: [Option<i64>; STAGES.len()],
    depth: usize,
    /// Row of the echo that was the stage `answered`.
    answer: Option<usize>,
    last_act: i64,
    waiting_since: Option<i64>,
    acts: u32,
    answers: u32,
}

#[derive(Clone, Copy)]
struct Touched {
    /// The act's row.
    row: usize,
    number: u32,
    time: i64,
    entry_point: EntryPoint,
}

#[derive(Clone, Copy)]
struct Converted {
    row: usize,
    /// Whose: a place in [`Found::channels`].
    person: usize,
    number: u32,
    touchpoints_before: u32,
    first_touch: Option<i64>,
}

struct Walk<'a> {
    columns: &'a EventColumns<'a>,
    found: Found,
    person: Person,
}

impl Walk<'_> {
    fn event(&mut self, row: usize) {
        let columns = self.columns;
        if !self.person.first_row.is_some_and(|first| columns.is_same_person(first, row)) {
            let first_touch = self.found.touches.len();
            self.person = Person { first_row: Some(row), first_touch, ..Person::default() };
            self.found.channels.push(None);
        }
        if let Some(channel @ None) = self.found.channels.last_mut()
            && !text(columns.channel, row).is_empty()
        {
            *channel = Some(row);
        }
        let Some(kind) = Kind::from_name(text(columns.kind, row)) else { return };
        let time = columns.time.get(row).unwrap_or_default();
        let opens = kind.is_act()
            && self.person.last_act.is_none_or(|last| time - last >= CONVERSATION_GAP_MS);
        if kind.is_act() {
            let entry_point = self.entry_point(row);
            if opens {
                self.person.explaining = self.explaining(row, entry_point);
                let explained = self.person.explaining.and_then(|behind| self.entry_point(behind));
                let organic = EntryPoint { source: Source::Organic, row: None };
                let entry_point = explained.or(entry_point).unwrap_or(organic);
                self.open(row, time, entry_point);
                self.touch(row, time, entry_point);
            } else if let Some(entry_point) = entry_point
                && self.person.explaining != Some(row)
            {
                self.touch(row, time, entry_point);
            }
            self.person.last_act = Some(time);
            self.person.comment = None;
            self.person.private_reply = None;
        }
        self.stage(row, kind, time, opens);
        match kind {
            Kind::Echo => {
                self.person.private_reply = self.person.private_reply.or(self.person.comment);
            }
            Kind::Other => self.person.comment = Some(row),
            Kind::Conversion => {
                // A lead ad's form is no act in a thread, but people came to it by the ad.
                if let Some(entry_point) = self.own_entry_point(row) {
                    self.touch(row, time, entry_point);
                }
                self.convert(row);
            }
            _ => {}
        }
    }

    /// The entry point of an act: its own, else the comment that was answered in private before.
    fn entry_point(&self, row: usize) -> Option<EntryPoint> {
        let comment = |at: usize| EntryPoint { source: Source::Comment, row: Some(at) };
        match self.own_entry_point(row).map(|entry_point| entry_point.source) {
            // The comment itself tells its post, the message that it led to does not.
            Some(Source::Comment) => Some(comment(self.person.comment.unwrap_or(row))),
            Some(source) => Some(EntryPoint { source, row: Some(row) }),
            None => self.person.private_reply.map(comment),
        }
    }

    fn own_entry_point(&self, row: usize) -> Option<EntryPoint> {
        let source = Source::from_name(text(self.columns.source, row))?;
        Some(EntryPoint { source, row: Some(row) })
    }

    fn open(&mut self, row: usize, time: i64, entry_point: EntryPoint) {
        self.person.conversations += 1;
        self.found.conversations.push(Conversed {
            row,
            number: self.person.conversations,
            entry_point,
            stages: [None; STAGES.len()],
            depth: 0,
            answer: None,
            last_act: time,
            waiting_since: None,
            acts: 0,
            answers: 0,
        });
    }

    /// The act just behind one that opens a conversation without an entry point, or with a ref of which nothing else is
    /// known, that tells where it came from: Meta sends both for one click, in any order.
    fn explaining(&self, opening: usize, known: Option<EntryPoint>) -> Option<usize> {
        let columns = self.columns;
        let is_other = |entry_point: EntryPoint| entry_point.source == Source::Other;
        if known.is_some_and(|known| !is_other(known)) {
            return None;
        }
        let reference = |row: usize| text(columns.referral_ref, row);
        let time = |row: usize| columns.time.get(row).unwrap_or_default();
        let behind = opening + 1..columns.time.len();
        let mut behind = behind.take_while(|row| {
            columns.is_same_person(opening, *row) && time(*row) - time(opening) <= EXPLAINED_MS
        });
        behind.find(|row| {
            let is_act = Kind::from_name(text(columns.kind, *row)).is_some_and(Kind::is_act);
            is_act
                && self.own_entry_point(*row).is_some_and(|behind| {
                    known.is_none()
                        || !is_other(behind)
                            && !reference(opening).is_empty()
                            && reference(opening) == reference(*row)
                })
        })
    }

    fn touch(&mut self, row: usize, time: i64, entry_point: EntryPoint) {
        let earlier = &self.found.touches[self.person.first_touch..];
        let is_same_click = earlier
            .iter()
            .rev()
            .take_while(|before| time - before.time <= SAME_CLICK_MS)
            .any(|before| self.columns.is_same_click(before.entry_point, entry_point));
        if !is_same_click {
            self.person.touchpoints += 1;
            let number = self.person.touchpoints;
            self.found.touches.push(Touched { row, number, time, entry_point });
        }
    }

    fn convert(&mut self, row: usize) {
        self.person.conversions += 1;
        let first_touch = self.found.touches.get(self.person.first_touch);
        self.found.conversions.push(Converted {
            row,
            person: self.found.channels.len() - 1,
            number: self.person.conversions,
            touchpoints_before: self.person.touchpoints,
            first_touch: first_touch.map(|touch| touch.time),
        });
    }

    /// Takes an event into the person's newest conversation, and moves that on by one stage if this
    /// event is the one it waits for. Taking the earliest event for each stage in turn reaches as far
    /// as any choice does.
    fn stage(&mut self, row: usize, kind: Kind, time: i64, opens: bool) {
        if self.person.conversations == 0 {
            return;
        }
        let Some(current) = self.found.conversations.last_mut() else { return };
        let says = matches!(kind, Kind::Message | Kind::Postback);
        if kind.is_act() {
            current.acts += 1;
            current.last_act = time;
        }
        if says {
            current.waiting_since = current.waiting_since.or(Some(time));
        } else if kind == Kind::Echo {
            current.answers += 1;
            current.waiting_since = None;
        }
        let opened_at = self.columns.time.get(current.row).unwrap_or_default();
        if time - opened_at > FUNNEL_WINDOW_MS {
            return;
        }
        let name = text(self.columns.name, row);
        let reached = match STAGES.get(current.depth) {
            Some(&"messaged") => kind == Kind::Message || (kind == Kind::Postback && !opens),
            Some(&"answered") => kind == Kind::Echo,
            Some(&"engaged") => says,
            Some(goal) => kind == Kind::Conversion && name == *goal,
            None => false,
        };
        if reached {
            if kind == Kind::Echo {
                current.answer = Some(row);
            }
            current.stages[current.depth] = Some(time);
            current.depth += 1;
        }
    }
}

impl EventColumns<'_> {
    fn is_same_person(&self, left: usize, right: usize) -> bool {
        text(self.person, left) == text(self.person, right)
            && text(self.page, left) == text(self.page, right)
    }

    /// Same ad; or, where no ad is named, same source and same ref.
    fn is_same_click(&self, left: EntryPoint, right: EntryPoint) -> bool {
        let (Some(a), Some(b)) = (left.row, right.row) else { return false };
        let (ad_a, ad_b) = (text(self.ad, a), text(self.ad, b));
        if !ad_a.is_empty() || !ad_b.is_empty() {
            return ad_a == ad_b;
        }
        // The message of somebody who ticked a checkbox has not the checkbox's ref.
        let is_checkbox = |row| text(self.source_name, row) == "checkbox_plugin";
        left.source == right.source
            && (text(self.referral_ref, a) == text(self.referral_ref, b)
                || is_checkbox(a) && is_checkbox(b))
    }
}
