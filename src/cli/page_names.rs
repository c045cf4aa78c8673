//! What Pages, Instagram accounts and WhatsApp numbers are called: as the settings say, else as the Graph API does, else as
//! webhooks do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{clock, spend};
use crate::config::Settings;
use crate::domain::{DAY_MS, PageName};
use crate::render::page_names::PageNames;
use crate::store::{Store, StoreError};

/// How often the names that are stored are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How often the Graph API is asked for names that it has not told, and how old a name may get.
const ASK_EVERY: Duration = Duration::from_secs(3600);
const OLDEST_MS: i64 = 7 * DAY_MS;

/// The names as they are now.
pub(super) fn follow(
    settings: &Settings,
    store: Store,
    stop: CancellationToken,
) -> watch::Receiver<Arc<PageNames>> {
    let of_settings = settings.page_names.clone();
    let (names, follower) = watch::channel(Arc::new(PageNames::new(of_settings.clone())));
    tokio::spawn(async move {
        loop {
            match stored(&store, &of_settings).await {
                Ok(now) => {
                    names.send_if_modified(|known| {
                        let is_new = **known != now;
                        if is_new {
                            *known = Arc::new(now);
                        }
                        is_new
                    });
                }
                Err(error) => tracing::debug!(%error, "the names of Pages stay as they were"),
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    });
    follower
}

async fn stored(
    store: &Store,
    of_settings: &BTreeMap<String, String>,
) -> Result<PageNames, StoreError> {
    let stored = store.page_names().await?;
    let of_settings = of_settings.iter().map(|(page, name)| (page.clone(), name.clone()));
    Ok(PageNames::new(of_settings.chain(stored)))
}

/// Asks the Graph API for names, until `stop`; nothing without a token.
pub(super) async fn ask_regularly(
    now: watch::Receiver<Settings>,
    store: Store,
    stop: CancellationToken,
) {
    if now.borrow().graph.token.is_none() {
        return;
    }
    let graph_now = spend::graph_now(&now, "names of Pages cannot be asked for");
    loop {
        let Some(graph) = graph_now.borrow().clone() else { return };
        let settings = now.borrow().clone();
        let ask = async {
            let since = clock::now_timestamp().0 - OLDEST_MS;
            let since = u64::try_from(since * 1000).unwrap_or_default();
            for (page, channel) in store.unnamed_pages(since).await? {
                let graph = match settings.graph.page_tokens.get(&page) {
                    Some(token) => graph.with_token(token.clone()),
                    None => graph.clone(),
                };
                let name = match graph.page_name(&page, &channel).await {
                    Ok(name) => name,
                    Err(error) if error.may_pass() => {
                        tracing::debug!(page, %error, "the name of a Page could not be asked for");
                        continue;
                    }
                    Err(error) => {
                        tracing::info!(page, %error, "Meta does not tell what a Page is called");
                        String::new()
                    }
                };
                let name = PageName::of(page, channel, name);
                store.save_page_name(&name, clock::now_timestamp().micros()).await?;
            }
            Ok::<_, StoreError>(())
        };
        let asked = tokio::select! { asked = ask => asked, () = stop.cancelled() => return };
        if let Err(error) = asked {
            tracing::debug!(%error, "names of Pages could not be asked for");
        }
        tokio::select! { () = tokio::time::sleep(ASK_EVERY) => {}, () = stop.cancelled() => return }
    }
}
