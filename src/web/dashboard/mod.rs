//! The pages, a folder each.

pub(crate) mod ads;
pub(crate) mod annotations;
pub(super) mod assets;
pub(crate) mod attribution;
pub(crate) mod audience;
pub(crate) mod connect;
pub(super) mod conversation_cells;
pub(crate) mod data_quality;
pub(super) mod date_range;
pub(super) mod day_trend;
pub(super) mod download;
pub(super) mod drilldown;
pub(crate) mod find;
pub(super) mod funnel_columns;
pub(crate) mod funnels;
pub(crate) mod links;
pub(crate) mod lists;
pub(crate) mod overview;
pub(super) mod page;
pub(super) mod path_part;
pub(crate) mod person;
pub(crate) mod response_times;
pub(crate) mod retention;
pub(crate) mod suggest;
pub(super) mod view_options;
pub(crate) mod workspaces;
