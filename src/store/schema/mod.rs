//! Tables, views and what is set on them: how long rows are kept, whether writes are synced, who may read.

pub(in crate::store) mod bi_user;
pub mod cluster;
pub(in crate::store) mod durability;
pub(in crate::store) mod migrate;
pub(in crate::store) mod migrations;
pub(in crate::store) mod row_ttl;
pub(in crate::store) mod view_settings;
