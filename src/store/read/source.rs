//! Pieces of statements: the source of a conversation, which a link may name that is registered later.

/// As it is grouped.
pub(super) const STORED_SOURCE: &str = include_str!("../../../queries/funnels/stored_source.sql");
/// As it is shown.
pub(super) const SHOWN_SOURCE: &str = include_str!("../../../queries/funnels/shown_source.sql");
