//! What people decided and the program did: accounts, alerts, annotations, funnels, goals, saved views, reports, what Meta was told, erasures, backups.

pub(in crate::store) mod accounts;
pub(in crate::store) mod alerts;
pub(in crate::store) mod annotations;
pub(in crate::store) mod backup;
mod definitions;
pub(in crate::store) mod erasure;
pub(in crate::store) mod feedback;
pub(in crate::store) mod goals;
pub(in crate::store) mod person_names;
pub(in crate::store) mod saved_views;
pub(in crate::store) mod scheduled_reports;
pub(in crate::store) mod stored_funnels;
pub(in crate::store) mod versions;
pub(in crate::store) mod workspaces;
