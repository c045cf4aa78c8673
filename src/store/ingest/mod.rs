//! The way in: from the journal into ClickHouse.

mod batch;
mod known_aliases;
pub(in crate::store) mod quarantine;
mod refill;
pub(in crate::store) mod shipper;
