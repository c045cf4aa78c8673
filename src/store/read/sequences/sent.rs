//! What the business sent under which tag, and how much of it was read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::gathering::{Gathering, Span};
use super::moments::{InOrder, Moment, Moments};
use super::{WHOLE, Whose};
use crate::domain::Period;
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;

const RECEIPTS: &str = include_str!("../../../../queries/response_times/last_receipts.sql");
const TAGGED: &str = include_str!("../../../../queries/response_times/tagged_messages.sql");

/// The business's messages under one tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SentMessages {
    /// The message tag; empty: sent within the window.
    pub tag: String,
    /// How many.
    pub sent: u64,
    /// Read since.
    pub read: u64,
}

/// How many messages were sent, and how many of them were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counted {
    sent: u64,
    read: u64,
}

impl Counted {
    fn add(&mut self, is_read: bool) {
        self.sent += 1;
        self.read += u64::from(is_read);
    }
}

/// Counts over all messages, which sequences tell, and over those under tags, which they do not.
#[derive(Debug, Default)]
struct Sent {
    all: Counted,
    tagged: BTreeMap<String, Counted>,
}

impl Sent {
    fn count(&mut self, gathered: Gathering<'_>, receipts: &[Moment], tagged: &[Moment]) {
        let mut in_order = InOrder::new(receipts);
        gathered.tell(|person, _, sent| {
            let upto = in_order.of(person).map(|receipt| receipt.at);
            for one in sent {
                self.all.add(upto.is_some_and(|upto| one.time <= upto));
            }
        });
        for one in tagged {
            let receipt = receipts.binary_search_by_key(&one.person, |receipt| receipt.person);
            let is_read = receipt.is_ok_and(|row| one.at <= receipts[row].at);
            self.tagged.entry(one.what.clone()).or_default().add(is_read);
        }
    }

    /// A row a tag, the most frequent first.
    fn rows(self) -> Vec<SentMessages> {
        let Self { all: mut untagged, tagged } = self;
        for under_tag in tagged.values() {
            untagged.sent = untagged.sent.saturating_sub(under_tag.sent);
            untagged.read = untagged.read.saturating_sub(under_tag.read);
        }
        let untagged = (String::new(), untagged);
        let mut rows: Vec<SentMessages> = std::iter::once(untagged)
            .chain(tagged)
            .filter(|(_, counted)| counted.sent > 0)
            .map(|(tag, Counted { sent, read })| SentMessages { tag, sent, read })
            .collect();
        // In the order of tags already.
        rows.sort_by_key(|row| std::cmp::Reverse(row.sent));
        rows
    }
}

impl Store {
    /// The business's messages of the period by tag, and how many have been read since, by the person's latest receipt.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked, or sequences are still being made.
    pub async fn sent_messages(&self, period: &Period) -> Result<Vec<SentMessages>, StoreError> {
        let (from, until) = (period.from.0, period.to.0);
        let span = Span { from, until };
        let receipts = assemble(RECEIPTS, &[("sequences_whole", WHOLE.trim_end())]);
        let receipts = self.client().query(&receipts).param("from", from);
        let tagged = self.client().query(TAGGED).param("from", from).param("to", until);
        let mut receipts = Moments::new(self, receipts)?;
        let mut tagged = Moments::new(self, tagged)?;
        let (extent, (wanted, _)) =
            tokio::try_join!(self.extent(span), self.told_classes(span, &["echo"]))?;
        let mut sent = Sent::default();
        for range in extent.ranges() {
            let (receipts, tagged, gathered) = tokio::try_join!(
                receipts.until(self, range.last),
                tagged.until(self, range.last),
                self.gather(&wanted, span, range, Whose::default())
            )?;
            sent.count(gathered, &receipts, &tagged);
        }
        Ok(sent.rows())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_under_tags_are_not_counted_twice() {
        let of = |sent, read| Counted { sent, read };
        let tagged = [("B".to_owned(), of(2, 0)), ("A".to_owned(), of(2, 1))];
        let rows = Sent { all: of(10, 4), tagged: tagged.into_iter().collect() }.rows();
        let told: Vec<_> = rows.iter().map(|row| (row.tag.as_str(), row.sent, row.read)).collect();
        assert_eq!(told, [("", 6, 3), ("A", 2, 1), ("B", 2, 0)]);
        let all = Sent { all: of(2, 1), tagged: [("A".to_owned(), of(2, 1))].into() }.rows();
        assert_eq!(all.len(), 1, "{all:?}");
    }
}
