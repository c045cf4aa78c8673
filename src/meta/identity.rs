//! Who a person is for each Page (Meta, "ID Matching API"), and what a Page, an account or a number is called.

use serde_json::Value;

use super::client::Graph;
use super::error::GraphError;

impl Graph {
    /// What a Page, an Instagram account or a WhatsApp number (by its channel) is called; empty if it has no name.
    ///
    /// # Errors
    /// If Meta does not say.
    pub async fn page_name(&self, page: &str, channel: &str) -> Result<String, GraphError> {
        let fields: &[&str] = match channel {
            "whatsapp" => &["verified_name", "display_phone_number"],
            "instagram" => &["username", "name"],
            _ => &["name"],
        };
        let answer: Value = self.get(page, &[("fields", fields.join(","))]).await?;
        let told = fields.iter().filter_map(|field| answer[*field].as_str());
        let told: Vec<&str> = told.filter(|name| !name.is_empty()).collect();
        Ok(match (channel, &told[..]) {
            // Numbers of one business have one name.
            ("whatsapp", [name, number]) => format!("{name}, {number}"),
            (_, [first, ..]) => (*first).to_owned(),
            (_, []) => String::new(),
        })
    }

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
