//! What earlier versions have put in quarantine, brought to what is stored of a refused item today. A row is written again
//! as it is but for its body: of two rows of one item the later one stays.

use uuid::Uuid;

use crate::normalize;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::rows::RefusalRow;

const REFUSALS: &str = include_str!("../../../queries/stored_events/refusals.sql");
const MERGE: &str = include_str!("../../../queries/stored_events/merge_quarantine.sql");

/// Rows that are read at once.
const MOST_ROWS: u64 = 10_000;
/// Bytes of bodies after which no more is read.
const MOST_BYTES: usize = 16 << 20;

/// What some refused items came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RefusalBatch {
    /// Rows that hold what is not stored any more.
    pub outdated: usize,
    /// The last item; `None` behind the end.
    pub next: Option<Uuid>,
}

impl Store {
    /// Looks at some refused items, behind `after`, and if it `writes`, writes those again that hold too much. Nobody may be
    /// erased meanwhile: they would be back.
    ///
    /// # Errors
    /// If ClickHouse fails; it can be done again.
    pub async fn bring_refusals_up_to_date(
        &self,
        after: Uuid,
        writes: bool,
    ) -> Result<RefusalBatch, StoreError> {
        let rows = self.stored_refusals(after).await?;
        let next = rows.last().map(|row| row.refusal_id);
        let looked = self.compute(move || outdated(rows)).await;
        let outdated = looked.map_err(|error| StoreError::CutOff(error.to_string()))?;
        if writes {
            // Done again it must not be taken for what was done before: somebody may have been erased since.
            self.insert_block("quarantine", &outdated, &Uuid::new_v4().to_string()).await?;
        }
        Ok(RefusalBatch { outdated: outdated.len(), next })
    }

    /// Merges what is in quarantine: of what was written again only the last stays.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn merge_quarantine(&self) -> Result<(), StoreError> {
        self.on_each_node(MERGE).await
    }

    /// Rows behind an item: all rows of the last one too.
    async fn stored_refusals(&self, after: Uuid) -> Result<Vec<RefusalRow>, StoreError> {
        let failed = |error| self.failed(error);
        let question = self.client().query(REFUSALS).param("rows", MOST_ROWS);
        let question = question.param("after", after.to_string());
        let mut cursor = question.fetch::<RefusalRow>().map_err(failed)?;
        let (mut rows, mut bytes): (Vec<RefusalRow>, usize) = (Vec::new(), 0);
        while let Some(row) = cursor.next().await.map_err(failed)? {
            let is_of_last = rows.last().is_some_and(|last| last.refusal_id == row.refusal_id);
            if bytes > MOST_BYTES && !is_of_last {
                break;
            }
            bytes += row.body.len();
            rows.push(row);
        }
        Ok(rows)
    }
}

/// The rows that hold too much, without it.
fn outdated(rows: Vec<RefusalRow>) -> Vec<RefusalRow> {
    let mut kept = Vec::new();
    for row in rows {
        let body = normalize::stored_refusal(row.body.clone(), false);
        if body != row.body {
            kept.push(RefusalRow { body, ..row });
        }
    }
    kept
}
