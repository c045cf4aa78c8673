//! What Pages, Instagram accounts and WhatsApp numbers are called.

use clickhouse::Row;
use serde::Deserialize;

use crate::domain::PageName;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::rows::page_names::PageNameRow;

const PAGE_NAMES: &str = include_str!("../../../queries/page_names/page_names.sql");
const UNNAMED_PAGES: &str = include_str!("../../../queries/page_names/unnamed_pages.sql");

/// A row of the question `page_names`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct NamedPage {
    /// The Page's, the account's or the number's id.
    pub page_id: String,
    /// Who says so: `graph` or `webhook`.
    pub origin: String,
    /// `messenger`, `instagram` or `whatsapp`; empty if it is not said.
    pub channel: String,
    /// What people call it.
    pub name: String,
}

impl Store {
    /// What Pages, accounts and numbers are called, by each source of names.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn page_names(&self) -> Result<Vec<NamedPage>, StoreError> {
        self.client().query(PAGE_NAMES).fetch_all().await.map_err(|error| self.failed(error))
    }

    /// Pages, accounts and numbers (with their channels) that the Graph API has not named since an instant (UTC
    /// microseconds).
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn unnamed_pages(&self, since: u64) -> Result<Vec<(String, String)>, StoreError> {
        let question = self.client().query(UNNAMED_PAGES).param("since", since);
        question.fetch_all().await.map_err(|error| self.failed(error))
    }

    /// Keeps a name that the Graph API told; `version`: UTC microseconds. One that it would not tell is kept empty, so
    /// that it is not asked again at once.
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_page_name(&self, name: &PageName, version: u64) -> Result<(), StoreError> {
        let row = PageNameRow::of_graph(name, version);
        self.insert_block("page_names", &[row], &format!("{}-{version}", name.page)).await
    }
}
