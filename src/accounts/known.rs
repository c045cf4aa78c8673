//! What ClickHouse knows of users and tokens, at hand: looked at every other second, and after each edit of ours.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Accounts, OnlyQuestion, Refusal, Role, Scope, Who, name};
use crate::domain::{Timestamp, Workspace};
use crate::store::{KeptWorkspace, StoreError, TokenRow, UserRow};

/// The use of a token is noted so often.
const HOUR_MS: i64 = 3_600_000;

/// Users and tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// By name.
    pub users: Vec<UserRow>,
    /// By name.
    pub tokens: Vec<TokenRow>,
    /// By name.
    pub workspaces: Vec<Arc<Workspace>>,
    /// Names of workspaces that were removed.
    pub removed_workspaces: Vec<String>,
    /// Parts of their tables could not be read: what is left of them may be older than what was revoked, so nobody is
    /// taken for anybody.
    pub is_damaged: bool,
}

/// What is kept of a token or of a one-time link: it has so many random bits that one hash is enough.
pub(super) fn fingerprint(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

impl Known {
    /// Who a user is; `None` if another version of the program gave them a role or limited them to Pages, or their workspace
    /// is none.
    pub(super) fn who(&self, user: &UserRow) -> Option<Who> {
        let role = Role::parse(&user.role).ok().filter(|_| user.pages.is_empty())?;
        let workspace = self.only_workspace(&user.workspace)?;
        let scopes = role.scopes().to_vec();
        Some(Who { name: user.name.clone(), scopes, is_user: true, workspace, only: None })
    }

    /// The workspace of that name.
    #[must_use]
    pub fn workspace(&self, name: &str) -> Option<Arc<Workspace>> {
        self.workspaces.iter().find(|workspace| workspace.name == name).cloned()
    }

    /// The workspace of whoever is written down as of one; `None` if it is none, so that they see nothing.
    #[expect(clippy::option_option, reason = "no workspace is all of them")]
    fn only_workspace(&self, name: &str) -> Option<Option<Arc<Workspace>>> {
        if name.is_empty() { Some(None) } else { self.workspace(name).map(Some) }
    }

    pub(super) fn is_empty(&self) -> bool {
        // A token alone would lock its maker out of the pages.
        self.users.is_empty()
    }

    pub(super) fn user(&self, name: &str) -> Option<&UserRow> {
        let wanted = name::key(name)?;
        self.users.iter().find(|user| user.name.eq_ignore_ascii_case(&wanted))
    }

    /// Who shows a token, and whether its use should be noted.
    pub(super) fn token(&self, shown: &str, now: i64) -> Option<(Who, bool)> {
        let shown = fingerprint(shown);
        let found = self.tokens.iter().fold(None, |found, token| {
            let is_it = token.hash.as_bytes().ct_eq(shown.as_bytes());
            if bool::from(is_it) { Some(token) } else { found }
        });
        let token = found.filter(|token| token.expires_at.is_none_or(|until| now < until))?;
        let is_stale = token.used_at.is_none_or(|used| now - used >= HOUR_MS);
        let name = token.name.clone();
        let own = self.only_workspace(&token.workspace)?;
        if token.question.is_empty() {
            let scopes = token.scopes.iter().filter_map(|scope| Scope::parse(scope).ok()).collect();
            let who = Who { name, scopes, is_user: false, workspace: own, only: None };
            return Some((who, is_stale));
        }
        // It sees what its maker sees now, and nothing without them.
        let workspace = match token.asks_as.as_str() {
            "" => own,
            maker => {
                // Somebody else may have their name now.
                let maker = self.user(maker).filter(|user| user.created_at <= token.made_at);
                let maker = maker.and_then(|user| self.who(user));
                // Who may see all may have chosen a workspace for it.
                maker.filter(|who| who.may(Scope::Read))?.workspace.or(own)
            }
        };
        let only = Some(OnlyQuestion::written(&token.question));
        Some((Who { name, scopes: vec![Scope::Read], is_user: false, workspace, only }, is_stale))
    }

    pub(super) fn used(&self, name: &str, now: i64) -> Self {
        let mut known = self.clone();
        for token in known.tokens.iter_mut().filter(|token| token.name == name) {
            token.used_at = Some(now);
        }
        known
    }
}

impl Accounts {
    /// Asks ClickHouse now.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let _alone = self.looking.lock().await;
        let (users, tokens, workspaces, damaged) = tokio::try_join!(
            self.store.users(),
            self.store.api_tokens(),
            self.store.workspaces(),
            self.store.damaged_access(),
        )?;
        if damaged > 0 {
            let nobody = Known { is_damaged: true, ..Known::default() };
            let before = self.known.send_replace(Some(Arc::new(nobody)));
            if before.is_none_or(|known| !known.is_damaged) {
                tracing::error!(
                    parts = damaged,
                    "the table of users or tokens is damaged, and what was revoked last may be good again: nobody is \
                     let in but by tokens of server.access_tokens, until the parts that ClickHouse set aside are \
                     dropped (docs/operating/running.md, After a power cut)"
                );
            }
            return Ok(());
        }
        let is_empty = users.is_empty();
        let (removed, workspaces): (Vec<KeptWorkspace>, Vec<KeptWorkspace>) =
            workspaces.into_iter().partition(|kept| kept.is_removed);
        let known = Known {
            users,
            tokens,
            workspaces: workspaces.into_iter().map(|kept| Arc::new(kept.workspace)).collect(),
            removed_workspaces: removed.into_iter().map(|kept| kept.workspace.name).collect(),
            is_damaged: false,
        };
        let before = self.known.send_replace(Some(Arc::new(known)));
        let Some(note) = &self.closed else { return Ok(()) };
        if !is_empty {
            note.make();
        } else if before.is_none_or(|known| !known.is_empty()) {
            note.tell();
        }
        Ok(())
    }

    /// Nobody can be told from anybody while a table of them is damaged.
    pub(super) fn check_undamaged(&self) -> Result<(), Refusal> {
        if self.known().is_damaged { Err(Refusal::Damaged) } else { Ok(()) }
    }

    /// Asks ClickHouse again; what is known stays as it was if that fails.
    pub async fn look_again(&self) {
        if let Err(error) = self.refresh().await {
            tracing::debug!(%error, "users and tokens stay as they were");
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp((self.clock)())
    }

    /// What is known now; nothing before ClickHouse has answered.
    #[must_use]
    pub fn known(&self) -> Arc<Known> {
        self.known.borrow().clone().unwrap_or_default()
    }
}
