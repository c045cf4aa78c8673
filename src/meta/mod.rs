//! Meta's Graph API, as far as it is needed: a client that waits before it is told to, insights (what
//! ads cost), what WhatsApp messages cost, conversion events, and how a Page is set up.
//!
//! The token goes into the `Authorization` header alone. Addresses are never part of an error, and
//! `paging.next`, which repeats the token, is never followed: only its cursor is taken.

mod client;
mod error;
mod events;
mod identity;
mod insights;
mod message_prices;
mod report_run;
mod setup;
mod usage;

pub use client::{Graph, Patience, choose_cryptography};
pub use error::{ApiError, GraphError, Remedy, tells_of_region};
pub use events::{
    Accepted, EVENT_NAMES, MOST_EVENTS, MessagingChannel, MessagingEvent, WhatsAppClick,
};
pub use insights::{InsightsPage, InsightsQuery};
pub use report_run::RunState;
pub use setup::{AppSubscriptions, PageSetup, TokenFacts};
pub use usage::Usage;
