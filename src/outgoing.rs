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

/// From so many bytes on a secret is taken out wherever it stands, also within other words.
const SURE_SECRET: usize = 8;
/// A shorter one is taken out where it is a word of its own; what is shorter than this is in every text, and protects
/// nothing.
const SHORTEST_SECRET: usize = 4;

/// What another system said, without a secret that it repeats.
pub fn without_secret(text: &str, secret: &str) -> String {
    if secret.len() < SHORTEST_SECRET {
        return text.to_owned();
    }
    let (mut told, mut end) = (String::with_capacity(text.len()), 0);
    for (start, found) in text.match_indices(secret) {
        let behind = start + found.len();
        let is_within_word = text[..start].ends_with(char::is_alphanumeric)
            || text[behind..].starts_with(char::is_alphanumeric);
        if is_within_word && secret.len() < SURE_SECRET {
            continue;
        }
        told.push_str(&text[end..start]);
        told.push('…');
        end = behind;
    }
    told + &text[end..]
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

#[cfg(test)]
mod tests {
    use super::without_secret;

    #[test]
    fn a_secret_is_taken_out_and_words_that_hold_a_few_letters_of_it_stay() {
        let said = "a malformed access token: access, accessible";
        for (secret, told) in [
            ("", said),
            ("a", said),
            ("ss", said),
            ("acc", said),
            ("access", "a malformed … token: …, accessible"),
            ("cess", said),
            ("malformed", "a … access token: access, accessible"),
            ("ed access", "a malform… token: access, accessible"),
        ] {
            assert_eq!(without_secret(said, secret), told, "{secret}");
        }
        assert_eq!(without_secret("x12345678x12345678é", "12345678"), "x…x…é");
        assert_eq!(without_secret("é1234 1234", "1234"), "é1234 …");
    }
}
