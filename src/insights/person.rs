//! One person's conversations and events.

use super::error::AnswerError;
use crate::store::{ConversationRow, EventRow, Store};

/// Events of one person that are told at most.
const MOST_EVENTS: u64 = 10_000;

/// One person's conversations and events.
///
/// # Errors
/// If ClickHouse cannot be asked.
pub(crate) async fn answer_person(
    store: &Store,
    page: &str,
    person: &str,
) -> Result<(Vec<ConversationRow>, Vec<EventRow>), AnswerError> {
    let conversations = store.conversations_of(page, person);
    let events = store.person_events(page, person, MOST_EVENTS);
    Ok(tokio::try_join!(conversations, events)?)
}
