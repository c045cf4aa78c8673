//! What is asked of conversations, touchpoints and conversions of a period, and how much is stored.

use std::collections::BTreeSet;

use clickhouse::Row;
use clickhouse::query::Query;
use polars_core::frame::DataFrame;
use serde::{Deserialize, Serialize};

use crate::domain::{AgeLimit, Period};
use crate::store::client::Store;
use crate::store::client::assemble::assemble;
use crate::store::client::error::StoreError;
use crate::store::read::list_rows::EventRow;
use crate::store::read::source::STORED_SOURCE;

const CLOCK: &str = include_str!("../../../queries/schema/clock.sql");
const FUNNEL_COUNTS: &str = include_str!("../../../queries/funnels/funnel_counts.sql");
const FUNNEL_GROUPS: &str = include_str!("../../../queries/funnels/funnel_groups.sql");
const FUNNEL_AGES: &str = include_str!("../../../queries/funnels/funnel_ages.sql");
const AD_TITLES: &str = include_str!("../../../queries/ads/ad_titles.sql");
const TOUCHPOINTS: &str = include_str!("../../../queries/attribution/touchpoints.sql");
const CONVERSIONS: &str = include_str!("../../../queries/attribution/conversions.sql");
const PERSON_EVENTS: &str = include_str!("../../../queries/lists/person_events.sql");
const WATERMARK: &str = include_str!("../../../queries/ingest/watermark.sql");
const COLLECTION_STATE: &str = include_str!("../../../queries/ingest/collection_state.sql");

/// Groups of conversations that are told apart at most: they come into our memory.
const MOST_GROUPS: &str = "500000";

/// Behind every instant that ClickHouse keeps (2299), UTC milliseconds.
pub const LATEST: i64 = 10_000_000_000_000;

/// How much is stored, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct CollectionState {
    /// Rows of events; a second delivery counts until it is merged.
    pub events: u64,
    /// Time of the oldest event, UTC milliseconds; 0 if there is none.
    pub first_event: i64,
    /// Time of the newest event, UTC milliseconds; 0 if there is none.
    pub last_event: i64,
    /// When conversations were last made of new events, UTC milliseconds; 0 if never.
    pub made_at: i64,
    /// Parts of webhooks that are not understood yet.
    pub quarantined: u64,
}

/// What conversations are to be broken down by. What is not asked for costs
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column that is read or not")]
pub struct BreakdownColumns {
    /// By source.
    pub source: bool,
    /// By Page.
    pub page: bool,
    /// By messenger, instagram or whatsapp.
    pub channel: bool,
    /// By the person's country.
    pub country: bool,
    /// By ref.
    pub referral_ref: bool,
    /// By ad.
    pub ad: bool,
    /// By what the ad belongs to.
    pub ad_names: bool,
    /// By registered link; without it a link that is printed is not told from another.
    pub link: bool,
    /// By the page that the visitor was on.
    pub referer: bool,
    /// By `hour` or `day` of the period's zone, or by `five minutes`; empty: not at all.
    pub time_unit: &'static str,
}

impl BreakdownColumns {
    /// Whether links or the names of ads are asked for.
    pub(in crate::store) fn names_entrances(&self) -> bool {
        self.link || self.ad_names
    }

    /// Columns of touchpoints and conversations that neither are asked for nor tell names that are.
    pub(in crate::store) fn left_out(&self) -> Vec<&'static str> {
        let names = self.names_entrances();
        let columns = [
            ("channel", self.channel),
            ("country", self.country),
            ("ref", self.referral_ref || names),
            ("clicked", names),
            ("ad_id", self.ad || names),
            ("ad_title", self.ad),
            ("referer", self.referer),
        ];
        columns.into_iter().filter(|(_, is_read)| !is_read).map(|(name, _)| name).collect()
    }
}

impl Store {
    /// How many conversations that were opened in the period reached each stage, broken down by
    /// `by`, as `analysis::funnel` takes them; of each only what happened until the limit. Columns: `queries/funnels/funnel_counts.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn funnel_counts(
        &self,
        period: &Period,
        by: BreakdownColumns,
        limit: Option<AgeLimit>,
    ) -> Result<DataFrame, StoreError> {
        let groups = assemble(FUNNEL_GROUPS, &[("stored_source", STORED_SOURCE)]);
        let question = self.counts_question(&groups, period, by);
        let question = question
            .param("is_limited", limit.is_some())
            .param("limit_at", limit.map_or(0, |limit| limit.at_ms))
            .param("limit_factor", limit.map_or(0.0, |limit| limit.factor));
        self.named(self.frame(question), by).await
    }

    /// The same by the age at which they reached the stages, without those that reached none.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn funnel_ages(
        &self,
        period: &Period,
        by: BreakdownColumns,
    ) -> Result<DataFrame, StoreError> {
        let groups = assemble(FUNNEL_AGES, &[("stored_source", STORED_SOURCE)]);
        self.named(self.frame(self.counts_question(&groups, period, by)), by).await
    }

    fn counts_question(&self, groups: &str, period: &Period, by: BreakdownColumns) -> Query {
        let zone = period.zone.iana_name().unwrap_or("UTC");
        self.client()
            .query(&assemble(FUNNEL_COUNTS, &[("groups", groups)]))
            .with_setting("max_rows_to_group_by", MOST_GROUPS)
            .param("from", period.from.0)
            .param("to", period.to.0)
            .param("by_source", by.source)
            .param("by_page", by.page)
            .param("by_channel", by.channel)
            .param("by_country", by.country)
            .param("by_ref", by.referral_ref)
            .param("by_ad", by.ad)
            .param("by_link", by.link)
            .param("by_referer", by.referer)
            .param("time_unit", by.time_unit)
            .param("zone", zone)
    }

    /// The titles of ads of conversations opened in the period. Columns: `queries/ads/ad_titles.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn ad_titles(&self, period: &Period) -> Result<DataFrame, StoreError> {
        let question = self.client().query(AD_TITLES).param("from", period.from.0);
        self.frame(question.param("to", period.to.0)).await
    }

    /// The touchpoints of the period and of the `before` milliseconds ahead of it, in the order of people; only those of people who converted in it, if `of_converted`; with what `by` asks for. Columns:
    /// `queries/attribution/touchpoints.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn touchpoints(
        &self,
        period: &Period,
        before: i64,
        of_converted: bool,
        by: BreakdownColumns,
    ) -> Result<DataFrame, StoreError> {
        let (from, to) = (period.from.0, period.to.0);
        // Their source is always told, and a link may change it.
        let by = BreakdownColumns { source: true, link: true, ..by };
        let asked = |question: Query| {
            question
                .param("from", from.saturating_sub(before))
                .param("to", to)
                .param("of_converted", of_converted)
                .param("converted_from", from)
                .param("converted_to", to)
        };
        let statement = assemble(TOUCHPOINTS, &[("stored_source", STORED_SOURCE)]);
        self.named(self.frame_without(&statement, &by.left_out(), asked), by).await
    }

    /// The conversions of the period and of `behind` (milliseconds) after it, in the order of people.
    /// Columns: `queries/attribution/conversions.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn conversions(&self, period: &Period, behind: i64) -> Result<DataFrame, StoreError> {
        let until = period.to.0.saturating_add(behind);
        let question = self.client().query(CONVERSIONS).param("from", period.from.0);
        self.frame(question.param("to", until)).await
    }

    /// What a person of these names did and what the business did in their thread: the latest `limit` events, in
    /// order. Columns: `queries/lists/person_events.sql`.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn person_events(
        &self,
        page: &str,
        names: &BTreeSet<String>,
        limit: u64,
    ) -> Result<Vec<EventRow>, StoreError> {
        let names: Vec<&String> = names.iter().collect();
        let question = self.client().query(PERSON_EVENTS).param("page", page);
        self.fetch_all(question.param("names", names).param("limit", limit)).await
    }

    /// ClickHouse's clock, UTC milliseconds.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn clock(&self) -> Result<i64, StoreError> {
        self.fetch_one(self.client().query(CLOCK)).await
    }

    /// A number that is another one as soon as anything that is stored changes.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn watermark(&self) -> Result<u64, StoreError> {
        let question = self.client().query(&self.about_nodes(WATERMARK, false));
        self.fetch_one(question.param("database", self.home())).await
    }

    /// How much is stored, and until when.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn collection_state(&self) -> Result<CollectionState, StoreError> {
        self.once(self.fetch_one(self.client().query(COLLECTION_STATE))).await
    }
}
