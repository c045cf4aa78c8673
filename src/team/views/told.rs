//! Saved views as others see them, and who may do what with them.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::{Scope, Who};
use crate::domain::Timestamp;
use crate::insights::saved_views::{href, may_share, owner, sees};
use crate::store::SavedView;
use jiff::civil::Date;

/// A saved view.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the API")]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ToldView {
    /// By which it is known.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// User or token whose it is.
    pub owner: String,
    /// Whether its owner is no user any more: what is the team's stays, and an admin may remove the rest.
    pub is_left: bool,
    /// Whether it is the asker's own.
    pub is_own: bool,
    /// Whether the whole team sees it.
    pub is_shared: bool,
    /// Whether it stands in the side bar of whoever sees it.
    pub is_pinned: bool,
    /// Whether the asker begins with it.
    pub is_start: bool,
    /// Its address today.
    pub href: String,
    /// Whether its days move with today.
    pub is_moving: bool,
    /// User or token who changed it last.
    pub made_by: String,
    /// When, RFC 3339.
    pub made_at: String,
    /// Whether the asker may change or remove it.
    pub is_editable: bool,
}

/// Who asks, and who there is.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub who: &'a Who,
    /// Names of all users.
    pub users: BTreeSet<String>,
    /// The view with which they begin.
    pub start: Option<String>,
    pub today: Date,
}

impl Reader<'_> {
    /// Whether a view's owner is no user any more. Tokens are not looked for: those of the settings file are in no table.
    fn is_left(&self, view: &SavedView) -> bool {
        !view.owner.contains(' ') && !self.users.contains(&view.owner)
    }

    /// Whether they see a view: admins also what somebody has left behind.
    pub(super) fn sees(&self, view: &SavedView) -> bool {
        sees(self.who, view) || self.is_admin() && self.is_left(view)
    }

    /// Whether they may change or remove a view.
    pub(super) fn may_change(&self, view: &SavedView) -> bool {
        let is_own = view.owner == owner(self.who);
        let is_looked_after = self.is_admin() && (view.is_shared || self.is_left(view));
        is_looked_after || is_own && (!view.is_shared || may_share(self.who))
    }

    fn is_admin(&self) -> bool {
        self.who.may(Scope::Admin) && self.who.workspace.is_none()
    }

    pub(super) fn told(&self, view: &SavedView) -> ToldView {
        ToldView {
            id: view.id.clone(),
            name: view.name.clone(),
            owner: view.owner.clone(),
            is_left: self.is_left(view),
            is_own: view.owner == owner(self.who),
            is_shared: view.is_shared,
            is_pinned: view.is_pinned,
            is_start: self.start.as_deref() == Some(&view.id),
            href: href(view, self.today),
            is_moving: view.days > 0 || !view.query.contains("from="),
            made_by: view.made_by.clone(),
            made_at: Timestamp(view.made_at).to_rfc3339(),
            is_editable: self.may_change(view),
        }
    }
}
