//! Tracked links: their page, and the form that edits one.

pub(crate) mod form;
pub(crate) mod note;
pub(crate) mod page;
