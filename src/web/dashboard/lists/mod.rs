//! Lists of rows as pages.

pub(crate) mod conversations;
pub(crate) mod touchpoints;
