//! One page of a list, and where the list goes on.

use super::cursor;
use crate::store::{Listed, Span, Store, StoreError};

/// The rows of a page.
pub(crate) struct Listing<R> {
    pub rows: Vec<R>,
    /// How many there are on all pages; told on the first.
    pub total: Option<u64>,
    /// The cursor of the next page; none behind the last.
    pub next: Option<String>,
}

impl<R: Listed> Listing<R> {
    /// At most as many rows as the span allows.
    pub(crate) async fn of(store: &Store, span: &Span<'_>) -> Result<Self, StoreError> {
        // One more tells whether the list goes on.
        let one_more = Span { limit: span.limit.saturating_add(1), ..span.clone() };
        let rows = async { store.list::<R>(&one_more)?.all().await };
        let total = async {
            match span.after {
                // The first page has told it.
                Some(_) => Ok(None),
                None => store.list_total::<R>(span).await.map(Some),
            }
        };
        let (mut rows, total) = tokio::try_join!(rows, total)?;
        let has_more = rows.len() as u64 > span.limit;
        rows.truncate(usize::try_from(span.limit).unwrap_or(usize::MAX));
        let last = rows.last().filter(|_| has_more);
        let next = last.map(|row| cursor::written(R::ROWS, &row.place()));
        Ok(Self { rows, total, next })
    }
}
