//! What handlers need to know.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::accounts::{Accounts, Who};
use crate::analysis::Funnels;
use crate::domain::{Links, Workspace};
use crate::http::own::OfWorkspace;
use crate::http::rate_limit::Limit;
use crate::insights::links::short_address;
use crate::insights::query::Defaults;
use crate::insights::stored_funnels::StoredFunnels;
use crate::store::{Bounds, MessagingWindow, Store};

/// What handlers need to know.
#[derive(Debug, Clone)]
pub struct Views {
    /// Where the events are.
    pub store: Store,
    /// What holds where a question does not say otherwise.
    pub defaults: Defaults,
    /// Who may look.
    pub accounts: Accounts,
    /// How much may be asked.
    pub limit: Limit,
    /// Funnels of files; beside them the stored ones, where a handler has asked for these too.
    pub funnels: Arc<Funnels>,
    /// Funnels that were made on the page or over the API.
    pub stored_funnels: StoredFunnels,
    /// The link registry.
    pub links: watch::Receiver<Arc<Links>>,
    /// Address under which the server is reached.
    pub public_url: Option<String>,
    /// How long a business may answer freely.
    pub window: MessagingWindow,
    /// UTC milliseconds, now.
    pub clock: fn() -> i64,
    /// What one question may take.
    pub bounds: Bounds,
    /// Ends answers that never end by themselves.
    pub stop: CancellationToken,
}

impl OfWorkspace for Views {
    /// Only rows of the workspace can be seen, by the days of its zone.
    fn of_workspace(&self, workspace: &Arc<Workspace>) -> Self {
        let mut own = self.clone();
        own.store = own.store.of_workspace(workspace);
        own.defaults.zone = workspace.zone().unwrap_or(own.defaults.zone);
        own
    }
}

impl Views {
    /// As far as somebody may see.
    pub(crate) fn seen_by(&self, who: &Who) -> Self {
        who.workspace.as_ref().map_or_else(|| self.clone(), |own| self.of_workspace(own))
    }

    /// The tracked address of a link, if it is known under which address we are reached.
    pub(crate) fn short_address(&self, slug: &str) -> Option<String> {
        self.public_url.as_deref().map(|url| short_address(url, slug))
    }
}
