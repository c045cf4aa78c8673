//! Who looks at the page that is being made, for what every page shows of them.

use std::future::Future;

/// What pages show of whoever looks.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// Of who has logged in, or shows a token in a cookie.
    pub name: Option<String>,
    /// Whether they may connect spreadsheets.
    pub may_connect: bool,
    /// The workspace that they are in: name, and what people call it.
    pub workspace: Option<(String, String)>,
    /// Those that they may choose: people of all any, members none.
    pub workspaces: Vec<(String, String)>,
    /// Whether they are a member of one workspace.
    pub is_member: bool,
    /// The page, if it is one of a workspace; else the overview.
    pub path: String,
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

/// What the page shows of whoever looks; nothing where nobody does.
pub(crate) fn current() -> Option<Visitor> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Whether there are workspaces among which they may choose.
pub(crate) fn may_choose() -> bool {
    CURRENT.try_with(|visitor| !visitor.workspaces.is_empty()).unwrap_or_default()
}

/// Whether they may connect spreadsheets.
pub(crate) fn may_connect() -> bool {
    CURRENT.try_with(|visitor| visitor.may_connect).unwrap_or_default()
}
