//! What the page that is being made offers of saved views: those that stand in the side bar, and whether the page itself can
//! be kept.

use std::future::Future;

/// What every page shows of saved views.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// Views of the side bar.
    pub pinned: Vec<Pinned>,
    /// The page that is being made, if it can be kept.
    pub page: Option<Keepable>,
}

/// A view of the side bar.
#[derive(Debug, Clone)]
pub(crate) struct Pinned {
    /// What it is called.
    pub name: String,
    /// Its address today.
    pub href: String,
}

/// A page that can be kept.
#[derive(Debug, Clone)]
pub(crate) struct Keepable {
    /// Its address.
    pub address: String,
    /// Whether it shows days that can move with today.
    pub has_days: bool,
    /// Whether the reader may keep it for the whole team.
    pub may_share: bool,
}

tokio::task_local! {
    static CURRENT: Kept;
}

/// Makes a page that knows of saved views.
pub(crate) async fn answered<F: Future>(kept: Kept, answer: F) -> F::Output {
    CURRENT.scope(kept, answer).await
}

/// Views that stand in the side bar.
pub(crate) fn pinned() -> Vec<Pinned> {
    CURRENT.try_with(|kept| kept.pinned.clone()).unwrap_or_default()
}

/// The page that is being made, if it can be kept.
pub(crate) fn page() -> Option<Keepable> {
    CURRENT.try_with(|kept| kept.page.clone()).ok().flatten()
}
