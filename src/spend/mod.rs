//! What ads cost: read from Meta's insights ([`sync()`]) or from files that Ads Manager exports
//! ([`export`]); and what WhatsApp messages cost ([`sync_messages`]).

pub mod export;
mod messages;
mod plan;
mod spool;
mod sync;

pub use messages::{MessagesDone, sync_messages};
pub use plan::{Window, due, first_day};
pub use sync::{AccountDone, Advance, SyncError, SyncSettings, sync};
