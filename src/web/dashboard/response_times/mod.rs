//! How conversations are answered, as a page.

pub(crate) mod page;
