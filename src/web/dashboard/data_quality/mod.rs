//! How good the data are, as a page.

pub(crate) mod page;
