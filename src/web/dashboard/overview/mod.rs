//! The overview.

pub(crate) mod attention;
pub(crate) mod best_ads;
pub(crate) mod changes;
pub(crate) mod days;
pub(crate) mod figures;
pub(crate) mod page;
pub(crate) mod steps;
pub(crate) mod tiles;
