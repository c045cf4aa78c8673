//! Logging in by an OpenID Connect provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, section
//! 3.1; RFC 7636). The provider says who somebody is; what they may do is ours to say.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndUserEmail,
    EndUserUsername, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse,
};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use thiserror::Error;

use super::{AccountError, Accounts, Refusal, Role, session};
use crate::incoming::Held;
use crate::outgoing;

/// How long the provider may take for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);
/// How often the provider is asked what it tells of itself, its keys too: strangers may have it asked.
const ASK_EVERY: Duration = Duration::from_secs(5);
/// How long somebody may stay at the provider.
const AWAY_MS: i64 = 15 * 60 * 1000;
const COOKIE: &str = "messenger_funnel_oidc";

/// By which claim of the provider we know somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Their e-mail address, in small letters; it must be verified.
    Email,
    /// `preferred_username`.
    PreferredUsername,
    /// `sub`.
    Subject,
}

impl Claim {
    /// Who somebody is by what the provider tells beside the subject, and whether that is sure.
    fn told(
        self,
        email: Option<&EndUserEmail>,
        is_verified: Option<bool>,
        name: Option<&EndUserUsername>,
    ) -> Option<(String, bool)> {
        match self {
            Self::Email => {
                email.map(|email| (email.to_ascii_lowercase(), is_verified.unwrap_or(false)))
            }
            Self::PreferredUsername => name.map(|name| (name.to_string(), true)),
            Self::Subject => None,
        }
    }
}

/// Which provider, and whom it lets in.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// What people call it.
    pub name: String,
    /// Its issuer URL.
    pub issuer: String,
    /// How it knows us.
    pub client_id: String,
    /// How we show that it is us; some providers need none beside PKCE.
    pub client_secret: Option<SecretString>,
    /// Where it sends people back to.
    pub back: String,
    /// The claim that is a user's name.
    pub claim: Claim,
    /// Domains of e-mail addresses that are let in; all if there are none.
    pub domains: Vec<String>,
    /// The role of who is new; `None`: only users that an admin has made are let in.
    pub role: Option<Role>,
    /// The workspace of who is new; `None`: they see all.
    pub workspace: Option<String>,
}

/// Why somebody could not log in.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// It is not them, or they are not let in.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The provider failed, or answered what we do not trust. The text is for the log.
    #[error("{0}")]
    Failed(String),
    /// Our side failed.
    #[error(transparent)]
    Account(#[from] AccountError),
}

/// Somebody on their way to the provider.
#[derive(Debug, Clone)]
pub struct Started {
    /// Where to send them.
    pub url: String,
    /// What their browser keeps until they are back.
    pub cookie: String,
}

/// The provider: cheap to clone.
#[derive(Debug, Clone)]
pub struct Provider {
    settings: Arc<ProviderSettings>,
    http: Http,
    /// What it tells of itself, or why it does not.
    told: Held<Result<CoreProviderMetadata, String>>,
}

/// A client of a provider that has told its endpoints.
type KnownClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the browser keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Away {
    state: String,
    nonce: String,
    verifier: String,
    since: i64,
    next: String,
}

impl Provider {
    /// A provider; nothing is asked yet.
    ///
    /// # Errors
    /// If there can be no HTTP client.
    pub fn new(settings: ProviderSettings) -> Result<Self, reqwest::Error> {
        // A provider that leads elsewhere is none that was named.
        let http = outgoing::client(|client| {
            client
                .redirect(reqwest::redirect::Policy::none())
                .timeout(ANSWER_LIMIT)
                // Logins are rare: a kept connection would mostly be one that the provider has closed.
                .pool_max_idle_per_host(0)
        })?;
        Ok(Self { settings: Arc::new(settings), http: Http(http), told: Held::holding(ASK_EVERY) })
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// What the provider tells of itself, its keys too: asked at a login, by one at a time, unless it was asked just
    /// before. The question goes on if whoever has it asked hangs up: the next one takes its answer.
    async fn metadata(&self) -> Result<CoreProviderMetadata, ProviderError> {
        let (issuer, http) = (self.settings.issuer.clone(), self.http.clone());
        let ask = async move { discover(issuer, &http).await.map_err(|error| error.to_string()) };
        let unknown = Err("the question was cut off".to_owned());
        self.told.read(unknown, ask, Clone::clone).await.map_err(ProviderError::Failed)
    }

    /// Asks the provider what it tells of itself.
    ///
    /// # Errors
    /// If it does not answer, or calls itself otherwise.
    pub async fn check(&self) -> Result<(), ProviderError> {
        self.metadata().await.map(|_| ())
    }

    /// Us, as the provider knows us.
    async fn client(&self) -> Result<KnownClient, ProviderError> {
        let metadata = self.metadata().await?;
        let ProviderSettings { client_id, client_secret, back, .. } = self.settings.as_ref();
        let secret = client_secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        let back = RedirectUrl::new(back.clone());
        let back = back.map_err(|error| failed("server.public_url", &error))?;
        let (id, secret) = (ClientId::new(client_id.clone()), secret.map(ClientSecret::new));
        Ok(CoreClient::from_provider_metadata(metadata, id, secret).set_redirect_uri(back))
    }

    /// Sends somebody to the provider, who then want to go to `next`.
    ///
    /// # Errors
    /// If the provider does not answer.
    pub async fn start(&self, accounts: &Accounts, next: &str) -> Result<Started, ProviderError> {
        let client = self.client().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let asked = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let scope = match self.settings.claim {
            Claim::Email => "email",
            Claim::PreferredUsername | Claim::Subject => "profile",
        };
        let asked = asked.add_scope(Scope::new(scope.to_owned())).set_pkce_challenge(challenge);
        let (url, state, nonce) = asked.url();
        let away = Away {
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            since: accounts.now().0,
            next: next.to_owned(),
        };
        let cookie =
            session::signed(&accounts.key, COOKIE, away.text(), AWAY_MS, accounts.is_secure);
        Ok(Started { url: url.to_string(), cookie })
    }

    /// Lets somebody in who is back from the provider: the cookie of their session, and where they wanted to go.
    ///
    /// # Errors
    /// If they did not leave from here, or the provider does not say who they are, or they are not let in.
    pub async fn finish(
        &self,
        accounts: &Accounts,
        headers: &HeaderMap,
        code: String,
        state: &str,
        from: IpAddr,
    ) -> Result<(String, String), ProviderError> {
        let now = accounts.now().0;
        let kept = session::texts_signed(&accounts.key, headers, COOKIE);
        let away = kept.iter().filter_map(|text| Away::read(text)).find(|away| {
            let is_fresh = now.saturating_sub(away.since) < AWAY_MS;
            is_fresh && bool::from(away.state.as_bytes().ct_eq(state.as_bytes()))
        });
        let away = away.ok_or(Refusal::NotBegun)?;
        let Away { nonce, verifier, next, .. } = away;
        let name = self.who(code, Nonce::new(nonce), PkceCodeVerifier::new(verifier)).await?;
        self.check_domain(&name)?;
        let is_exact = self.settings.claim == Claim::Subject;
        let ProviderSettings { role, workspace, name: provider, .. } = &*self.settings;
        let new = role.map(|role| (role, workspace.as_deref()));
        let cookie = accounts.let_in(&name, is_exact, new, provider, from).await?;
        Ok((cookie, next))
    }

    /// Who has this code, as the provider says.
    async fn who(
        &self,
        code: String,
        nonce: Nonce,
        verifier: PkceCodeVerifier,
    ) -> Result<String, ProviderError> {
        let client = self.client().await?;
        let exchange = client.exchange_code(AuthorizationCode::new(code));
        let exchange = exchange.map_err(|error| failed("its token endpoint", &error))?;
        let tokens = exchange.set_pkce_verifier(verifier).request_async(&self.http).await;
        let tokens = tokens.map_err(|error| failed("exchanging the code", &error))?;
        let id_token = tokens.id_token();
        let id_token = id_token
            .ok_or_else(|| ProviderError::Failed("the provider gave no ID token".to_owned()))?;
        let claims = id_token.claims(&client.id_token_verifier(), &nonce);
        let claims = claims.map_err(|error| failed("the ID token", &error))?;
        let claim = self.settings.claim;
        if claim == Claim::Subject {
            return Ok(claims.subject().to_string());
        }
        let (email, name) = (claims.email(), claims.preferred_username());
        let told = claim.told(email, claims.email_verified(), name);
        // Some providers tell it only to who asks.
        let told = if told.is_some() {
            told
        } else {
            let subject = claims.subject().clone();
            let asked = client.user_info(tokens.access_token().clone(), Some(subject));
            let asked = asked.map_err(|error| failed("its userinfo endpoint", &error))?;
            let info: Result<CoreUserInfoClaims, _> = asked.request_async(&self.http).await;
            let info = info.map_err(|error| failed("asking for the user", &error))?;
            claim.told(info.email(), info.email_verified(), info.preferred_username())
        };
        match told {
            Some((name, true)) => Ok(name),
            Some((address, false)) => Err(Refusal::Unverified(address).into()),
            None => Err(Refusal::NoClaim.into()),
        }
    }

    fn check_domain(&self, name: &str) -> Result<(), ProviderError> {
        let domains = &self.settings.domains;
        let is_in = |domain: &String| name.rsplit_once('@').is_some_and(|(_, own)| own == domain);
        if domains.is_empty() || domains.iter().any(is_in) {
            return Ok(());
        }
        Err(Refusal::ForeignDomain(name.to_owned()).into())
    }
}

/// Our HTTP client, as the OpenID Connect crate wants one.
#[derive(Debug, Clone)]
struct Http(reqwest::Client);

impl<'client> AsyncHttpClient<'client> for Http {
    type Error = reqwest::Error;
    type Future =
        Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send + 'client>>;

    fn call(&'client self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.0.execute(request.try_into()?).await?;
            let mut told = HttpResponse::new(Vec::new());
            *told.status_mut() = answer.status();
            *told.headers_mut() = answer.headers().clone();
            *told.body_mut() = answer.bytes().await?.to_vec();
            Ok(told)
        })
    }
}

impl Away {
    fn text(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.append_pair("state", &self.state)
            .append_pair("nonce", &self.nonce)
            .append_pair("verifier", &self.verifier)
            .append_pair("since", &self.since.to_string())
            .append_pair("next", &self.next);
        text.finish()
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts =
            form_urlencoded::parse(text.as_bytes()).map(|(_, value)| value.into_owned());
        Some(Self {
            state: parts.next()?,
            nonce: parts.next()?,
            verifier: parts.next()?,
            since: parts.next()?.parse().ok()?,
            next: parts.next()?,
        })
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

async fn discover(issuer: String, http: &Http) -> Result<CoreProviderMetadata, ProviderError> {
    let issuer = IssuerUrl::new(issuer).map_err(|error| failed("server.oidc.issuer", &error))?;
    CoreProviderMetadata::discover_async(issuer, http)
        .await
        .map_err(|error| failed("discovery", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_browser_keeps_comes_back_as_it_was() {
        let away = Away {
            state: "s".to_owned(),
            nonce: "n".to_owned(),
            verifier: "v".to_owned(),
            since: 7,
            next: "/ads?by=ad;ad&x=1".to_owned(),
        };
        assert!(!away.text().contains(';'));
        assert_eq!(Away::read(&away.text()), Some(away));
        assert_eq!(Away::read("state=s"), None);
    }
}
