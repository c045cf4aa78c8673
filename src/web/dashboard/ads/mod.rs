//! What ads cost, as a page.

pub(crate) mod page;
pub(crate) mod row;
pub(crate) mod selection;
