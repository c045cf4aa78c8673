//! Logging in by an OpenID Connect provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, section
//! 3.1; RFC 7636). The provider says who somebody is; what they may do is ours to say.

mod endpoints;
mod id_token;
mod keys;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;

use super::edits::letters;
use super::{AccountError, Accounts, Refusal, Role, session};
use id_token::{Person, Wanted};
use keys::Keys;

/// How long the provider may take for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);
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
    /// Who somebody is by what is told of them, and whether that is sure.
    fn told(self, person: &Person) -> Option<(String, bool)> {
        match self {
            // Letters of other alphabets stay: some of them become ASCII as small letters, and so somebody else's.
            Self::Email => {
                let email = person.email.as_ref()?.to_ascii_lowercase();
                Some((email, person.has_verified_email()))
            }
            Self::PreferredUsername => Some((person.preferred_username.clone()?, true)),
            Self::Subject => Some((person.sub.clone(), true)),
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
    http: reqwest::Client,
}

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
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_LIMIT)
            // Logins are rare: a kept connection would mostly be one that the provider has closed.
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self { settings: Arc::new(settings), http })
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Asks the provider what it tells of itself.
    ///
    /// # Errors
    /// If it does not answer, or calls itself otherwise.
    pub async fn check(&self) -> Result<(), ProviderError> {
        self.metadata().await.map(|_| ())
    }

    /// Sends somebody to the provider, who then want to go to `next`.
    ///
    /// # Errors
    /// If the provider does not answer.
    pub async fn start(&self, accounts: &Accounts, next: &str) -> Result<Started, ProviderError> {
        let url = self.metadata().await?.authorization_endpoint;
        let mut url =
            reqwest::Url::parse(&url).map_err(|error| failed("authorization_endpoint", &error))?;
        let scope = match self.settings.claim {
            Claim::Email => "openid email",
            Claim::PreferredUsername | Claim::Subject => "openid profile",
        };
        let [state, nonce, verifier] = [letters(), letters(), letters()];
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.settings.back)
            .append_pair("scope", scope)
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let (since, next) = (accounts.now().0, next.to_owned());
        let away = Away { state, nonce, verifier, since, next };
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
        let name = self.who(&code, &nonce, &verifier, now).await?;
        self.check_domain(&name)?;
        let cookie = accounts.let_in(&name, self.settings.role, &self.settings.name, from).await?;
        Ok((cookie, next))
    }

    /// Who has this code, as the provider says.
    async fn who(
        &self,
        code: &str,
        nonce: &str,
        verifier: &str,
        now: i64,
    ) -> Result<String, ProviderError> {
        let metadata = self.metadata().await?;
        let tokens = self.tokens(&metadata, code, verifier).await?;
        let id_token = tokens.id_token.as_deref();
        let id_token = id_token
            .ok_or_else(|| ProviderError::Failed("the provider gave no ID token".to_owned()))?;
        let keys: Keys = self.asked("its keys", self.http.get(metadata.jwks_uri)).await?;
        let secret = self.settings.client_secret.as_ref();
        let wanted = Wanted {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            client_secret: secret.map(ExposeSecret::expose_secret),
            algorithms: &metadata.id_token_signing_alg_values_supported,
            nonce,
            now,
        };
        let person = id_token::person(id_token, &keys, &wanted);
        let person =
            person.map_err(|reason| ProviderError::Failed(format!("the ID token: {reason}")))?;
        let claim = self.settings.claim;
        let told = match (claim.told(&person), metadata.userinfo_endpoint) {
            // Some providers tell it only to who asks.
            (None, Some(endpoint)) => {
                let asked = self.http.get(endpoint).bearer_auth(&tokens.access_token);
                let info: Person = self.asked("asking for the user", asked).await?;
                if info.sub != person.sub {
                    let text = "asking for the user: it tells of somebody else".to_owned();
                    return Err(ProviderError::Failed(text));
                }
                claim.told(&info)
            }
            (told, _) => told,
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
