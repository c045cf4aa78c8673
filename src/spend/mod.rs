//! What ads cost: read from Meta's insights ([`sync()`]) or from files that Ads Manager exports
//! ([`export`]).

pub mod export;
mod plan;
mod spool;
mod sync;

pub use plan::{Window, due, first_day};
pub use sync::{AccountDone, Advance, SyncError, SyncSettings, sync};
