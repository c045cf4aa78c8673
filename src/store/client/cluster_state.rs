//! What has been found out about a cluster.

use tokio::sync::OnceCell;

/// What has been found out about a cluster.
#[derive(Debug, Default)]
pub(in crate::store) struct ClusterState {
    /// Whether the servers have a Keeper: then a statement reaches them all by one of them, and tables are replicated.
    pub(in crate::store) has_keeper: OnceCell<bool>,
}
