//! Requests to systems of others, and how their answers come back. The second implementation is the tests', in which
//! answers are late, or lost.

use std::error::Error;
use std::fmt::Debug;

use async_trait::async_trait;
use reqwest::{Client, Request, Response};

/// Sends requests.
#[async_trait]
pub trait Sender: Debug + Send + Sync {
    /// Sends one.
    ///
    /// # Errors
    /// If no answer came.
    async fn send(&self, request: Request) -> Result<Response, Unanswered>;
}

/// Why no answer came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// In words, without the address, which may hold what is nobody's business.
    pub reason: String,
    /// Whether the request surely did not arrive.
    pub never_left: bool,
}

impl From<reqwest::Error> for Unanswered {
    fn from(error: reqwest::Error) -> Self {
        let never_left = error.is_connect() || error.is_builder();
        let error = error.without_url();
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            let text = next.to_string();
            // Some errors tell their causes themselves.
            if !reason.contains(&text) {
                reason = format!("{reason}: {text}");
            }
            cause = next.source();
        }
        Self { reason, never_left }
    }
}

#[async_trait]
impl Sender for Client {
    async fn send(&self, request: Request) -> Result<Response, Unanswered> {
        self.execute(request).await.map_err(Unanswered::from)
    }
}
