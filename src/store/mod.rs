//! ClickHouse: finding it, its schema, shipping events into it, and asking it.
//!
//! One protocol to one engine: ClickHouse over HTTP through the official crate. On a laptop the
//! engine is a child process of ours ([`engine`]); elsewhere it is whatever `clickhouse.url`
//! names. Only the address differs.

mod client;
pub mod engine;
mod ingest;
mod jobs;
mod materialize;
mod read;
mod reported_conversions;
mod rows;
mod schema;
mod state;

pub use client::endpoint::Endpoint;
pub use client::error::StoreError;
pub use client::moment::Moment;
pub use client::one_time_work::OneTimeWork;
pub use client::query_limits::{Bound, Bounds};
pub use client::tombstones::{Marks, Tombstones};
pub use client::workspace_filter::is_page_id;
pub use client::{Computing, Store};
pub use ingest::quarantine::{Replayed, replay_quarantined};
pub use ingest::shipper::{Progress, Shipper, Waiting};
pub use ingest::stored_contacts::PersonPlace;
pub use ingest::stored_raw::{EventPlace, RawBatch};
pub use ingest::stored_refusals::RefusalBatch;
pub use jobs::lease::Lease;
pub use jobs::shared_lease::SharedLease;
pub use materialize::materialization::{
    ChangedBatch, ChangedPerson, MaterializedTables, PersonSnapshot, StandingRow,
};
pub use materialize::rebuild::{Compared, DifferingRow};
pub use read::ad_spend::KnownDay;
pub use read::audience::Audience;
pub use read::collection::{BreakdownColumns, CollectionState, LATEST};
pub use read::data_quality::{
    ActiveEntryPoint, KindCount, PageThreads, PolicyEvent, Received, RefusedReason, UnknownRef,
};
pub use read::event_values::EventField;
pub use read::funnel_events::FunnelEvents;
pub use read::links::LinkVisits;
pub use read::list_rows::{
    ConversationRow, EventRow, FeedbackRow, Instant, ReachedRow, ReportedRow, TouchpointRow,
};
pub use read::lists::{Listed, Place, Rows, Span};
pub use read::once::asking_once;
pub use read::response_times::{
    ClosingWindow, MessagingWindow, MissedCalls, ResponseTimes, SourceWindow,
};
pub use read::sequences::{CohortWeek, SentMessages, Sequence};
pub use schema::bi_user::Reader;
pub use schema::cluster;
pub use schema::durability::BrokenPart;
pub use schema::migrate::migrate;
pub use schema::migrations::{Applied, table_now};
pub use schema::row_ttl::Retention;
pub use schema::view_settings::ViewSettings;
pub use state::accounts::{AuditRow, TokenRow, UserRow};
pub use state::alerts::{Counted, IncidentMark, IncidentRow, KeptRule};
pub use state::annotations::{FirstSpend, SpendImport, WrittenAnnotation};
pub use state::backup::{Copying, KeptTable, Restoring};
pub use state::erasure::{SetAside, TABLES_OF_EXPORT, TableToErase, Whom};
pub use state::feedback::{Candidate, FEEDBACK_STATUSES, Told};
pub use state::goals::KeptGoal;
pub use state::person_names::ActiveTimes;
pub use state::saved_views::SavedView;
pub use state::scheduled_reports::{ReportDelivery, ReportRun, WrittenDefinition};
pub use state::stored_funnels::FunnelEdit;
pub use state::workspaces::KeptWorkspace;
