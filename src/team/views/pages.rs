//! The page of saved views.

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::Team;
use super::report;
use super::told::ToldView;
use crate::accounts::{Scope, Who};
use crate::http::own::Own;
use crate::http::page::html;
use crate::http::problem::Problem;
use crate::insights::saved_views::may_share;
use crate::language::{Message, filters, say};

#[derive(Template)]
#[template(path = "views.html", config = "dashboards/askama.toml")]
struct ViewsPage {
    page: &'static str,
    rows: Vec<Row>,
    may_share: bool,
    /// Whether the reader may make reports.
    may_report: bool,
    said: Option<Message>,
}

struct Row {
    told: ToldView,
    /// Which page it is of.
    of: Message,
    /// The form of its report, or why there is none.
    report: Result<String, Message>,
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    saved: Option<String>,
}

/// `GET /views`.
pub(super) async fn list(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Query(Said { saved }): Query<Said>,
) -> Result<Response, Problem> {
    let reader = team.reader(&who).await?;
    let views = team.views(&reader).await?;
    let row = |view: &crate::store::SavedView| Row {
        told: reader.told(view),
        of: page_of(&view.path),
        report: report::address(view),
    };
    let rows: Vec<Row> = views.iter().map(row).collect();
    let page = ViewsPage {
        page: "views",
        rows,
        may_share: may_share(&who),
        may_report: who.may(Scope::Write),
        said: saved.map(|_| say("views-saved")),
    };
    Ok(html(StatusCode::OK, page.render()))
}

/// What a page is called in the side bar.
fn page_of(path: &str) -> Message {
    let first = path.split('/').nth(1).unwrap_or_default();
    say(format!("page-{}", if first.is_empty() { "overview" } else { first }))
}
