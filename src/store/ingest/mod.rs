//! The way in: from the journal into ClickHouse.

mod alias_chains;
mod batch;
mod known_rows;
pub(in crate::store) mod quarantine;
mod refill;
pub(in crate::store) mod shipper;
