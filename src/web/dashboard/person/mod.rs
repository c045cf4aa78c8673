//! One person, as a page.

pub(crate) mod link;
pub(crate) mod page;
