//! How well people are answered: times, windows that close, and what speed goes with.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::AnswerError;
use super::query::Question;
use crate::accounts::{Accounts, Scope, Who};
use crate::analysis::{Rate, wilson};
use crate::domain::{Channel, Clock, Period, Timestamp};
use crate::language::{Message, say};
use crate::store::{
    ClosingWindow, MessagingWindow, MissedCalls, ResponseTimes, SentMessages, SourceWindow, Store,
};

/// Rows of each list.
const MOST_ROWS: u64 = 200;
/// How far ahead windows that close are looked for.
const AHEAD_MS: i64 = 24 * 3_600_000;

/// The report.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResponseReport {
    /// First instant of the period, RFC 3339.
    pub from: String,
    /// First instant after the period, RFC 3339.
    pub to: String,
    /// Which day a conversion counts on.
    pub clock: Clock,
    /// The zone of hours and weekdays.
    pub time_zone: String,
    /// Over all, and by source, hour, weekday, app and persona.
    pub times: Vec<ResponseTimes>,
    /// Conversion by how long the answer took.
    pub replies: Vec<ReplySpeed>,
    /// How the table of `replies` may be read.
    #[schema(value_type = String)]
    pub note: Message,
    /// Messaging windows that ended in the period.
    pub windows: Windows,
    /// Calls on WhatsApp that nobody took.
    pub calls: MissedCalls,
    /// The business's messages by tag, with their read rate.
    pub sent: Vec<SentMessages>,
    /// Share of the business's messages that have been read.
    pub read_rate: Option<Rate>,
    /// People's opt-outs from notifications in the period.
    pub stops: u64,
    /// Opt-ins in the period.
    pub opt_ins: u64,
    /// Share of stops among opt-ins and stops; blocks are not on the wire.
    pub stop_rate: Option<Rate>,
}

/// Conversations by how long the answer took, and what became of them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReplySpeed {
    /// The bucket.
    #[schema(value_type = String)]
    pub reply: Message,
    /// Conversations with a message of the person.
    pub wrote: u64,
    /// Those that reached the stage lead.
    pub leads: u64,
    /// Their share, with its 95 % interval.
    pub lead_rate: Option<Rate>,
    /// Those that reached the stage purchase.
    pub purchases: u64,
    /// Their share, with its 95 % interval.
    pub purchase_rate: Option<Rate>,
}

/// Messaging windows.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Windows {
    /// Hours after the person's last act.
    pub hours: i64,
    /// Hours after the first message of those who entered through a source, where that is longer; on Messenger.
    pub by_source: Vec<(String, i64)>,
    /// The same of each channel: its hours after the last act.
    pub by_channel: Vec<(String, i64)>,
    /// The longer windows of each channel.
    pub longer: Vec<SourceWindow>,
    /// Hours after an answer within a day to who came to WhatsApp by an ad, in which messages of any kind are free.
    pub free_entry_hours: i64,
    /// Windows that have ended in the period.
    pub closed: u64,
    /// Those that ended while the person waited for an answer.
    pub closed_unanswered: u64,
    /// Their share.
    pub share_unanswered: Option<Rate>,
    /// The last ones of those, the latest first.
    pub lost: Vec<WindowRow>,
    /// Conversations that wait for an answer and whose window closes within a day from now, the first
    /// to close first.
    pub closing: Vec<WindowRow>,
}

/// A conversation that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WindowRow {
    /// Page or Instagram account.
    pub page: String,
    /// Person.
    pub person: String,
    /// `messenger`, `instagram` or `whatsapp`.
    pub channel: String,
    /// Entry point of the opening.
    pub source: String,
    /// Since when they wait, RFC 3339.
    pub waiting_since: String,
    /// When the window ends, RFC 3339.
    pub closes_at: String,
    /// Until when messages of any kind are free, RFC 3339: on WhatsApp, after an ad.
    pub free_until: Option<String>,
}

/// How people are answered in the question's period, seen at `now`.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub async fn answer_responses(
    store: &Store,
    question: &Question,
    window: &MessagingWindow,
    now: Timestamp,
) -> Result<ResponseReport, AnswerError> {
    let period = &question.period;
    let zone = || period.zone.clone();
    let ended = Period { from: period.from, to: Timestamp(period.to.0.min(now.0)), zone: zone() };
    let soon = Period { from: now, to: Timestamp(now.0 + AHEAD_MS), zone: zone() };
    let (times, closed, lost, closing, sent, (opt_ins, stops), calls) = tokio::try_join!(
        store.response_times(period),
        store.closing_windows(&ended, window, false, true, 1),
        store.closing_windows(&ended, window, true, true, MOST_ROWS),
        store.closing_windows(&soon, window, true, false, MOST_ROWS),
        store.sent_messages(period),
        store.opt_in_counts(period),
        store.missed_calls(period),
    )?;
    let (replies, times) = times.into_iter().partition(|row| row.dimension == "reply");
    let (closed, unanswered) = closed.first().map_or((0, 0), |row| (row.total, row.waiting));
    let (all_sent, read) =
        sent.iter().fold((0, 0), |(all, read), row| (all + row.sent, read + row.read));
    let row = |row: ClosingWindow| WindowRow {
        page: row.page_id,
        person: row.person_id,
        channel: row.channel,
        source: row.source,
        waiting_since: Timestamp(row.waiting_since.unwrap_or(row.last_act_at)).to_rfc3339(),
        closes_at: Timestamp(row.closes_at).to_rfc3339(),
        free_until: row.free_until.map(|at| Timestamp(at).to_rfc3339()),
    };
    Ok(ResponseReport {
        clock: Clock::Opening,
        from: period.from.to_rfc3339(),
        to: period.to.to_rfc3339(),
        time_zone: period.zone.iana_name().unwrap_or("UTC").to_owned(),
        times,
        replies: replies_of(replies),
        note: say("conversations-note"),
        windows: Windows {
            hours: window.hours,
            by_source: (window.by_source.iter())
                .filter(|one| one.channel == Channel::Messenger.as_str())
                .map(|one| (one.source.clone(), one.hours))
                .collect(),
            by_channel: window.by_channel.clone(),
            longer: window.by_source.clone(),
            free_entry_hours: window.free_entry_hours,
            closed,
            closed_unanswered: unanswered,
            share_unanswered: wilson(unanswered, closed),
            lost: lost.into_iter().map(row).collect(),
            closing: closing.into_iter().map(row).collect(),
        },
        calls,
        read_rate: wilson(read, all_sent),
        sent,
        stops,
        opt_ins,
        stop_rate: wilson(stops, stops + opt_ins),
    })
}

/// The buckets come sorted by a number before their name.
fn replies_of(rows: Vec<ResponseTimes>) -> Vec<ReplySpeed> {
    let name = |bucket: &str| {
        // The name is English; the number has a message in every language.
        let number = bucket.split(' ').next().unwrap_or_default();
        say(format!("conversations-reply-{number}"))
    };
    let replies = rows.into_iter().map(|row| ReplySpeed {
        reply: name(&row.value),
        wrote: row.wrote,
        leads: row.leads,
        lead_rate: wilson(row.leads, row.wrote),
        purchases: row.purchases,
        purchase_rate: wilson(row.purchases, row.wrote),
    });
    replies.collect()
}

impl ResponseReport {
    /// The same for somebody who may see people only if `who` may: else under pseudonyms.
    #[must_use]
    pub(crate) fn for_whom(mut self, who: &Who, accounts: &Accounts) -> Self {
        if who.may(Scope::People) {
            return self;
        }
        let Windows { lost, closing, .. } = &mut self.windows;
        for row in lost.iter_mut().chain(closing) {
            row.person = accounts.pseudonym(&row.page, &row.person);
        }
        self
    }
}
