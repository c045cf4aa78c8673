//! One person, as a page.

mod chat;
pub(crate) mod link;
pub(crate) mod page;
