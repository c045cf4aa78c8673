//! Edits of users and tokens.

use std::net::IpAddr;

use tokio::sync::MutexGuard;

use super::known::fingerprint;
use super::limits::LONGEST_TOKEN_DAYS;
use super::{AccountError, Accounts, OnlyQuestion, Refusal, Role, Scope, name, password};
use crate::store::{Lease, TokenRow, UserRow};

/// How long a one-time link is good.
const INVITED_MS: i64 = 3 * 24 * 3600 * 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Somebody who has a one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// Nobody is known yet: who has the link becomes an admin by a name of their choice.
    First,
    /// This user sets a password.
    User(String),
}

/// A token as it is made.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// By which logs know it.
    pub name: String,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// Days that it is good for; `None`: for good.
    pub days: Option<u32>,
    /// Name of the workspace that it sees; `None`: all.
    pub workspace: Option<String>,
}

/// 244 random bits, as text for an address or a header.
pub(super) fn letters() -> String {
    let [one, other] = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
    format!("{}{}", one.simple(), other.simple())
}

impl Accounts {
    /// The address of the one-time link by which the first user is made, while there is none and there has been none.
    /// Tokens of the settings are for programs: who has one makes the first user all the same.
    #[must_use]
    pub fn bootstrap_link(&self) -> Option<String> {
        let has_been = self.closed.as_ref().is_some_and(|note| note.is_there());
        let known = self.known.borrow();
        let is_first = known.as_ref().is_some_and(|known| known.is_empty() && !known.is_damaged);
        (is_first && !has_been).then(|| format!("/welcome/{}", self.first))
    }

    /// Whether ClickHouse has told already which users there are.
    #[must_use]
    pub fn has_been_told(&self) -> bool {
        self.known.borrow().is_some()
    }

    /// Whose one-time link that is.
    #[must_use]
    pub fn invited(&self, code: &str) -> Option<Invited> {
        let (known, shown) = (self.known(), fingerprint(code));
        if self.bootstrap_link().is_some() && fingerprint(&self.first) == shown {
            return Some(Invited::First);
        }
        let is_good = |user: &&UserRow| {
            user.invitation == shown && self.now().0 - user.invited_at < INVITED_MS
        };
        known.users.iter().find(is_good).map(|user| Invited::User(user.name.clone()))
    }

    /// Sets the password of whoever has that one-time link; the cookie of their first session.
    ///
    /// # Errors
    /// If the link is none, or name or password cannot be.
    pub async fn accept(
        &self,
        code: &str,
        name: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<String, AccountError> {
        let _alone = self.begin_edit().await?;
        let invited = self.invited(code);
        let invited = invited.ok_or(Refusal::OldLink)?;
        password::check(password)?;
        let mut user = match invited {
            Invited::First => {
                name::check(name)?;
                self.new_user(name, Role::Admin)
            }
            Invited::User(name) => self.user(&name)?,
        };
        let password = password.to_owned();
        let hashed = tokio::task::spawn_blocking(move || password::hash(&password)).await;
        let hashed = hashed.map_err(|error| AccountError::CutOff(error.to_string()))?;
        user.password = hashed.map_err(AccountError::CutOff)?;
        user.invitation.clear();
        user.epoch += 1;
        self.save(&mut user, false).await?;
        self.note(&user.name, "set a password", "", &from.to_string()).await;
        Ok(self.session_of(&user.name, user.epoch))
    }

    /// Makes a user; the one-time link by which they set their password.
    ///
    /// # Errors
    /// If the name cannot be, or is taken.
    pub async fn add_user(&self, name: &str, role: Role) -> Result<String, AccountError> {
        name::check(name)?;
        let _alone = self.begin_edit().await?;
        if self.known().user(name).is_some() {
            return Err(Refusal::UserTaken(name.to_owned()).into());
        }
        self.invite(self.new_user(name, role)).await
    }

    /// Makes a user for whom a provider vouches; they have no password.
    pub(super) async fn add_vouched(
        &self,
        name: &str,
        (role, workspace): (Role, Option<&str>),
        provider: &str,
    ) -> Result<UserRow, AccountError> {
        name::check(name).map_err(|_| Refusal::VouchedName {
            provider: provider.to_owned(),
            name: name.to_owned(),
        })?;
        let _alone = self.begin_edit().await?;
        if let Some(user) = self.known().user(name) {
            return Ok(user.clone());
        }
        self.check_workspace(workspace)?;
        let mut user = self.new_user(name, role);
        workspace.unwrap_or_default().clone_into(&mut user.workspace);
        self.save(&mut user, false).await?;
        Ok(user)
    }

    /// A new one-time link for a user; their sessions end, and their password is good no more.
    ///
    /// # Errors
    /// If there is no such user.
    pub async fn reset(&self, name: &str) -> Result<String, AccountError> {
        let _alone = self.begin_edit().await?;
        let mut user = self.user(name)?;
        user.password.clear();
        user.epoch += 1;
        self.invite(user).await
    }

    /// Gives a user another role; their sessions end.
    ///
    /// # Errors
    /// If there is no such user, or no admin would be left.
    pub async fn give_role(&self, name: &str, role: Role) -> Result<(), AccountError> {
        let _alone = self.begin_edit().await?;
        let mut user = self.user(name)?;
        if role != Role::Admin {
            self.check_another_admin(&user.name)?;
        }
        role.as_str().clone_into(&mut user.role);
        if role == Role::Admin {
            user.workspace.clear();
        }
        user.epoch += 1;
        self.save(&mut user, false).await
    }

    /// Makes a user a member of a workspace, or lets them see all without one; their sessions end.
    ///
    /// # Errors
    /// If there is no such user or workspace, or they are an admin.
    pub async fn give_workspace(
        &self,
        name: &str,
        workspace: Option<&str>,
    ) -> Result<(), AccountError> {
        let _alone = self.begin_edit().await?;
        let mut user = self.user(name)?;
        self.check_workspace(workspace)?;
        if user.role == Role::Admin.as_str() && workspace.is_some() {
            return Err(Refusal::AdminSeesAll.into());
        }
        workspace.unwrap_or_default().clone_into(&mut user.workspace);
        user.pages.clear();
        user.epoch += 1;
        self.save(&mut user, false).await
    }

    /// Removes a user.
    ///
    /// # Errors
    /// If there is no such user, or no admin would be left.
    pub async fn remove_user(&self, name: &str) -> Result<(), AccountError> {
        let _alone = self.begin_edit().await?;
        let mut user = self.user(name)?;
        self.check_another_admin(&user.name)?;
        self.save(&mut user, true).await
    }

    /// Makes a token: what is to be shown. It is told once.
    ///
    /// # Errors
    /// If the name is taken, or it would be good for nothing.
    pub async fn add_token(&self, new: &NewToken, made_by: &str) -> Result<String, AccountError> {
        if new.scopes.is_empty() {
            return Err(Refusal::NoScope.into());
        }
        for scope in &new.scopes {
            let scope = Scope::parse(scope).map_err(Refusal::Unreadable)?;
            // These are about all Pages.
            let is_of_all = matches!(scope, Scope::Admin | Scope::Conversions);
            if is_of_all && new.workspace.is_some() {
                return Err(Refusal::ScopeOfAll(scope.as_str()).into());
            }
        }
        self.save_new_token(new, made_by, None).await
    }

    /// Makes a token that may ask one question and nothing else: what is to be shown. It sees what the user `asks_as`
    /// sees at that time, and is good for nothing once there is no such user.
    ///
    /// # Errors
    /// If the name is taken, or it has no end.
    pub async fn add_token_of(
        &self,
        only: &OnlyQuestion,
        name: &str,
        days: u32,
        made_by: &str,
        asks_as: Option<&str>,
        workspace: Option<&str>,
    ) -> Result<String, AccountError> {
        let (name, scopes) = (name.to_owned(), Vec::new());
        let workspace = workspace.map(str::to_owned);
        let new = NewToken { name, scopes, days: Some(days), workspace };
        self.save_new_token(&new, made_by, Some((only, asks_as.unwrap_or_default()))).await
    }

    async fn save_new_token(
        &self,
        new: &NewToken,
        made_by: &str,
        narrow: Option<(&OnlyQuestion, &str)>,
    ) -> Result<String, AccountError> {
        name::check(&new.name)?;
        let _alone = self.begin_edit().await?;
        self.check_workspace(new.workspace.as_deref())?;
        let is_taken = self.known().tokens.iter().any(|token| token.name == new.name)
            || self.tokens.borrow().iter().any(|token| token.name == new.name);
        if is_taken {
            return Err(Refusal::TokenTaken(new.name.clone()).into());
        }
        if new.days.is_some_and(|days| days == 0 || days > LONGEST_TOKEN_DAYS) {
            return Err(Refusal::Days.into());
        }
        let secret = format!("mf_{}", letters());
        let now = self.now();
        let row = TokenRow {
            name: new.name.clone(),
            hash: fingerprint(&secret),
            scopes: new.scopes.clone(),
            made_by: made_by.to_owned(),
            made_at: now.0,
            expires_at: new.days.map(|days| now.0 + i64::from(days) * DAY_MS),
            used_at: None,
            question: narrow.map_or_else(String::new, |(only, _)| only.as_str().to_owned()),
            asks_as: narrow.map_or_else(String::new, |(_, user)| user.to_owned()),
            workspace: new.workspace.clone().unwrap_or_default(),
            version: self.store.next_version("api_tokens", now.micros()).await?,
        };
        self.store.save_token(&row, false).await?;
        self.refresh().await?;
        Ok(secret)
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// If there is no such token on the settings page.
    pub async fn revoke(&self, name: &str) -> Result<(), AccountError> {
        let _alone = self.begin_edit().await?;
        let known = self.known();
        let token = known.tokens.iter().find(|token| token.name == name);
        let mut token = token.cloned().ok_or_else(|| Refusal::NoToken(name.to_owned()))?;
        token.version = self.store.next_version("api_tokens", self.now().micros()).await?;
        self.store.save_token(&token, true).await?;
        Ok(self.refresh().await?)
    }

    /// Waits until nobody else edits users and tokens, in this process or another, and looks at what there is now.
    pub(super) async fn begin_edit(
        &self,
    ) -> Result<(MutexGuard<'_, ()>, Option<Lease>), AccountError> {
        let here = self.editing.lock().await;
        let lease = match &self.lock {
            Some(path) => Some(self.store.wait_for_lease(path).await?),
            None => None,
        };
        self.refresh().await?;
        self.check_undamaged()?;
        Ok((here, lease))
    }

    fn new_user(&self, name: &str, role: Role) -> UserRow {
        UserRow {
            name: name.to_owned(),
            password: String::new(),
            role: role.as_str().to_owned(),
            // Of an earlier user of that name no session is left.
            epoch: u32::try_from(self.now().0 / 1000).unwrap_or_default(),
            invitation: String::new(),
            invited_at: 0,
            created_at: self.now().0,
            version: 0,
            pages: Vec::new(),
            workspace: String::new(),
        }
    }

    async fn invite(&self, mut user: UserRow) -> Result<String, AccountError> {
        let code = letters();
        user.invitation = fingerprint(&code);
        user.invited_at = self.now().0;
        self.save(&mut user, false).await?;
        Ok(format!("/welcome/{code}"))
    }

    async fn save(&self, user: &mut UserRow, is_removed: bool) -> Result<(), AccountError> {
        user.version = self.store.next_version("users", self.now().micros()).await?;
        self.store.save_user(user, is_removed).await?;
        Ok(self.refresh().await?)
    }

    fn user(&self, name: &str) -> Result<UserRow, AccountError> {
        let user = self.known().user(name).cloned();
        Ok(user.ok_or_else(|| Refusal::NoUser(name.to_owned()))?)
    }

    fn check_another_admin(&self, name: &str) -> Result<(), AccountError> {
        let known = self.known();
        let is_other = |user: &UserRow| {
            user.name != name && user.role == Role::Admin.as_str() && !user.password.is_empty()
        };
        let is_admin = known.user(name).is_some_and(|user| user.role == Role::Admin.as_str());
        if is_admin && !known.users.iter().any(is_other) {
            return Err(Refusal::OnlyAdmin.into());
        }
        Ok(())
    }
}
