//! What several parts of one answer ask for is asked once.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use crate::store::client::error::StoreError;

tokio::task_local! {
    static ASKED: Asked;
}

/// What has been asked for an answer: a cell for each type.
#[derive(Default)]
struct Asked(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Asked {
    fn cell<T: Send + Sync + 'static>(&self) -> Option<Arc<OnceCell<T>>> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = cells.entry(TypeId::of::<T>());
        let cell = cell.or_insert_with(|| Arc::new(OnceCell::<T>::new()));
        Arc::clone(cell).downcast().ok()
    }
}

/// Runs what makes one answer and changes nothing: links, names of ads, accounts and how much is stored are as they were
/// when it first asked for them.
pub async fn asking_once<F: Future>(answer: F) -> F::Output {
    ASKED.scope(Asked::default(), answer).await
}

/// What `ask` tells, or what it told before for the same answer: of each type there is one question.
pub(super) fn once<'f, T: Clone + Send + Sync + 'static>(
    ask: impl Future<Output = Result<T, StoreError>> + Send + 'f,
) -> BoxFuture<'f, Result<T, StoreError>> {
    Box::pin(async move {
        match ASKED.try_with(Asked::cell).ok().flatten() {
            Some(cell) => cell.get_or_try_init(|| ask).await.cloned(),
            None => ask.await,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn within_one_answer_the_first_word_stands() {
        let ask = async |told: u64| once(async move { Ok::<_, StoreError>(told) }).await.unwrap();
        let other = once(async { Ok::<_, StoreError>("of another type") });
        let answer = asking_once(async { tokio::join!(ask(1), ask(2), other) }).await;
        assert_eq!((answer.0, answer.1, answer.2.unwrap()), (1, 1, "of another type"));
        assert_eq!(asking_once(ask(3)).await, 3, "another answer asks again");
        assert_eq!((ask(4).await, ask(5).await), (4, 5), "outside of answers all is asked");
    }
}
