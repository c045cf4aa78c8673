//! Who may be written to, as a page.

pub(crate) mod page;
