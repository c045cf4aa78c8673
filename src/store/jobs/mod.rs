//! Whose turn it is to do what only one process may do at a time.

pub(in crate::store) mod claims;
pub(in crate::store) mod lease;
