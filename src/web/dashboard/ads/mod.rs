//! What ads cost, as a page.

mod messages;
pub(crate) mod page;
pub(crate) mod row;
pub(crate) mod selection;
