//! What Pages, Instagram accounts and WhatsApp numbers are called, as rows.

use clickhouse::Row;
use serde::Serialize;

use crate::domain::{PageName, Timestamp};

/// A row of `page_names`.
#[derive(Debug, Row, Serialize)]
pub(in crate::store) struct PageNameRow {
    page_id: String,
    origin: &'static str,
    channel: String,
    name: String,
    business_account: String,
    version: u64,
}

impl PageNameRow {
    /// As a webhook says that was sent then.
    pub(in crate::store) fn told(name: &PageName, at: Timestamp) -> Self {
        Self::new(name, "webhook", at.micros())
    }

    /// As the Graph API says; `version`: UTC microseconds.
    pub(in crate::store) fn of_graph(name: &PageName, version: u64) -> Self {
        Self::new(name, "graph", version)
    }

    fn new(name: &PageName, origin: &'static str, version: u64) -> Self {
        Self {
            page_id: name.page.clone(),
            origin,
            channel: name.channel.clone(),
            name: name.name.clone(),
            business_account: name.business_account.clone(),
            version,
        }
    }
}
