//! The words of the field, as plain types. This room imports none of ours, does no I/O and
//! reads no clock.

mod action;
mod age_limit;
mod amount;
mod click;
mod clock;
mod contact;
mod cost;
mod country;
mod currency;
mod encoding;
mod entry_names;
mod event;
mod event_match;
mod link;
mod link_note;
mod message_cost;
mod money;
mod page_name;
mod period;
mod ref_rules;
mod refs;
mod reported;
mod schedule;
mod source;
mod spend;
mod timestamp;
mod workspace;
mod written_date;

pub use action::actions_by_type;
pub use age_limit::AgeLimit;
pub use amount::{
    AmountFault, DecimalMark, WrittenAmount, plain_number, read_amount, read_amount_in,
};
pub use click::{ClickId, LinkVisit};
pub use clock::Clock;
pub use contact::{as_contact_hash, bare_number, contact_hash, contact_hashes, usual_number};
pub use cost::{Cost, CostOf};
pub use country::country;
pub use currency::is_currency;
pub use encoding::decoded;
pub use entry_names::{EntryNames, LinkVersion, StoredEntrance};
pub use event::{
    Channel, ConversionMark, Event, EventId, Evidence, Kind, PLACE_BITS, TimeOrigin, Touch,
};
pub use event_match::{EventMatch, Occurrence, PersonOccurrences};
pub use link::{LONGEST_REF, LONGEST_SLUG, Link, LinkError, LinkFault, Links};
pub use link_note::LinkNote;
pub use message_cost::{AccountMessages, MessageCost, MessagesOfDays, MessagesOfMonth};
pub use money::{MOST_COUNT, MOST_MONEY};
pub use page_name::PageName;
pub use period::{Period, PeriodError, parse_instant};
pub use ref_rules::{RefRules, WrittenRefRule};
pub use refs::{ref_part, ref_parts};
pub use reported::ReportedConversion;
pub use schedule::{Schedule, ScheduleError};
pub use source::Source;
pub use spend::{AdAccount, AdDay, AdNames, OurAdDay, add_known};
pub use timestamp::Timestamp;
pub use workspace::{Workspace, WorkspaceFault};
pub use written_date::DateOrder;

/// Milliseconds of one day without a clock change.
pub const DAY_MS: i64 = 86_400_000;
/// A conversation ends when the person has been silent for this long: the seven days of Meta's
/// metric `onsite_conversion.messaging_conversation_started_7d`.
pub const CONVERSATION_GAP_MS: i64 = 7 * DAY_MS;
/// How long after its opening a conversation can still reach stages of the default funnel.
pub const FUNNEL_WINDOW_MS: i64 = 28 * DAY_MS;
/// How far back from a conversion touchpoints can earn credit, unless asked otherwise.
pub const DEFAULT_LOOKBACK_DAYS: u32 = 28;
