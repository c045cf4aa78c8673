//! The API and the dashboard: a handler file a resource, a folder a page.

mod api;
mod dashboard;
mod filter_form;
pub mod guard;
pub(crate) mod kept;
mod page_cache;
pub mod page_names;
mod page_scope;
mod parameter_check;
mod parameters;
mod request;
pub mod router;
pub mod routes;
pub mod state;
