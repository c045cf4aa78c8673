//! The way in: from the journal into ClickHouse.

mod alias_chains;
mod batch;
mod known_rows;
mod one_act;
pub(in crate::store) mod quarantine;
mod refill;
mod same_person;
pub(in crate::store) mod shipper;
pub(in crate::store) mod stored_contacts;
pub(in crate::store) mod stored_raw;
pub(in crate::store) mod stored_refusals;
mod told_twice;
mod unmade;
