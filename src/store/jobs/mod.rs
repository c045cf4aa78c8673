//! Leases of what only one process may do at a time.

pub(in crate::store) mod lease;
pub(in crate::store) mod shared_lease;
