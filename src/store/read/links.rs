//! The link registry, and who visited.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Link, LinkVisit, Links, Period};
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::rows::{LinkRow, VisitRow};

const LINKS: &str = include_str!("../../../queries/links/link_registry.sql");
const VISITS_BY_LINK: &str = include_str!("../../../queries/links/visits_by_link.sql");

/// Visits to a link in a period.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize, ToSchema)]
pub struct LinkVisits {
    /// The link.
    pub slug: String,
    /// Visits of people.
    pub clicks: u64,
    /// Visits of bots and link previews, which do not count.
    pub previews: u64,
    /// Clicks whose person was seen in a thread since.
    pub arrived: u64,
}

impl Store {
    /// All links, the archived ones too.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn links(&self) -> Result<Links, StoreError> {
        let ask = async {
            let rows: Vec<LinkRow> = self.fetch_all(self.client().query(LINKS)).await?;
            let links = rows.into_iter().map(LinkRow::into_link);
            Ok(links.map(|link| (link.slug.clone(), link)).collect())
        };
        self.once(ask).await
    }

    /// Stores a new link, or a link's new form: of two edits that with the higher version stays
    /// ([`Store::next_version`]).
    ///
    /// # Errors
    /// If ClickHouse takes it not.
    pub async fn save_link(&self, link: Link, version: u64) -> Result<(), StoreError> {
        let token = format!("{}-{version}", link.slug);
        self.insert_block("links", &[LinkRow::new(link, version)], &token).await
    }

    /// Stores visits that no journal holds.
    ///
    /// # Errors
    /// If ClickHouse takes them not.
    pub async fn save_link_visits(
        &self,
        visits: &[LinkVisit],
        token: &str,
    ) -> Result<(), StoreError> {
        let rows: Vec<VisitRow> = visits.iter().map(VisitRow::from).collect();
        self.insert_block("link_visits", &rows, token).await
    }

    /// Visits to each link in a period.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn link_visits(&self, period: &Period) -> Result<Vec<LinkVisits>, StoreError> {
        let question = self
            .client()
            .query(VISITS_BY_LINK)
            .param("from", period.from.0)
            .param("to", period.to.0);
        self.fetch_all(question).await
    }
}
