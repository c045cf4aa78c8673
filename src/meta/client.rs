//! Requests to the Graph API: one at a time and account, spaced by what is left of Meta's limits, tried
//! again where that helps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use bytes::Bytes;
use metrics::counter;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

use super::error::{ApiError, GraphError, Remedy};
use super::usage::Usage;
use crate::outgoing::{self, Sender, Unanswered};

/// How long one request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(60);

/// How failures are met.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The first wait; each further one is twice as long.
    pub first_wait: Duration,
    /// The longest wait of our own choice.
    pub longest_wait: Duration,
    /// How often a request is tried again.
    pub retries: usize,
    /// The longest wait that Meta may ask for.
    pub longest_pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
            retries: 8,
            longest_pause: Duration::from_secs(3600),
        }
    }
}

/// A way to the Graph API with one token: cheap to clone, and clones share the pauses.
#[derive(Debug, Clone)]
pub struct Graph {
    /// Builds requests.
    http: reqwest::Client,
    /// Sends them.
    sender: Arc<dyn Sender>,
    base: String,
    token: SecretString,
    patience: Patience,
    /// How long the next request has to wait.
    pause: Arc<Mutex<Duration>>,
    /// Which size of pages Meta gives: a place among `insights`' sizes.
    page_size: Arc<AtomicUsize>,
}

impl Graph {
    /// `url` is that of the Graph API, `version` such as `v25.0`.
    ///
    /// # Errors
    /// If this system's certificates cannot be read.
    pub fn new(
        url: &str,
        version: &str,
        token: SecretString,
        patience: Patience,
    ) -> Result<Self, GraphError> {
        choose_cryptography();
        let configured = |client: reqwest::ClientBuilder| {
            client
                .timeout(REQUEST_LIMIT)
                .redirect(reqwest::redirect::Policy::none())
                .user_agent(concat!("messenger-funnel/", env!("CARGO_PKG_VERSION")))
        };
        let http = outgoing::client(configured).map_err(transport)?;
        let base = format!("{}/{version}", url.trim_end_matches('/'));
        let sender = Arc::new(http.clone());
        let (pause, page_size) = (Arc::default(), Arc::default());
        Ok(Self { http, sender, base, token, patience, pause, page_size })
    }

    /// The same by another way.
    #[must_use]
    pub fn by(&self, sender: Arc<dyn Sender>) -> Self {
        Self { sender, pause: Arc::default(), ..self.clone() }
    }

    /// The same with another token, such as a Page's own.
    #[must_use]
    pub fn with_token(&self, token: SecretString) -> Self {
        Self { token, pause: Arc::default(), ..self.clone() }
    }

    /// Which size of pages Meta has given last.
    pub(super) fn page_size(&self) -> usize {
        self.page_size.load(Ordering::Relaxed)
    }

    /// Notes which size of pages Meta gives.
    pub(super) fn keep_page_size(&self, size: usize) {
        self.page_size.store(size, Ordering::Relaxed);
    }

    /// `GET` of a path below the version.
    ///
    /// # Errors
    /// After as many tries as patience allows.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, GraphError> {
        let request = || self.http.request(Method::GET, self.address(path)).query(query);
        Ok(self.patiently(request).await?.0)
    }

    /// `GET`, and the clock of the server as its answer tells it.
    pub(super) async fn get_dated<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<(T, Option<jiff::Timestamp>), GraphError> {
        let request = || self.http.request(Method::GET, self.address(path)).query(query);
        let (body, headers) = self.patiently(request).await?;
        let date = headers.get("date").and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
        Ok((body, date.map(|date| date.timestamp())))
    }

    /// `POST` of a JSON body.
    ///
    /// # Errors
    /// After as many tries as patience allows.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
        body: &Value,
    ) -> Result<T, GraphError> {
        let request =
            || self.http.request(Method::POST, self.address(path)).query(query).json(body);
        Ok(self.patiently(request).await?.0)
    }

    /// Meta may repeat the token, anywhere in what it says.
    fn without_token(&self, body: Bytes) -> Bytes {
        let token = self.token.expose_secret();
        match std::str::from_utf8(&body) {
            Ok(text) if !token.is_empty() => match outgoing::without_secret(text, token) {
                told if told == text => body,
                told => Bytes::from(told),
            },
            _ => body,
        }
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    async fn patiently<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<(T, HeaderMap), GraphError> {
        let longest_pause = self.patience.longest_pause;
        let backoff = ExponentialBuilder::default()
            .with_min_delay(self.patience.first_wait)
            .with_max_delay(self.patience.longest_wait)
            .with_max_times(self.patience.retries)
            .with_jitter();
        (async || self.once(request()).await)
            .retry(backoff)
            .sleep(tokio::time::sleep)
            .when(GraphError::may_pass)
            .adjust(move |error, wait| {
                let asked = match error.remedy() {
                    Remedy::Wait(asked) => asked,
                    _ => None,
                };
                wait.map(|wait| asked.map_or(wait, |asked| asked.max(wait).min(longest_pause)))
            })
            .notify(|error, wait| {
                counter!("messenger_funnel_graph_retries_total").increment(1);
                tracing::warn!(%error, retry_in = ?wait, "Meta gave no answer");
            })
            .await
    }

    async fn once<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<(T, HeaderMap), GraphError> {
        // Held through the request: calls of one token are made one behind the other.
        let mut pause = self.pause.lock().await;
        if !pause.is_zero() {
            tracing::info!(wait = ?*pause, "most of what Meta allows is used");
            tokio::time::sleep(*pause).await;
        }
        counter!("messenger_funnel_graph_requests_total").increment(1);
        let request = request.bearer_auth(self.token.expose_secret()).build();
        let answer = self.sender.send(request.map_err(transport)?).await;
        let answer = answer.map_err(|unanswered| GraphError::Transport(unanswered.reason))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let usage = Usage::of(&headers);
        *pause = usage.pause().min(self.patience.longest_pause);
        let body = self.without_token(answer.bytes().await.map_err(transport)?);
        if !status.is_success() {
            // The wait is the retry's then.
            *pause = Duration::ZERO;
            let error = ApiError::read(status.as_u16(), &body, usage.regain);
            return Err(GraphError::Api(Box::new(error)));
        }
        let value = serde_json::from_slice(&body).map_err(|error| form(&body, &error))?;
        Ok((value, headers))
    }
}

/// Chooses the process's implementation of TLS; to do so twice changes nothing.
pub fn choose_cryptography() {
    drop(rustls::crypto::ring::default_provider().install_default());
}

fn transport(error: reqwest::Error) -> GraphError {
    GraphError::Transport(Unanswered::from(error).reason)
}

fn form(body: &[u8], error: &serde_json::Error) -> GraphError {
    GraphError::Form(format!("{error}, in {} bytes", body.len()))
}
