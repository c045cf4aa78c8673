//! What Pages, Instagram accounts and WhatsApp numbers are called.

use crate::domain::PageName;
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::rows::page_names::PageNameRow;

const PAGE_NAMES: &str = include_str!("../../../queries/page_names/page_names.sql");
const UNNAMED_PAGES: &str = include_str!("../../../queries/page_names/unnamed_pages.sql");

impl Store {
    /// Ids of Pages, accounts and numbers with what each is called; of one that several sources name, the Graph
    /// API's name comes first.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn page_names(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.fetch_all(self.client().query(PAGE_NAMES)).await
    }

    /// Pages, accounts and numbers (with their channels) that the Graph API has not named since an instant (UTC
    /// microseconds).
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn unnamed_pages(&self, since: u64) -> Result<Vec<(String, String)>, StoreError> {
        let question = self.client().query(UNNAMED_PAGES).param("since", since);
        self.fetch_all(question).await
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
