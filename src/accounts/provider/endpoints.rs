//! What a provider answers: what it tells of itself, and what it gives for a code.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Provider, ProviderError, ProviderSettings};

/// Bytes of one answer that are read.
const MOST_BYTES: usize = 1 << 20;

/// What a provider tells of itself (OpenID Connect Discovery 1.0, section 3).
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub authorization_endpoint: String,
    token_endpoint: String,
    pub userinfo_endpoint: Option<String>,
    pub jwks_uri: String,
    pub id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default = "by_header")]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// How a client shows its secret where a provider says nothing.
fn by_header() -> Vec<String> {
    vec![BY_HEADER.to_owned()]
}

const BY_HEADER: &str = "client_secret_basic";
const IN_BODY: &str = "client_secret_post";

/// What the token endpoint answers.
#[derive(Debug, Deserialize)]
pub(super) struct Tokens {
    pub access_token: String,
    pub id_token: Option<String>,
}

impl Provider {
    /// What the provider tells of itself: asked at each login, so that changes are known at once.
    pub(super) async fn metadata(&self) -> Result<Metadata, ProviderError> {
        let issuer = &self.settings.issuer;
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let metadata: Metadata = self.asked("discovery", self.http.get(url)).await?;
        if metadata.issuer != *issuer {
            let text = format!("discovery: the provider calls itself {:?}", metadata.issuer);
            return Err(ProviderError::Failed(text));
        }
        Ok(metadata)
    }

    /// An answer of the provider, which is JSON.
    pub(super) async fn asked<T: DeserializeOwned>(
        &self,
        what: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<T, ProviderError> {
        let request = request.header("accept", "application/json");
        let mut answer = request.send().await.map_err(|error| failed(what, &error))?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| failed(what, &error))? {
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err(ProviderError::Failed(format!("{what}: the answer is too long")));
            }
            bytes.extend_from_slice(&chunk);
        }
        if !status.is_success() {
            let said: String = String::from_utf8_lossy(&bytes).chars().take(300).collect();
            return Err(ProviderError::Failed(format!("{what}: {status}: {said:?}")));
        }
        serde_json::from_slice(&bytes).map_err(|error| failed(what, &error))
    }

    /// What the provider gives for a code (RFC 6749, sections 2.3.1 and 4.1.3; RFC 7636, section 4.5).
    pub(super) async fn tokens(
        &self,
        metadata: &Metadata,
        code: &str,
        verifier: &str,
    ) -> Result<Tokens, ProviderError> {
        let ProviderSettings { client_id, client_secret, back, .. } = self.settings.as_ref();
        let methods = &metadata.token_endpoint_auth_methods_supported;
        let has = |method: &str| methods.iter().any(|one| one == method);
        let secret = client_secret.as_ref().map(ExposeSecret::expose_secret);
        let is_by_header = secret.is_some() && (has(BY_HEADER) || !has(IN_BODY));
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", verifier),
        ];
        let mut request = self.http.post(&metadata.token_endpoint);
        if is_by_header {
            let encoded =
                |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let both = format!("{}:{}", encoded(client_id), encoded(secret.unwrap_or_default()));
            request = request.header("authorization", format!("Basic {}", STANDARD.encode(both)));
        } else {
            fields.push(("client_id", client_id));
            fields.extend(secret.map(|secret| ("client_secret", secret)));
        }
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request =
            request.header("content-type", "application/x-www-form-urlencoded").body(form);
        self.asked("exchanging the code", request).await
    }
}

/// The whole chain of reasons: the outermost alone says little.
fn failed(what: &str, error: &dyn std::error::Error) -> ProviderError {
    let mut text = format!("{what}: {error}");
    let mut reason = error.source();
    while let Some(error) = reason {
        text.push_str(": ");
        text.push_str(&error.to_string());
        reason = error.source();
    }
    ProviderError::Failed(text)
}
