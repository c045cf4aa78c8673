//! Pages that are kept under a name, and with which somebody begins. Schema:
//! `queries/schema/migrations/0141_saved_views.sql`.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::store::client::Store;
use crate::store::client::error::StoreError;

const VIEWS: &str = include_str!("../../../queries/team/saved_views.sql");
const START_PAGE: &str = include_str!("../../../queries/team/start_page.sql");

/// A saved view: a row of the question `saved_views`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct SavedView {
    /// Its number.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// User or token whose it is.
    pub owner: String,
    /// Whether the whole team sees it.
    pub is_shared: bool,
    /// Whether it stands in the side bar of whoever sees it.
    pub is_pinned: bool,
    /// The page.
    pub path: String,
    /// What the page is asked; without days if these move.
    pub query: String,
    /// Days that move with today; 0: those that `query` says, or the usual ones.
    pub days: u32,
    /// How many days before today the last of them is.
    pub back: u32,
    /// User or token who changed it last.
    pub made_by: String,
    /// When, UTC milliseconds.
    pub made_at: i64,
    /// The workspace whose team sees it if it is shared; empty: that of people of all.
    pub workspace: String,
}

/// A row of `saved_views`.
#[derive(Debug, Row, Serialize)]
struct SavedRow {
    id: String,
    name: String,
    owner: String,
    is_shared: bool,
    is_pinned: bool,
    path: String,
    query: String,
    days: u32,
    back: u32,
    made_by: String,
    made_at: i64,
    version: u64,
    is_deleted: u8,
    workspace: String,
}

/// A row of `start_pages`.
#[derive(Debug, Row, Serialize)]
struct StartRow {
    owner: String,
    view: String,
    made_at: i64,
    version: u64,
    is_deleted: u8,
}

impl Store {
    /// All saved views, by name.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn saved_views(&self) -> Result<Vec<SavedView>, StoreError> {
        self.fetch_all(self.client().query(VIEWS)).await
    }

    /// Keeps a saved view, or removes it.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn save_view(&self, view: &SavedView, is_removed: bool) -> Result<(), StoreError> {
        let now = Timestamp(view.made_at).micros();
        let version = self.next_version("saved_views", now).await?;
        let token = format!("view-{}-{version}-{is_removed}", view.id);
        let SavedView { id, name, owner, path, query, made_by, workspace, .. } = view.clone();
        let SavedView { is_shared, is_pinned, days, back, made_at, .. } = *view;
        let is_deleted = u8::from(is_removed);
        let row = SavedRow {
            id,
            name,
            owner,
            is_shared,
            is_pinned,
            path,
            query,
            days,
            back,
            made_by,
            made_at,
            version,
            is_deleted,
            workspace,
        };
        self.insert_block("saved_views", &[row], &token).await
    }

    /// The view with which somebody begins.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn start_page(&self, owner: &str) -> Result<Option<String>, StoreError> {
        let question = self.client().query(START_PAGE).param("owner", owner);
        let found: Vec<String> = self.fetch_all(question).await?;
        Ok(found.into_iter().next())
    }

    /// Says with which view somebody begins; none: with the overview.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn save_start_page(
        &self,
        owner: &str,
        view: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let version = self.next_version("start_pages", now.micros()).await?;
        let row = StartRow {
            owner: owner.to_owned(),
            view: view.unwrap_or_default().to_owned(),
            made_at: now.0,
            version,
            is_deleted: u8::from(view.is_none()),
        };
        self.insert_block("start_pages", &[row], &format!("start-{owner}-{version}")).await
    }
}
