//! What pages say, in their reader's language.
//!
//! Texts stand in `dashboards/messages/`, a folder a language and a file a page, in the format of
//! [Fluent](https://projectfluent.org); a folder more is a language more. Whoever has something to tell makes a
//! [`Message`] of its name and values: it is put into words only when it is shown, in the language of the task
//! that shows it ([`Language::within`]). Outside of pages that is English.

mod known;
mod message;

pub use known::{Language, count, decimal};
pub use message::{Message, Value, filters, percent, places_of, say, share_of};
