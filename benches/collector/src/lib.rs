//! What the load's makers and its targets share: how a webhook is signed, and how prepared requests
//! lie in their file.

pub mod requests;
pub mod signature;
