//! Reports: questions that are asked by a schedule, and whose answers go to people as files.
//!
//! A run is known by its report and the instant at which it was due, so that it happens once however many
//! processes look at the clock: whoever claims it makes it, a process that dies loses its claim, and the
//! next one goes on where it stopped. What may have reached somebody is not sent again.

pub mod dataset;
mod definition;
mod delivery;
mod forms;
mod making;
mod pages;
mod problems;
mod range;
mod running;
mod scheduling;
mod shelf;
mod told;

pub use definition::{Report, ReportError, WrittenReport};
pub use delivery::{Destination, Mailer, WrittenDestination, WrittenSmtp};
pub use forms::router;
pub use making::{Made, MakeError, Side, base_name, covers, made_before, make};
pub use running::{RunError, Runner};
pub use scheduling::Scheduler;
pub use shelf::{OnShelf, ReportSettings, Shelf};
pub use told::{ToldDelivery, ToldReport, ToldRun, reports, runs};
