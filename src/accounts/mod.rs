//! Who somebody is, and what they may do: users with passwords and sessions, tokens of the settings and of the
//! settings page. Who may do what is a matter of [`Scope`]s; the guard of `web` asks.

mod address;
mod closed;
mod devices;
mod edits;
mod known;
mod limits;
mod name;
mod only_question;
pub mod password;
mod provider;
mod refusal;
mod scope;
mod session;
mod throttle;
mod workspaces;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use axum::http::HeaderMap;
use cookie::Key;
use hmac::{Hmac, KeyInit, Mac};
use ipnet::IpNet;
use secrecy::SecretString;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use thiserror::Error;
use tokio::sync::{Mutex, watch};

pub use address::{address, neighbours};
pub use edits::{Invited, NewToken};
pub use known::Known;
pub use limits::{LONGEST_PASSWORD, LONGEST_TOKEN_DAYS, SHORTEST_PASSWORD};
pub use only_question::OnlyQuestion;
pub use provider::{Claim, Provider, ProviderError, ProviderSettings, Started};
pub use refusal::Refusal;
pub use scope::{Role, Scope};
pub use session::key_of;

use crate::domain::Workspace;
use crate::store::{AuditRow, Store, StoreError};
use closed::ClosedNote;
use devices::Devices;
use session::Session;
use throttle::Throttle;

/// A token of the settings.
#[derive(Debug, Clone)]
pub struct Token {
    /// By which logs and limits know it.
    pub name: String,
    /// What is shown.
    pub secret: SecretString,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// Name of the workspace that it sees; `None`: all.
    pub workspace: Option<String>,
}

/// Somebody whom we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// User or token.
    pub name: String,
    /// What they may do.
    pub scopes: Vec<Scope>,
    /// Whether it is a user who has logged in.
    pub is_user: bool,
    /// The workspace that they are a member of, or have chosen: they see nothing beyond it. `None`: they see all.
    pub workspace: Option<Arc<Workspace>>,
    /// The one question that they may ask; `None`: all that their scopes allow.
    pub only: Option<OnlyQuestion>,
}

impl Who {
    /// Whether they may do it.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// Why a login or an edit was not made.
#[derive(Debug, Error)]
pub enum AccountError {
    /// What was asked for cannot be.
    #[error(transparent)]
    Wrong(#[from] Refusal),
    /// Too many tries.
    #[error("too many tries; wait {0} seconds")]
    TooMany(u64),
    /// ClickHouse failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was cut off.
    #[error("{0}")]
    CutOff(String),
}

/// Users and tokens.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    key: Arc<Key>,
    /// Those of the settings.
    tokens: watch::Sender<Arc<[Token]>>,
    proxies: Arc<[IpNet]>,
    /// Whether browsers reach us by https.
    is_secure: bool,
    /// What ClickHouse knows; `None` until it was asked.
    known: watch::Sender<Option<Arc<Known>>>,
    throttle: Throttle,
    devices: Devices,
    /// The one-time link by which the first user is made.
    first: Arc<str>,
    /// Held while ClickHouse is asked: what was asked before an edit must not be taken for newer than it.
    looking: Arc<Mutex<()>>,
    /// Held during an edit: of two at once, each would undo the other.
    editing: Arc<Mutex<()>>,
    /// By which the edits of several processes wait for one another.
    lock: Option<Arc<Path>>,
    /// That there has been a user.
    closed: Option<Arc<ClosedNote>>,
    /// UTC milliseconds.
    clock: fn() -> i64,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Accounts({} tokens of the settings)", self.tokens.borrow().len())
    }
}

impl Accounts {
    /// The accounts of `store`, and the `tokens` of the settings. Sessions are signed with `key`.
    #[must_use]
    pub fn new(
        store: Store,
        key: Key,
        tokens: Vec<Token>,
        proxies: Vec<IpNet>,
        is_secure: bool,
        clock: fn() -> i64,
    ) -> Self {
        Self {
            store,
            key: Arc::new(key),
            tokens: watch::Sender::new(tokens.into()),
            proxies: proxies.into_iter().map(address::network).collect(),
            is_secure,
            known: watch::Sender::new(None),
            throttle: Throttle::new(),
            devices: Devices::new(),
            first: edits::letters().into(),
            looking: Arc::default(),
            editing: Arc::default(),
            lock: None,
            closed: None,
            clock,
        }
    }

    /// The same in a data folder, which remembers there that there has been a user, should their table be lost, and
    /// whose edits wait for those of other processes.
    #[must_use]
    pub fn in_folder(self, folder: &Path) -> Self {
        let closed = Some(Arc::new(ClosedNote::at(folder.join("users.closed"))));
        Self { closed, lock: Some(folder.join("accounts.lock").into()), ..self }
    }

    /// Who shows one of these tokens.
    #[must_use]
    pub fn by_token(&self, tokens: &[&str]) -> Option<Who> {
        let of_settings = tokens.iter().find_map(|shown| self.of_settings(shown));
        if of_settings.is_some() {
            return of_settings;
        }
        let known = self.known.borrow().clone()?;
        let now = (self.clock)();
        let (who, is_stale) = tokens.iter().find_map(|shown| known.token(shown, now))?;
        if is_stale {
            self.note_use(who.name.clone(), now);
        }
        Some(who)
    }

    /// Who shows a session.
    #[must_use]
    pub fn by_session(&self, headers: &HeaderMap) -> Option<Who> {
        let known = self.known.borrow().clone()?;
        let now = (self.clock)();
        let Session { user, epoch, .. } = session::shown(&self.key, headers, now)?;
        known.user(&user).filter(|row| row.epoch == epoch).and_then(|row| known.who(row))
    }

    /// Takes other tokens of the settings.
    pub fn take_tokens(&self, tokens: Vec<Token>) {
        if tokens.is_empty() && !self.tokens.borrow().is_empty() {
            // A file that is just being written must not let in whoever is on this machine.
            tracing::error!(
                "server.access_tokens stay as they were: there is none in the settings any more"
            );
            return;
        }
        self.tokens.send_replace(tokens.into());
    }

    fn of_settings(&self, shown: &str) -> Option<Who> {
        use secrecy::ExposeSecret;
        // All are compared, so that the time tells nothing.
        let tokens = self.tokens.borrow().clone();
        let found = tokens.iter().fold(None, |found, token| {
            let known = token.secret.expose_secret().as_bytes();
            if bool::from(known.ct_eq(shown.as_bytes())) { Some(token) } else { found }
        });
        let Token { name, scopes, workspace, .. } = found?.clone();
        // Of a workspace that is not known it sees nothing rather than all.
        let workspace = match workspace {
            Some(workspace) => Some(self.known.borrow().as_ref()?.workspace(&workspace)?),
            None => None,
        };
        Some(Who { name, scopes, is_user: false, workspace, only: None })
    }

    /// Whether anybody can be known: then nobody is let in without showing who they are. `None`: it cannot be
    /// told yet.
    #[must_use]
    pub fn is_closed(&self) -> Option<bool> {
        if !self.tokens.borrow().is_empty() {
            return Some(true);
        }
        let has_been = || self.closed.as_ref().is_some_and(|note| note.is_there());
        self.known
            .borrow()
            .as_ref()
            .map(|known| !known.is_empty() || known.is_damaged || has_been())
    }

    /// Logs somebody in; the cookie of their session.
    ///
    /// # Errors
    /// If name and password do not fit, or there were too many tries.
    pub async fn log_in(
        &self,
        name: &str,
        password: &str,
        from: IpAddr,
        headers: &HeaderMap,
    ) -> Result<String, AccountError> {
        let checked = match devices::shown(&self.key, headers, name, (self.clock)()) {
            Some(device) => self.devices.check_known(&device),
            None => self.throttle.check(name, from).and_then(|()| self.devices.check_other(name)),
        };
        checked.map_err(AccountError::TooMany)?;
        let from = from.to_string();
        self.refresh().await?;
        self.check_undamaged()?;
        let user = self.known.borrow().as_ref().and_then(|known| known.user(name).cloned());
        let hash = user.as_ref().map(|user| user.password.clone());
        let password = password.to_owned();
        let fits = tokio::task::spawn_blocking(move || password::fits(&password, hash.as_deref()));
        let fits = fits.await.map_err(|error| AccountError::CutOff(error.to_string()))?;
        let act = if fits { "log in" } else { "fail to log in" };
        // What was typed as a name may be a password.
        let known_name = user.as_ref().map_or("(unknown)", |user| user.name.as_str());
        self.note(known_name, act, "", &from).await;
        match user.filter(|_| fits) {
            Some(user) => Ok(self.session_of(&user.name, user.epoch)),
            None => Err(Refusal::Unfit.into()),
        }
    }

    /// Lets somebody in for whom `provider` vouches; who is new becomes a user if there is a role, and perhaps a
    /// workspace, for them. With `is_exact` a user whose name is written otherwise, large or small, is somebody else.
    ///
    /// # Errors
    /// If they are no user and cannot become one.
    pub async fn let_in(
        &self,
        name: &str,
        is_exact: bool,
        new: Option<(Role, Option<&str>)>,
        provider: &str,
        from: IpAddr,
    ) -> Result<String, AccountError> {
        self.refresh().await?;
        self.check_undamaged()?;
        if self.known().is_empty() {
            return Err(Refusal::NoUserYet.into());
        }
        let known = self.known();
        let user = match (known.user(name), new) {
            // Case matters in a `sub`, unlike what people type.
            (Some(user), _) if is_exact && user.name != name => {
                return Err(Refusal::NoUserHere(name.to_owned()).into());
            }
            (Some(user), _) => user.clone(),
            (None, Some(new)) => self.add_vouched(name, new, provider).await?,
            (None, None) => return Err(Refusal::NoUserHere(name.to_owned()).into()),
        };
        self.note(&user.name, "log in", provider, &from.to_string()).await;
        Ok(self.session_of(&user.name, user.epoch))
    }

    fn session_of(&self, name: &str, epoch: u32) -> String {
        let session = Session { user: name.to_owned(), epoch, since: (self.clock)() };
        session::cookie_of(&self.key, &session, self.is_secure)
    }

    /// The cookie of a device by which somebody has logged in; whoever guesses their password elsewhere does not slow
    /// it down.
    #[must_use]
    pub fn device_of(&self, name: &str) -> String {
        devices::cookie_of(&self.key, name, (self.clock)(), self.is_secure)
    }

    /// The cookie that ends a session.
    #[must_use]
    pub fn log_out(&self) -> String {
        session::ended()
    }

    /// Whether browsers reach us by https.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Whether what comes from an address comes by way of a proxy of ours.
    #[must_use]
    pub fn is_proxy(&self, peer: IpAddr) -> bool {
        address::is_among(peer.to_canonical(), &self.proxies)
    }

    /// From where a request comes.
    #[must_use]
    pub fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        address(peer, headers, &self.proxies)
    }

    /// What somebody who may not see a person is shown instead of their id: always the same, and nobody can tell
    /// the id from it without the key of sessions.
    #[must_use]
    pub fn pseudonym(&self, page: &str, person: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.signing()) else {
            return "p-".to_owned();
        };
        for part in [page, "/", person] {
            mac.update(part.as_bytes());
        }
        let digest = hex::encode(mac.finalize().into_bytes());
        format!("p-{}", &digest[..16])
    }

    /// Notes an act; a failure is told in the log only.
    pub async fn note(&self, who: &str, act: &str, about: &str, from: &str) {
        let row = AuditRow {
            at: (self.clock)(),
            who: who.to_owned(),
            act: act.to_owned(),
            about: about.to_owned(),
            address: from.to_owned(),
        };
        if let Err(error) = self.store.note_act(row).await {
            tracing::warn!(%error, who, act, "an act could not be noted in the audit log");
        }
    }

    /// What was done last.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn acts(&self, limit: u64) -> Result<Vec<AuditRow>, StoreError> {
        self.store.audit_log(limit).await
    }

    fn note_use(&self, name: String, now: i64) {
        let store = self.store.clone();
        self.known.send_if_modified(|known| {
            // Within the hour it is not noted again, whether ClickHouse takes it or not.
            if let Some(known) = known {
                *known = Arc::new(known.used(&name, now));
            }
            false
        });
        tokio::spawn(async move {
            if let Err(error) = store.token_used(&name, now).await {
                tracing::debug!(%error, "the use of a token could not be noted");
            }
        });
    }
}
