//! Requests to systems of others, and how their answers come back. The second implementation is the tests', in which
//! answers are late, or lost.

use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::{Client, ClientBuilder, Request, Response};
use rustls::{ClientConfig, RootCertStore};

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
        Self { reason: with_causes(&error.without_url()), never_left }
    }
}

/// A client that trusts the authorities that the system trusts, or Mozilla's list of them where the system has none.
///
/// # Errors
/// If there can be no client.
pub fn client(configured: impl Fn(ClientBuilder) -> ClientBuilder) -> reqwest::Result<Client> {
    configured(Client::builder()).build().or_else(|error| match mozillas_list() {
        Ok(tls) => configured(Client::builder().tls_backend_preconfigured(tls)).build(),
        Err(_) => Err(error),
    })
}

fn mozillas_list() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

/// An error and its causes, those left out that it has told itself.
pub fn with_causes(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !told.contains(&text) {
            told = format!("{told}: {text}");
        }
        next = cause.source();
    }
    told
}

#[async_trait]
impl Sender for Client {
    async fn send(&self, request: Request) -> Result<Response, Unanswered> {
        self.execute(request).await.map_err(Unanswered::from)
    }
}
