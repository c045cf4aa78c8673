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
    // Whoever is known by several names has conversations under one of them.
    let names = store.names_of_person(page, person).await?;
    let events = store.person_events(page, &names, MOST_EVENTS);
    let conversations = async {
        let mut all = Vec::new();
        for name in &names {
            all.extend(store.conversations_of(page, name).await?);
        }
        all.sort_by_key(|row: &ConversationRow| row.opened_at);
        Ok(all)
    };
    Ok(tokio::try_join!(conversations, events)?)
}
