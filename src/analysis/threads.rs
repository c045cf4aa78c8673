//! One pass over everyone's events in order: where conversations start, which stages of the
//! default funnel each reaches, and which touchpoints precede each conversion.

use polars::frame::DataFrame;
use polars::prelude::{IntoColumn, NamedFrom, PolarsResult, Series};

use super::columns::{EventColumns, text};
use crate::domain::{CONVERSATION_GAP_MS, ClickId, FUNNEL_WINDOW_MS, Kind, Source};

/// Stages of the default funnel behind `opened`, in order; the columns `<stage>_at` of
/// [`Threads::conversations`].
pub const STAGES: [&str; 5] = ["messaged", "answered", "engaged", "lead", "purchase"];

/// The same click in two carriers (a referral and a message's referral, say) within this time is
/// one touchpoint.
const SAME_CLICK_MS: i64 = 10 * 60 * 1000;

/// What a walk over events finds.
#[derive(Debug)]
pub struct Threads {
    /// A row a conversation: `page_id`, `person_id`, `opened_at` (ms), `source`, `source_name`,
    /// `ref` (without a click's mark), `ad_id`, `ad_title`, `link`, `campaign`, `medium`, `owner` (of
    /// the opening act), and `<stage>_at` (ms, null if the stage
    /// was not reached) for each of [`STAGES`].
    pub conversations: DataFrame,
    /// A row a touchpoint, in the order of people and time: `person` (their number in this walk),
    /// `page_id`, `person_id`, `time` (ms), and of its door what a conversation has.
    pub touchpoints: DataFrame,
    /// A row a conversion, in the order of people and time: `person` (as above), `time` (ms), `name`,
    /// `value_e4` (1/10,000 of currency, null if none), `currency`, and the rows of `touchpoints`
    /// that the person had before it: `touch_from` (inclusive) to `touch_to` (exclusive).
    pub conversions: DataFrame,
}

/// Walks events that are ordered by person (page, person id), then time, place and event id, each
/// event once: the columns of `queries/thread_events.sql`.
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
    number: u32,
    first_row: Option<usize>,
    last_act: Option<i64>,
    /// A comment that no act has followed: its row.
    comment: Option<usize>,
    /// The comment that was answered in private, no act since: its row.
    private_reply: Option<usize>,
    in_conversation: bool,
    first_touch: usize,
}

/// Where an event's or a conversation's door is read from.
#[derive(Clone, Copy)]
struct Door {
    source: Source,
    /// Row whose ref, ad and names count; `None`: they are empty.
    row: Option<usize>,
}

#[derive(Default)]
struct Found {
    opening: Vec<usize>,
    doors: Vec<Door>,
    stages: Vec<[Option<i64>; STAGES.len()]>,
    /// Stages reached by each conversation.
    depth: Vec<usize>,
    touches: Vec<Touched>,
    conversions: Vec<Converted>,
}

#[derive(Clone, Copy)]
struct Touched {
    person: u32,
    /// The act's row.
    row: usize,
    time: i64,
    door: Door,
}

#[derive(Clone, Copy)]
struct Converted {
    person: u32,
    row: usize,
    /// The person's touchpoints before it.
    touch_from: usize,
    touch_to: usize,
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
            let number = self.person.number + u32::from(self.person.first_row.is_some());
            self.person = Person { number, first_row: Some(row), first_touch, ..Person::default() };
        }
        let Some(kind) = Kind::from_name(text(columns.kind, row)) else { return };
        let time = columns.time.get(row).unwrap_or_default();
        let opens = kind.is_act()
            && self.person.last_act.is_none_or(|last| time - last >= CONVERSATION_GAP_MS);
        if kind.is_act() {
            let door = self.door(row);
            if opens {
                let door = door.unwrap_or(Door { source: Source::Organic, row: None });
                self.found.opening.push(row);
                self.found.doors.push(door);
                self.found.stages.push([None; STAGES.len()]);
                self.found.depth.push(0);
                self.person.in_conversation = true;
                self.touch(row, time, door);
            } else if let Some(door) = door {
                self.touch(row, time, door);
            }
            self.person.last_act = Some(time);
            self.person.comment = None;
            self.person.private_reply = None;
        }
        if self.person.in_conversation {
            self.stage(row, kind, time, opens);
        }
        match kind {
            Kind::Echo => {
                self.person.private_reply = self.person.private_reply.or(self.person.comment);
            }
            Kind::Other => self.person.comment = Some(row),
            Kind::Conversion => {
                self.found.conversions.push(Converted {
                    person: self.person.number,
                    row,
                    touch_from: self.person.first_touch,
                    touch_to: self.found.touches.len(),
                });
            }
            _ => {}
        }
    }

    /// The door of an act: its own, else the comment that was answered in private before.
    fn door(&self, row: usize) -> Option<Door> {
        let name = text(self.columns.source, row);
        let own = Source::ALL.into_iter().find(|source| source.as_str() == name);
        own.map(|source| Door { source, row: Some(row) }).or_else(|| {
            let answered = self.person.private_reply;
            answered.map(|comment| Door { source: Source::Comment, row: Some(comment) })
        })
    }

    fn touch(&mut self, row: usize, time: i64, door: Door) {
        let earlier = &self.found.touches[self.person.first_touch..];
        let is_same_click = earlier
            .iter()
            .rev()
            .take_while(|before| time - before.time <= SAME_CLICK_MS)
            .any(|before| self.columns.is_same_click(before.door, door));
        if !is_same_click {
            self.found.touches.push(Touched { person: self.person.number, row, time, door });
        }
    }

    /// Moves the person's newest conversation on by one stage if this event is the one it waits
    /// for. Taking the earliest event for each stage in turn reaches as far as any choice does.
    fn stage(&mut self, row: usize, kind: Kind, time: i64, opens: bool) {
        let Some(current) = self.found.opening.len().checked_sub(1) else { return };
        let opened_at = self.columns.time.get(self.found.opening[current]).unwrap_or_default();
        if time - opened_at > FUNNEL_WINDOW_MS {
            return;
        }
        let depth = self.found.depth[current];
        let name = text(self.columns.name, row);
        let reached = match STAGES.get(depth) {
            Some(&"messaged") => kind == Kind::Message || (kind == Kind::Postback && !opens),
            Some(&"answered") => kind == Kind::Echo,
            Some(&"engaged") => matches!(kind, Kind::Message | Kind::Postback),
            Some(goal) => kind == Kind::Conversion && name == *goal,
            None => false,
        };
        if reached {
            self.found.stages[current][depth] = Some(time);
            self.found.depth[current] += 1;
        }
    }
}

impl EventColumns<'_> {
    fn is_same_person(&self, left: usize, right: usize) -> bool {
        text(self.person, left) == text(self.person, right)
            && text(self.page, left) == text(self.page, right)
    }

    /// Same ad; or, where no ad is named, same source and same ref.
    fn is_same_click(&self, left: Door, right: Door) -> bool {
        let (Some(a), Some(b)) = (left.row, right.row) else { return false };
        let (ad_a, ad_b) = (text(self.ad, a), text(self.ad, b));
        if !ad_a.is_empty() || !ad_b.is_empty() {
            return ad_a == ad_b;
        }
        left.source == right.source && text(self.referral_ref, a) == text(self.referral_ref, b)
    }
}

impl Found {
    fn into_threads(self, columns: &EventColumns<'_>) -> PolarsResult<Threads> {
        let at = |rows: &[usize], column: fn(&EventColumns<'_>, usize) -> String| -> Vec<String> {
            rows.iter().map(|row| column(columns, *row)).collect()
        };
        let opened: Vec<i64> =
            self.opening.iter().map(|row| columns.time.get(*row).unwrap_or_default()).collect();
        let mut conversations = vec![
            Series::new("page_id".into(), at(&self.opening, |c, row| text(c.page, row).to_owned())),
            Series::new(
                "person_id".into(),
                at(&self.opening, |c, row| text(c.person, row).to_owned()),
            ),
            Series::new("opened_at".into(), opened),
        ];
        conversations.extend(door_columns(columns, &self.doors));
        for (index, stage) in STAGES.iter().enumerate() {
            let times: Vec<Option<i64>> = self.stages.iter().map(|times| times[index]).collect();
            conversations.push(Series::new(format!("{stage}_at").into(), times));
        }

        let doors: Vec<Door> = self.touches.iter().map(|touch| touch.door).collect();
        let rows: Vec<usize> = self.touches.iter().map(|touch| touch.row).collect();
        let mut touchpoints = vec![
            column("person", &self.touches, |touch| touch.person),
            Series::new("page_id".into(), at(&rows, |c, row| text(c.page, row).to_owned())),
            Series::new("person_id".into(), at(&rows, |c, row| text(c.person, row).to_owned())),
            column("time", &self.touches, |touch| touch.time),
        ];
        touchpoints.extend(door_columns(columns, &doors));

        let found = &self.conversions;
        let rows: Vec<usize> = found.iter().map(|converted| converted.row).collect();
        let conversions = vec![
            column("person", found, |converted| converted.person),
            column("time", &rows, |row| columns.time.get(*row)),
            Series::new("name".into(), at(&rows, |c, row| text(c.name, row).to_owned())),
            column("value_e4", &rows, |row| columns.value_e4.get(*row)),
            Series::new("currency".into(), at(&rows, |c, row| text(c.currency, row).to_owned())),
            column("touch_from", found, |converted| converted.touch_from as u64),
            column("touch_to", found, |converted| converted.touch_to as u64),
        ];
        Ok(Threads {
            conversations: frame(conversations)?,
            touchpoints: frame(touchpoints)?,
            conversions: frame(conversions)?,
        })
    }
}

fn column<R, T>(name: &str, rows: &[R], value: impl Fn(&R) -> T) -> Series
where
    Series: NamedFrom<Vec<T>, [T]>,
{
    Series::new(name.into(), rows.iter().map(value).collect::<Vec<T>>())
}

fn door_columns(columns: &EventColumns<'_>, doors: &[Door]) -> Vec<Series> {
    let text_of = |column| -> Vec<&str> {
        doors.iter().map(|door| door.row.map_or("", |row| text(column, row))).collect()
    };
    let sources: Vec<&str> = doors.iter().map(|door| door.source.as_str()).collect();
    vec![
        Series::new("source".into(), sources),
        Series::new("source_name".into(), text_of(columns.source_name)),
        // Without a click's mark: every click would be a ref of its own.
        Series::new(
            "ref".into(),
            text_of(columns.referral_ref)
                .into_iter()
                .map(|referral_ref| ClickId::split(referral_ref).0)
                .collect::<Vec<_>>(),
        ),
        Series::new("ad_id".into(), text_of(columns.ad)),
        Series::new("ad_title".into(), text_of(columns.ad_title)),
        Series::new("link".into(), text_of(columns.link)),
        Series::new("campaign".into(), text_of(columns.campaign)),
        Series::new("medium".into(), text_of(columns.medium)),
        Series::new("owner".into(), text_of(columns.owner)),
    ]
}

fn frame(series: Vec<Series>) -> PolarsResult<DataFrame> {
    let height = series.first().map_or(0, |first| first.len());
    DataFrame::new(height, series.into_iter().map(IntoColumn::into_column).collect())
}
