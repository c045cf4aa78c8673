//! Reports: questions that are asked by a schedule, and whose answers go to people as files.
//!
//! A run is known by its report and the instant at which it was due, so that it happens once however many
//! processes look at the clock: whoever takes its lease makes it, a process that dies loses the lease, and the
//! next one goes on where it stopped. What may have reached somebody is not sent again.

mod catalog;
pub mod dataset;
mod definition;
mod delivery;
mod dto;
mod files;
mod form;
mod handlers;
mod once;
mod pages;
mod problems;
mod range;
mod rhythm;
mod runner;
mod scheduler;

pub use catalog::{CatalogEntry, ReportCatalog, ReportSettings};
pub use definition::{Report, ReportError, WrittenReport};
pub use delivery::{Destination, Mailer, Parcel, WrittenDestination, WrittenSmtp};
pub use dto::{ToldDelivery, ToldReport, ToldRun, reports, runs};
pub use files::{Made, MakeError, Side, base_name, covers, made_before, make};
pub use handlers::router;
pub use once::{Once, OnceError};
pub use runner::{RunError, Runner};
pub use scheduler::Scheduler;
