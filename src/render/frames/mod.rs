//! Results as frames of typed columns, and those as CSV, XLSX, Parquet or Arrow. The columns of each are listed in
//! `docs/reference/columns.md`.

pub mod ads;
mod annotations;
mod attribution;
pub mod columns;
mod csv;
pub mod encode;
mod funnels;
mod lists;
mod message_costs;
mod people;
pub mod reconciliation;
mod xlsx;

pub use annotations::annotations;
pub use attribution::{attribution, comparison, costs};
pub use encode::{Encoder, encoded};
pub use funnels::{cohorts, flows, funnel, sequences, verdicts};
pub use lists::{conversations, feedback, reached, reported, touchpoints};
pub use message_costs::message_costs;
pub use people::{audience, links, quality, responses};
