//! Users, tokens, and what was done to them. Schema: `queries/schema/baseline/accounts.sql`.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::store::client::Store;
use crate::store::client::error::StoreError;

const DAMAGED: &str = include_str!("../../../queries/accounts/damaged_access.sql");
const USERS: &str = include_str!("../../../queries/accounts/users.sql");
const TOKENS: &str = include_str!("../../../queries/accounts/api_tokens.sql");
const AUDIT: &str = include_str!("../../../queries/accounts/audit_log.sql");

/// A user: a row of the question `users`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct UserRow {
    /// By which they log in.
    pub name: String,
    /// Argon2id in PHC form; empty: none was set yet.
    pub password: String,
    /// `viewer`, `analyst` or `admin`.
    pub role: String,
    /// Grows when all sessions shall end.
    pub epoch: u32,
    /// SHA-256 of the one-time link by which a password is set; empty: none.
    pub invitation: String,
    /// When the link was made, UTC milliseconds.
    pub invited_at: i64,
    /// When the user was made, UTC milliseconds.
    pub created_at: i64,
    /// UTC microseconds of the edit.
    pub version: u64,
    /// Pages that an earlier version of the program limited them to. A migration made a workspace of them: whoever still has
    /// some is let in no more.
    pub pages: Vec<String>,
    /// The workspace that they are a member of; empty: they see all.
    pub workspace: String,
}

/// A token: a row of the question `api_tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Deserialize)]
pub struct TokenRow {
    /// By which logs know it.
    pub name: String,
    /// SHA-256 of the token, hexadecimal.
    pub hash: String,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// User who made it.
    pub made_by: String,
    /// When, UTC milliseconds.
    pub made_at: i64,
    /// Until when it is good, UTC milliseconds; `None`: for good.
    pub expires_at: Option<i64>,
    /// When it was used last, to the hour, UTC milliseconds.
    pub used_at: Option<i64>,
    /// The one question that it may ask, as an address; empty: whatever its scopes allow.
    pub question: String,
    /// User whose Pages it sees, and without whom it is good no more; empty: none.
    pub asks_as: String,
    /// The workspace that it sees; empty: all, or what the user sees.
    pub workspace: String,
    /// UTC microseconds of the edit.
    pub version: u64,
}

/// An act: a row of `audit_log`.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct AuditRow {
    /// When, UTC milliseconds.
    pub at: i64,
    /// User, token, or this machine.
    pub who: String,
    /// What was done.
    pub act: String,
    /// To whom or what.
    pub about: String,
    /// From where.
    pub address: String,
}

#[derive(Debug, Row, Serialize)]
struct SavedUser {
    name: String,
    password: String,
    role: String,
    epoch: u32,
    invitation: String,
    invited_at: i64,
    created_at: i64,
    version: u64,
    pages: Vec<String>,
    workspace: String,
    is_deleted: u8,
}

#[derive(Debug, Row, Serialize)]
struct SavedToken {
    name: String,
    hash: String,
    scopes: Vec<String>,
    made_by: String,
    made_at: i64,
    expires_at: Option<i64>,
    version: u64,
    is_deleted: u8,
    question: String,
    asks_as: String,
    workspace: String,
}

#[derive(Debug, Row, Serialize)]
struct UseRow {
    name: String,
    used_at: i64,
}

impl Store {
    /// How many parts of the tables of users and tokens could not be read. Of a cluster this is not told: its nodes
    /// have such parts of one another.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn damaged_access(&self) -> Result<u64, StoreError> {
        if self.endpoint.cluster.is_some() {
            return Ok(0);
        }
        let question = self.client().query(DAMAGED).param("database", self.home());
        self.fetch_one(question).await
    }

    /// All users, by name.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        self.fetch_all(self.client().query(USERS)).await
    }

    /// Writes a user in place of what was known of them, or removes them.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn save_user(&self, user: &UserRow, is_removed: bool) -> Result<(), StoreError> {
        let token = format!("user-{}-{}-{is_removed}", user.name, user.version);
        let UserRow {
            name,
            password,
            role,
            epoch,
            invitation,
            invited_at,
            created_at,
            version,
            pages,
            workspace,
        } = user.clone();
        let row = SavedUser {
            name,
            password,
            role,
            epoch,
            invitation,
            invited_at,
            created_at,
            version,
            pages,
            workspace,
            is_deleted: u8::from(is_removed),
        };
        self.insert_block("users", &[row], &token).await
    }

    /// All tokens that were made on the settings page.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn api_tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        self.fetch_all(self.client().query(TOKENS)).await
    }

    /// Writes a token, or revokes it.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn save_token(&self, token: &TokenRow, is_revoked: bool) -> Result<(), StoreError> {
        let block = format!("token-{}-{}-{is_revoked}", token.name, token.version);
        let token = token.clone();
        let row = SavedToken {
            name: token.name,
            hash: token.hash,
            scopes: token.scopes,
            made_by: token.made_by,
            made_at: token.made_at,
            expires_at: token.expires_at,
            version: token.version,
            is_deleted: u8::from(is_revoked),
            question: token.question,
            asks_as: token.asks_as,
            workspace: token.workspace,
        };
        self.insert_block("api_tokens", &[row], &block).await
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn token_used(&self, name: &str, used_at: i64) -> Result<(), StoreError> {
        let row = UseRow { name: name.to_owned(), used_at };
        self.insert_block("token_uses", &[row], &format!("use-{name}-{used_at}")).await
    }

    /// Notes an act.
    ///
    /// # Errors
    /// If ClickHouse fails.
    pub async fn note_act(&self, act: AuditRow) -> Result<(), StoreError> {
        let token = uuid::Uuid::new_v4().to_string();
        self.insert_block("audit_log", &[act], &token).await
    }

    /// What was done last.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn audit_log(&self, limit: u64) -> Result<Vec<AuditRow>, StoreError> {
        let question = self.client().query(AUDIT).param("limit", limit);
        self.fetch_all(question).await
    }
}
