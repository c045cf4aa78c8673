//! The overview.

pub(crate) mod best_ads;
pub(crate) mod figures;
pub(crate) mod page;
pub(crate) mod tiles;
