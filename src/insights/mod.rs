//! What is computed: a question in, a report out. Nothing here knows of HTTP or of pages.
//!
//! [`query`] says what is asked and [`understand`] how it is read; the other files answer, a file a subject: the store
//! gives the events, the analysis counts, [`worker`] says whose turn it is.

pub mod ad_titles;
pub mod ads;
pub mod alerts;
pub mod annotations;
pub mod attribution;
pub mod audience;
pub mod breakdown_columns;
pub mod csv_style;
pub mod cursor;
pub mod data_quality;
pub mod error;
pub mod format;
pub mod funnel;
pub mod funnel_comparison;
pub mod funnel_correlation;
pub mod funnel_edits;
pub mod funnel_outlook;
pub mod funnel_over_time;
pub mod funnel_people;
pub mod funnel_verdicts;
pub mod invalid_parameter;
pub mod links;
pub mod list_filters;
pub mod listing;
pub mod message_costs;
pub mod person;
pub mod query;
pub mod reconciliation;
pub mod response_times;
pub mod retention;
pub mod saved_views;
pub mod share;
pub mod sizes;
pub mod stored_funnels;
pub(crate) mod suggestions;
pub(crate) mod text_match;
pub mod understand;
pub mod worker;
pub mod workspaces;
