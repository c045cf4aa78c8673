//! Why something about users and tokens is refused.

use thiserror::Error;

use crate::domain::WorkspaceFault;

use super::limits::{LONGEST_PASSWORD, LONGEST_TOKEN_DAYS, SHORTEST_PASSWORD};

/// What somebody asked for that cannot be. In English here; pages have words of their own for each.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The name, or its password, is another.
    #[error("name and password do not fit")]
    Unfit,
    /// A table of users or tokens is damaged.
    #[error(
        "the table of users is damaged: nobody is let in until the server's administrator has looked at it"
    )]
    Damaged,
    /// A provider vouches for somebody before there is an admin.
    #[error(
        "there is no user yet: the first admin is made by the one-time link in the server's log"
    )]
    NoUserYet,
    /// A provider vouches for somebody whom no admin has made a user.
    #[error("{0} is no user here; an admin makes users on the settings page")]
    NoUserHere(String),
    /// What a provider calls somebody cannot be a name.
    #[error(
        "{provider} calls you {name:?}, and {}; an admin can help: server.oidc.claim names another claim",
        Self::Name
    )]
    VouchedName {
        /// What people call the provider.
        provider: String,
        /// The name.
        name: String,
    },
    /// Somebody comes back from a provider without having left from here, or late.
    #[error("this login did not begin in this browser, or more than 15 minutes ago: try again")]
    NotBegun,
    /// A provider has not verified somebody's address.
    #[error("the address {0} is not verified")]
    Unverified(String),
    /// A provider says less of somebody than we need.
    #[error("the provider does not tell the claim that we know people by")]
    NoClaim,
    /// Somebody's address is of another domain.
    #[error("{0} is not let in here: their domain is none of ours")]
    ForeignDomain(String),
    /// A one-time link is none any more.
    #[error("this link has been used, or is too old")]
    OldLink,
    /// A password can be guessed.
    #[error("a password has at least {} letters", SHORTEST_PASSWORD)]
    ShortPassword,
    /// A password takes too long to hash.
    #[error("a password has at most {} bytes", LONGEST_PASSWORD)]
    LongPassword,
    /// A name is none.
    #[error("a name has 1 to 64 letters, digits, and . _ @ + -")]
    Name,
    /// There is such a user.
    #[error("there is a user {0:?} already")]
    UserTaken(String),
    /// There is no such user.
    #[error("there is no user {0:?}")]
    NoUser(String),
    /// Nobody could make users any more.
    #[error("this is the only admin; make another one first")]
    OnlyAdmin,
    /// An admin is not of a workspace.
    #[error("an admin sees all workspaces; give another role first")]
    AdminSeesAll,
    /// A right that is about all Pages.
    #[error("the scope {0:?} is about all Pages; a token of a workspace cannot have it")]
    ScopeOfAll(&'static str),
    /// There is no such workspace.
    #[error("there is no workspace {0:?}")]
    NoWorkspace(String),
    /// There is such a workspace.
    #[error("there is a workspace {0:?} already")]
    WorkspaceTaken(String),
    /// There was such a workspace.
    #[error(
        "a workspace {0:?} was removed, and what was made in it still has its name; choose another name"
    )]
    WorkspaceRemoved(String),
    /// Somebody would see nothing any more.
    #[error(
        "{members} are of the workspace {name:?}; move or remove them first, or they would see nothing"
    )]
    WorkspaceInUse {
        /// The workspace.
        name: String,
        /// Users and tokens, in a row.
        members: String,
    },
    /// A workspace cannot be so.
    #[error(transparent)]
    Workspace(#[from] WorkspaceFault),
    /// There is such a token.
    #[error("there is a token {0:?} already")]
    TokenTaken(String),
    /// There is no such token.
    #[error("there is no token {0:?}")]
    NoToken(String),
    /// A token may do nothing.
    #[error("a token without a scope is good for nothing")]
    NoScope,
    /// A token ends too late, or at once.
    #[error("a token is good for 1 to {} days, or for good", LONGEST_TOKEN_DAYS)]
    Days,
    /// A role or a scope that no form has, in words.
    #[error("{0}")]
    Unreadable(String),
}
