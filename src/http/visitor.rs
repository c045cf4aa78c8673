//! Who looks at the page that is being made, for what every page shows of them.

use std::future::Future;

/// What pages show of whoever looks.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// Of who has logged in, or shows a token in a cookie.
    pub name: Option<String>,
    /// Whether they may connect spreadsheets.
    pub may_connect: bool,
}

tokio::task_local! {
    static CURRENT: Visitor;
}

/// Answers as somebody.
pub(crate) async fn answered<F: Future>(visitor: Visitor, answer: F) -> F::Output {
    CURRENT.scope(visitor, answer).await
}

/// Their name; `None` if nobody has logged in, so that nobody can log out.
pub(crate) fn name() -> Option<String> {
    CURRENT.try_with(|visitor| visitor.name.clone()).ok().flatten()
}

/// Whether they may connect spreadsheets.
pub(crate) fn may_connect() -> bool {
    CURRENT.try_with(|visitor| visitor.may_connect).unwrap_or_default()
}
