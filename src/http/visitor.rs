//! Who looks at the page that is being made, for what every page shows of them.

use std::future::Future;

tokio::task_local! {
    static CURRENT: String;
}

/// Answers as somebody who has logged in, or who shows a token.
pub(crate) async fn answered<F: Future>(name: String, answer: F) -> F::Output {
    CURRENT.scope(name, answer).await
}

/// Their name; `None` if nobody has logged in, so that nobody can log out.
pub(crate) fn name() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}
