//! Funnels: any that there is, one that is built in a form, and who went no further.

pub(crate) mod builder;
pub(crate) mod builder_address;
pub(crate) mod comparison;
pub(crate) mod download;
pub(crate) mod drilldown;
pub(crate) mod handlers;
pub(crate) mod labels;
pub(crate) mod links;
pub(crate) mod page;
pub(crate) mod parts;
pub(crate) mod people;
pub(crate) mod rate_over_time;
pub(crate) mod step_change;
pub(crate) mod stored;
pub(crate) mod summary;
