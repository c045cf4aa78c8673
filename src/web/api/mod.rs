//! `/api/v1`: a file a resource.

pub(super) mod ads;
pub(super) mod annotations;
pub(super) mod attribution;
pub(super) mod audience;
pub(super) mod data_quality;
pub(super) mod funnel_people;
pub(super) mod funnels;
pub(super) mod links;
pub(super) mod lists;
pub(super) mod live;
pub(super) mod message_costs;
pub(super) mod openapi;
pub(super) mod qr;
pub(super) mod reconciliation;
pub(super) mod response_times;
pub(super) mod retention;
pub(super) mod sequences;
pub(super) mod stored_funnels;
pub(super) mod workspaces;
