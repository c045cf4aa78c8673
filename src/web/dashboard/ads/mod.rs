//! What ads cost, as a page, and each ad on a page of its own.

pub(crate) mod ad;
pub(crate) mod link;
mod messages;
pub(crate) mod page;
pub(crate) mod row;
pub(crate) mod selection;
