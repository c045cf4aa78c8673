//! What Pages, Instagram accounts and WhatsApp numbers are called: as the settings say, else as the Graph API does, else as
//! webhooks do.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

use super::{clock, spend};
use crate::config::Settings;
use crate::domain::{DAY_MS, PageName};
use crate::jobs::Round;
use crate::meta::Graph;
use crate::render::page_names::PageNames;
use crate::store::{Store, StoreError};

/// How old a name of the Graph API may get.
const OLDEST_MS: i64 = 7 * DAY_MS;

/// The names as they were when they were last looked at.
#[derive(Debug)]
pub(super) struct KnownNames {
    store: Store,
    of_settings: BTreeMap<String, String>,
    names: watch::Sender<Arc<PageNames>>,
}

impl KnownNames {
    /// Those of the settings, until `store` tells of others.
    pub(super) fn new(settings: &Settings, store: Store) -> Self {
        let of_settings = settings.page_names.clone();
        let names = watch::Sender::new(Arc::new(PageNames::new(of_settings.clone())));
        Self { store, of_settings, names }
    }

    /// The names, now and later.
    pub(super) fn subscribe(&self) -> watch::Receiver<Arc<PageNames>> {
        self.names.subscribe()
    }

    /// Looks at the stored names; they stay as they were if that fails.
    pub(super) async fn refresh(&self) {
        match self.read().await {
            Ok(now) => {
                self.names.send_if_modified(|known| {
                    let is_new = **known != now;
                    if is_new {
                        *known = Arc::new(now);
                    }
                    is_new
                });
            }
            Err(error) => tracing::debug!(%error, "the names of Pages stay as they were"),
        }
    }

    async fn read(&self) -> Result<PageNames, StoreError> {
        let stored = self.store.page_names().await?;
        Ok(PageNames::of_settings_and(&self.of_settings, stored))
    }
}

/// Asks the Graph API for names.
#[derive(Debug)]
pub(super) struct NamesOfGraph {
    now: watch::Receiver<Settings>,
    store: Store,
    graph: watch::Receiver<Option<Graph>>,
}

impl NamesOfGraph {
    /// `None` without a token.
    pub(super) fn new(now: &watch::Receiver<Settings>, store: &Store) -> Option<Self> {
        now.borrow().graph.token.as_ref()?;
        let graph = spend::graph_now(now, "names of Pages cannot be asked for");
        Some(Self { now: now.clone(), store: store.clone(), graph })
    }

    /// Asks for the names that are missing or old.
    pub(super) async fn round(&self) -> Round {
        let Some(graph) = self.graph.borrow().clone() else { return Round::Last };
        match self.ask(&graph).await {
            Ok(()) => Round::Done,
            Err(error) => {
                tracing::debug!(%error, "names of Pages could not be asked for");
                Round::Failed
            }
        }
    }

    async fn ask(&self, graph: &Graph) -> Result<(), StoreError> {
        let settings = self.now.borrow().clone();
        let since = clock::now_timestamp().0 - OLDEST_MS;
        let since = u64::try_from(since * 1000).unwrap_or_default();
        for (page, channel) in self.store.unnamed_pages(since).await? {
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
            self.store.save_page_name(&name, clock::now_timestamp().micros()).await?;
        }
        Ok(())
    }
}
