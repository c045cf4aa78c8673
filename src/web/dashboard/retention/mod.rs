//! Who writes again, as a page.

pub(crate) mod page;
