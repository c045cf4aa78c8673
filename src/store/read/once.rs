//! What several parts of one answer ask for is asked once.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use crate::store::client::Store;
use crate::store::client::error::StoreError;

tokio::task_local! {
    static ASKED: Asked;
}

/// A type, and the workspace that is looked at.
type Key = (TypeId, Option<String>);
/// A `OnceCell` of the type.
type Cell = Arc<dyn Any + Send + Sync>;

/// What has been asked for an answer.
#[derive(Default)]
struct Asked(Mutex<HashMap<Key, Cell>>);

impl Asked {
    fn cell<T: Send + Sync + 'static>(&self, workspace: Option<&str>) -> Option<Arc<OnceCell<T>>> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = cells.entry((TypeId::of::<T>(), workspace.map(str::to_owned)));
        let cell = cell.or_insert_with(|| Arc::new(OnceCell::<T>::new()));
        Arc::clone(cell).downcast().ok()
    }
}

/// Runs what makes one answer and changes nothing: links, names of ads, accounts and how much is stored are as they were
/// when it first asked for them.
pub async fn asking_once<F: Future>(answer: F) -> F::Output {
    ASKED.scope(Asked::default(), answer).await
}

impl Store {
    /// What `ask` tells of this store, or what it told before for the same answer: of each type there is one question.
    pub(super) fn once<'f, T: Clone + Send + Sync + 'static>(
        &'f self,
        ask: impl Future<Output = Result<T, StoreError>> + Send + 'f,
    ) -> BoxFuture<'f, Result<T, StoreError>> {
        let workspace = self.workspace().map(|workspace| workspace.name.as_str());
        Box::pin(async move {
            match ASKED.try_with(|asked| asked.cell(workspace)).ok().flatten() {
                Some(cell) => cell.get_or_try_init(|| ask).await.cloned(),
                None => ask.await,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Workspace;
    use crate::store::Endpoint;

    #[tokio::test]
    async fn within_one_answer_the_first_word_stands() {
        let store = Store::new(Endpoint {
            url: "http://127.0.0.1:1".to_owned(),
            user: String::new(),
            password: String::new().into(),
            database: String::new(),
            cluster: None,
            is_shared: false,
        });
        let acme = Workspace { name: "acme".to_owned(), ..Workspace::default() };
        let narrow = store.of_workspace(&Arc::new(acme));
        let ask = async |store: &Store, told: u64| {
            store.once(async move { Ok::<_, StoreError>(told) }).await.unwrap()
        };
        let other = store.once(async { Ok::<_, StoreError>("of another type") });
        let answer = asking_once(async {
            tokio::join!(ask(&store, 1), ask(&store, 2), ask(&narrow, 3), other)
        });
        let answer = answer.await;
        assert_eq!((answer.0, answer.1, answer.3.unwrap()), (1, 1, "of another type"));
        assert_eq!(answer.2, 3, "a workspace is asked by itself");
        assert_eq!(asking_once(ask(&store, 4)).await, 4, "another answer asks again");
        let outside = (ask(&store, 5).await, ask(&store, 6).await);
        assert_eq!(outside, (5, 6), "outside of answers all is asked");
    }
}
