//! Groups of conversations by what they have of some dimensions, found once for all who count their units.

use polars_core::frame::DataFrame;
use polars_core::prelude::{PolarsResult, StringChunked};
use rustc_hash::FxHashMap;

use super::units::labels;
use crate::analysis::Dimension;
use crate::domain::Period;

/// Which group each conversation is of.
pub(super) struct ConversationGroups {
    /// By dimension, what each conversation has of it.
    labels: Vec<StringChunked>,
    /// The number of each conversation's group.
    of_row: Vec<usize>,
    /// A conversation of each group; none of the first, which is that of units without a conversation.
    examples: Vec<Option<usize>>,
}

impl ConversationGroups {
    /// `conversations` are the columns of `queries/funnels/unit_conversations.sql`.
    pub(super) fn new(
        conversations: &DataFrame,
        by: &[Dimension],
        period: &Period,
    ) -> PolarsResult<Self> {
        let labels = by.iter().map(|dimension| labels(conversations, dimension, period));
        let labels: Vec<StringChunked> = labels.collect::<PolarsResult<_>>()?;
        let mut of_row = vec![0; conversations.height()];
        let mut examples = vec![None];
        // Each dimension parts the groups of those before it.
        for labels in &labels {
            examples = vec![None];
            let mut known = FxHashMap::from_iter([((0, None), 0)]);
            for (row, (group, label)) in of_row.iter_mut().zip(labels.iter()).enumerate() {
                *group = *known.entry((*group, label)).or_insert_with(|| {
                    examples.push(Some(row));
                    examples.len() - 1
                });
            }
        }
        Ok(Self { labels, of_row, examples })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.examples.len()
    }

    /// The number of a conversation's group, by its row.
    pub(super) fn of(&self, conversation: Option<usize>) -> usize {
        conversation.map_or(0, |row| self.of_row[row])
    }

    /// What those of a group have of each dimension.
    pub(super) fn key(&self, group: usize) -> Vec<Option<String>> {
        let example = self.examples[group];
        let of = |labels: &StringChunked| labels.get(example?).map(str::to_owned);
        self.labels.iter().map(of).collect()
    }
}
