//! Questions: a file for each subject.

pub(in crate::store) mod ad_spend;
pub(in crate::store) mod audience;
pub(in crate::store) mod collection;
pub(in crate::store) mod data_quality;
pub(in crate::store) mod entry_names;
pub(in crate::store) mod event_values;
pub(in crate::store) mod funnel_events;
pub(in crate::store) mod funnels;
pub(in crate::store) mod links;
pub(in crate::store) mod list_rows;
pub(in crate::store) mod lists;
pub(in crate::store) mod manual_costs;
pub(in crate::store) mod message_costs;
pub(in crate::store) mod once;
pub(in crate::store) mod page_names;
pub(in crate::store) mod response_times;
pub(in crate::store) mod sequences;
pub(in crate::store) mod source;
pub(in crate::store) mod spend_days;
