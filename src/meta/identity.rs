//! Who a person is for each Page (Meta, "ID Matching API").

use serde_json::Value;

use super::client::Graph;
use super::error::GraphError;

impl Graph {
    /// The Pages that know the person with this app-scoped id, each with its own id of them.
    ///
    /// # Errors
    /// If Meta does not say.
    pub async fn ids_for_pages(&self, user: &str) -> Result<Vec<(String, String)>, GraphError> {
        let answer: Value = self.get(&format!("{user}/ids_for_pages"), &[]).await?;
        let ids = answer["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let pair = |one: &Value| {
            Some((one["page"]["id"].as_str()?.to_owned(), one["id"].as_str()?.to_owned()))
        };
        Ok(ids.iter().filter_map(pair).collect())
    }
}
