//! Insights of many days: Meta makes a report in its own time, and it is read when it is done
//! (Marketing API, "Asynchronous Insights").

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Graph;
use super::error::GraphError;
use super::insights::{InsightsPage, InsightsQuery};

/// How far a report is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunState {
    /// Still being made; percent.
    Running(u64),
    /// Done.
    Completed,
    /// Given up by Meta, with its reason if it gave one. It may say 100 % all the same.
    Failed(String),
}

#[derive(Deserialize)]
struct Started {
    report_run_id: Value,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Polled {
    async_status: String,
    async_percent_completion: u64,
    error_message: Option<String>,
    error_code: Option<i64>,
}

impl Graph {
    /// Has a report made; its number.
    ///
    /// # Errors
    /// If Meta does not take it.
    pub async fn start_report(&self, query: &InsightsQuery) -> Result<String, GraphError> {
        let started: Started = self.post(&query.edge(), &query.parameters(), &json!({})).await?;
        match started.report_run_id {
            Value::String(id) => Ok(id),
            Value::Number(id) => Ok(id.to_string()),
            _ => Err(GraphError::Form("report_run_id is missing".to_owned())),
        }
    }

    /// How far a report is.
    ///
    /// # Errors
    /// If Meta does not say.
    pub async fn report_state(&self, run_id: &str) -> Result<RunState, GraphError> {
        let fields = "async_status,async_percent_completion,error_code,error_message";
        let polled: Polled = self.get(run_id, &[("fields", fields.to_owned())]).await?;
        Ok(match polled.async_status.as_str() {
            "Job Completed" => RunState::Completed,
            "Job Failed" | "Job Skipped" => {
                let reason = polled.error_message.unwrap_or_else(|| polled.async_status.clone());
                let code = polled.error_code.map(|code| format!(" (code {code})"));
                RunState::Failed(reason + &code.unwrap_or_default())
            }
            _ => RunState::Running(polled.async_percent_completion),
        })
    }

    /// One page of a report that is done.
    ///
    /// # Errors
    /// If Meta gives none, or one that is not understood.
    pub async fn report_page(
        &self,
        run_id: &str,
        after: Option<&str>,
    ) -> Result<InsightsPage, GraphError> {
        self.page(&format!("{run_id}/insights"), Vec::new(), after).await
    }
}
