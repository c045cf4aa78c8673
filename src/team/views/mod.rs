//! Saved views: pages that are kept under a name, for oneself or for the team; their page, forms and API.

mod handlers;
mod pages;
mod report;
mod told;

pub(super) use handlers::{api, forms};

use std::collections::BTreeSet;

use axum::http::StatusCode;

use super::{Team, failed};
use crate::accounts::Who;
use crate::http::problem::Problem;
use crate::insights::saved_views::{Place, may_share, owner, team, today};
use crate::language::{Message, say};
use crate::store::SavedView;
use told::Reader;

/// Letters of a name at most.
const MOST_LETTERS: u64 = 100;
/// Views of one owner at most.
const MOST_VIEWS: usize = 100;

impl Team {
    /// Who asks, and what they need to know of views.
    async fn reader<'a>(&self, who: &'a Who) -> Result<Reader<'a>, Problem> {
        let key = owner(who);
        let asked = tokio::try_join!(self.whole.users(), self.store.start_page(&key));
        let (users, start) = asked.map_err(|error| failed(&error))?;
        let users: BTreeSet<String> = users.into_iter().map(|user| user.name).collect();
        Ok(Reader { who, users, start, today: today(self.now(), &self.zone) })
    }

    /// Views that somebody sees, by name.
    async fn views(&self, reader: &Reader<'_>) -> Result<Vec<SavedView>, Problem> {
        let all = self.store.saved_views().await.map_err(|error| failed(&error))?;
        Ok(all.into_iter().filter(|view| reader.sees(view)).collect())
    }

    /// A view that somebody sees.
    async fn view(&self, reader: &Reader<'_>, id: &str) -> Result<SavedView, Problem> {
        let found = self.views(reader).await?.into_iter().find(|view| view.id == id);
        found.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, say("views-unknown").to_string()))
    }

    /// Keeps a new view.
    async fn keep(&self, new: &handlers::NewView, who: &Who) -> Result<SavedView, Problem> {
        let name = named(&new.name)?;
        let today = today(self.now(), &self.zone);
        let Some(place) = Place::of(&new.address, new.is_moving, today) else {
            return Err(wrong("address", say("views-no-page")));
        };
        if new.is_shared && !may_share(who) {
            return Err(not_yours());
        }
        let owner = owner(who);
        let all = self.store.saved_views().await.map_err(|error| failed(&error))?;
        if all.iter().filter(|view| view.owner == owner).count() >= MOST_VIEWS {
            let text = say("views-too-many").with("most", MOST_VIEWS as u64).to_string();
            return Err(Problem::new(StatusCode::CONFLICT, text));
        }
        let Place { path, query, days, back } = place;
        let view = SavedView {
            id: uuid::Uuid::new_v4().simple().to_string(),
            name,
            owner,
            is_shared: new.is_shared,
            is_pinned: new.is_pinned,
            path,
            query,
            days,
            back,
            made_by: who.name.clone(),
            made_at: self.now().0,
            workspace: team(who).to_owned(),
        };
        self.save(&view, false).await?;
        Ok(view)
    }

    /// Changes what a view is called, and who sees it where.
    async fn change(
        &self,
        id: &str,
        edit: &handlers::ViewEdit,
        who: &Who,
    ) -> Result<SavedView, Problem> {
        let reader = self.reader(who).await?;
        let view = self.view(&reader, id).await?;
        let is_shared = edit.is_shared.unwrap_or(view.is_shared);
        if !reader.may_change(&view) || is_shared && !may_share(who) {
            return Err(not_yours());
        }
        let name = edit.name.as_deref().map_or_else(|| Ok(view.name.clone()), named)?;
        let is_pinned = edit.is_pinned.unwrap_or(view.is_pinned);
        let (made_by, made_at) = (who.name.clone(), self.now().0);
        // One's own goes along to where one works now.
        let workspace = team(who).to_owned();
        let changed = SavedView { name, is_shared, is_pinned, made_by, made_at, workspace, ..view };
        self.save(&changed, false).await?;
        Ok(changed)
    }

    async fn forget(&self, id: &str, who: &Who) -> Result<(), Problem> {
        let reader = self.reader(who).await?;
        let view = self.view(&reader, id).await?;
        if !reader.may_change(&view) {
            return Err(not_yours());
        }
        let (made_by, made_at) = (who.name.clone(), self.now().0);
        self.save(&SavedView { made_by, made_at, ..view }, true).await
    }

    /// Says with which view somebody begins.
    async fn start_with(&self, view: Option<&str>, who: &Who) -> Result<(), Problem> {
        if let Some(id) = view {
            let reader = self.reader(who).await?;
            self.view(&reader, id).await?;
        }
        let saved = self.store.save_start_page(&owner(who), view, self.now()).await;
        saved.map_err(|error| failed(&error))
    }

    async fn save(&self, view: &SavedView, is_removed: bool) -> Result<(), Problem> {
        self.store.save_view(view, is_removed).await.map_err(|error| failed(&error))
    }
}

/// A name in one line.
fn named(text: &str) -> Result<String, Problem> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let letters = name.chars().count() as u64;
    if !(1..=MOST_LETTERS).contains(&letters) || name.chars().any(char::is_control) {
        return Err(wrong("name", say("views-bad-name").with("most", MOST_LETTERS)));
    }
    Ok(name)
}

fn wrong(key: &'static str, reason: Message) -> Problem {
    Problem::in_parameter(key, reason.to_string())
}

fn not_yours() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, say("views-not-yours").to_string())
}
