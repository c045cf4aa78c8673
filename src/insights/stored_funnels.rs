//! Funnels that were made on the page or over the API, beside those of files.
//!
//! An edit is never changed, so that what was read of it once is kept: each question asks for the numbers of the latest
//! edits alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::analysis::{Funnel, FunnelError, Funnels, WrittenFunnel};
use crate::store::{FunnelEdit, Store, StoreError};

/// Stored funnels as they were last read: those of each workspace, and under no name those of all.
#[derive(Debug, Clone, Default)]
pub struct StoredFunnels(Arc<Mutex<BTreeMap<String, Arc<LastRead>>>>);

#[derive(Debug)]
struct LastRead {
    versions: Vec<(String, u64)>,
    funnels: Vec<Arc<StoredFunnel>>,
}

/// A stored funnel, or what is wrong with it.
#[derive(Debug)]
pub struct StoredFunnel {
    /// Its latest edit.
    pub edit: FunnelEdit,
    /// As it was written, if this program can read that.
    pub written: Option<WrittenFunnel>,
    /// The funnel; another version of the program may have written what this one does not take.
    pub checked: Result<Funnel, FunnelError>,
}

impl StoredFunnel {
    fn new(edit: FunnelEdit) -> Self {
        let is_archived = edit.act == "archived";
        let read = serde_json::from_str::<WrittenFunnel>(&edit.definition);
        let unread = |error: &serde_json::Error| FunnelError {
            key: "definition".to_owned(),
            reason: error.to_string(),
        };
        let checked = match &read {
            Ok(written) => written.clone().check(),
            Err(error) => Err(unread(error)),
        };
        let checked = checked.map(|funnel| Funnel { is_archived, ..funnel });
        Self { edit, written: read.ok(), checked }
    }

    /// Whether it is no longer offered.
    #[must_use]
    pub fn is_archived(&self) -> bool {
        self.edit.act == "archived"
    }

    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        let title = self.written.as_ref().and_then(|written| written.title.as_deref());
        title.unwrap_or(&self.edit.name)
    }
}

impl StoredFunnels {
    /// All of them, as they are now, by name.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn all(&self, store: &Store) -> Result<Vec<Arc<StoredFunnel>>, StoreError> {
        Ok(self.last_read(store).await?.funnels.clone())
    }

    /// The funnels of files and beside them the stored ones. Where both have a name, that of the file counts: it came
    /// later, and the page of stored funnels says so.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn beside(
        &self,
        of_files: &Arc<Funnels>,
        store: &Store,
    ) -> Result<Arc<Funnels>, StoreError> {
        let read = self.last_read(store).await?;
        if read.funnels.is_empty() {
            return Ok(Arc::clone(of_files));
        }
        let mut all = (**of_files).clone();
        for funnel in read.funnels.iter().filter_map(|stored| stored.checked.as_ref().ok()) {
            all.entry(funnel.name.clone()).or_insert_with(|| funnel.clone());
        }
        Ok(Arc::new(all))
    }

    async fn last_read(&self, store: &Store) -> Result<Arc<LastRead>, StoreError> {
        let versions = store.stored_funnel_versions().await?;
        let whose = store.workspace().map_or_else(String::new, |own| own.name.clone());
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&whose).cloned();
        if let Some(known) = known.as_ref().filter(|known| known.versions == versions) {
            return Ok(Arc::clone(known));
        }
        let edits = if versions.is_empty() { Vec::new() } else { store.stored_funnels().await? };
        // Of an edit between the two questions the number is the later one's.
        let versions = edits.iter().map(|edit| (edit.name.clone(), edit.version)).collect();
        // A check builds regular expressions: what was checked stays so.
        let before = known.as_ref().map_or(&[][..], |known| &known.funnels);
        let funnel = |edit: FunnelEdit| {
            let known = before.iter().find(|one| one.edit == edit);
            known.map_or_else(|| Arc::new(StoredFunnel::new(edit)), Arc::clone)
        };
        let funnels = edits.into_iter().map(funnel).collect();
        let read = Arc::new(LastRead { versions, funnels });
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(whose, Arc::clone(&read));
        Ok(read)
    }
}
