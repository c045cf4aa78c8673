//! The page of all workspaces.

pub(crate) mod page;
