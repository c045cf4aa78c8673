//! Annotations that somebody writes and removes, by the form below a chart or over the API.

use axum::extract::Path;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Form, Json, Router};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Team, back, failed};
use crate::accounts::Who;
use crate::domain::Timestamp;
use crate::http::own::Own;
use crate::http::problem::Problem;
use crate::insights::annotations::Annotation;
use crate::insights::saved_views;
use crate::language::say;
use crate::store::{WrittenAnnotation, is_page_id};

/// Letters of an annotation at most.
const MOST_LETTERS: u64 = 300;

/// An annotation as somebody writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAnnotation {
    /// The day that it is about, such as 2026-01-31.
    #[schema(format = "date")]
    day: String,
    /// What happened.
    #[schema(min_length = 1, max_length = 300)]
    text: String,
    /// The Page that it is about; all without one.
    #[serde(default)]
    page: String,
}

/// The form below a chart.
#[derive(Debug, Deserialize)]
struct Written {
    day: String,
    text: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    back: String,
}

/// Where a form leads back to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Removed {
    back: String,
}

pub(super) fn forms() -> Router<Team> {
    Router::new()
        .route("/annotations", post(add_by_form))
        .route("/annotations/{id}/remove", post(remove_by_form))
}

/// Writes an annotation of a day.
#[utoipa::path(post, path = "/api/v1/annotations", tag = "team", request_body = NewAnnotation,
    responses((status = 201, body = Annotation)))]
pub(super) async fn add(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    written: Result<Json<NewAnnotation>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(new) = written
        .map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let added = added(&team, &new, &who).await?;
    Ok((StatusCode::CREATED, Json(Annotation::from(added))).into_response())
}

/// Removes an annotation that somebody wrote.
#[utoipa::path(delete, path = "/api/v1/annotations/{id}", tag = "team",
    params(("id" = String, Path, description = "The annotation")), responses((status = 204)))]
pub(super) async fn remove(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    removed(&team, &who, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn add_by_form(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Form(written): Form<Written>,
) -> Result<Redirect, Problem> {
    let Written { day, text, page, back } = written;
    added(&team, &NewAnnotation { day, text, page }, &who).await?;
    Ok(back::to(&back, "/"))
}

async fn remove_by_form(
    Own(team): Own<Team>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Form(Removed { back }): Form<Removed>,
) -> Result<Redirect, Problem> {
    removed(&team, &who, &id).await?;
    Ok(back::to(&back, "/"))
}

async fn added(team: &Team, new: &NewAnnotation, who: &Who) -> Result<WrittenAnnotation, Problem> {
    let now = team.now();
    let id = uuid::Uuid::new_v4().simple().to_string();
    let annotation = new.checked(id, &who.name, now)?;
    let workspace = who.workspace.as_ref();
    let is_foreign = |page: &str| workspace.is_some_and(|workspace| !workspace.has_page(page));
    if !annotation.page_id.is_empty() && is_foreign(&annotation.page_id) {
        let text = say("annotation-other-page").with("page", &annotation.page_id).to_string();
        return Err(Problem::in_parameter("page", text));
    }
    let annotation =
        WrittenAnnotation { workspace: saved_views::team(who).to_owned(), ..annotation };
    let saved = team.store.save_annotation(&annotation, false, now.micros()).await;
    saved.map_err(|error| failed(&error))?;
    Ok(annotation)
}

async fn removed(team: &Team, who: &Who, id: &str) -> Result<(), Problem> {
    let unknown = || {
        let text = say("annotation-unknown").with("id", id).to_string();
        Problem::new(StatusCode::NOT_FOUND, text)
    };
    if id.is_empty() {
        return Err(unknown());
    }
    let known = team.store.annotation(id).await.map_err(|error| failed(&error))?;
    // What people of all wrote of a Page of a workspace is shown there, and stays theirs.
    let is_own = |known: &WrittenAnnotation| known.workspace == saved_views::team(who);
    let known = known.filter(is_own).ok_or_else(unknown)?;
    let removed = team.store.save_annotation(&known, true, team.now().micros()).await;
    removed.map_err(|error| failed(&error))
}

impl NewAnnotation {
    /// The annotation, or what is wrong with it.
    fn checked(&self, id: String, who: &str, now: Timestamp) -> Result<WrittenAnnotation, Problem> {
        let wrong = |key, message: crate::language::Message| {
            Err(Problem::in_parameter(key, message.to_string()))
        };
        // In one line: it stands in lists and beside charts.
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return wrong("text", say("annotation-no-text"));
        }
        if text.chars().count() as u64 > MOST_LETTERS {
            return wrong("text", say("annotation-too-long").with("most", MOST_LETTERS));
        }
        let day = self.day.parse::<Date>().ok().filter(|_| self.day.len() == 10);
        // What lies outside of 1970 to 2149 is no day of the store.
        let Some(day) = day.filter(|day| (1970..2149).contains(&day.year())) else {
            return wrong("day", say("annotation-no-day").with("day", &self.day));
        };
        let page = self.page.trim();
        if !page.is_empty() && !is_page_id(page) {
            return wrong("page", say("annotation-no-page").with("page", page));
        }
        let (page_id, made_by) = (page.to_owned(), who.to_owned());
        let workspace = String::new();
        Ok(WrittenAnnotation { id, day, text, page_id, made_by, made_at: now, workspace })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(day: &str, text: &str, page: &str) -> NewAnnotation {
        let [day, text, page] = [day, text, page].map(str::to_owned);
        NewAnnotation { day, text, page }
    }

    #[test]
    fn an_annotation_is_one_line_of_a_day() {
        let checked = |new: NewAnnotation| new.checked("1".to_owned(), "ann", Timestamp(5));
        let good = checked(new("2026-11-05", " Price\r\n raised ", " 77 ")).unwrap();
        assert_eq!((good.text.as_str(), good.page_id.as_str()), ("Price raised", "77"));
        assert!(checked(new("2026-11-05", &"é".repeat(300), "")).is_ok());
        for bad in [
            new("2026-11-05", " \n", ""),
            new("2026-11-05", &"e".repeat(301), ""),
            new("2026-02-30", "a", ""),
            new("2026-11-05T10:00", "a", ""),
            new("1960-01-01", "a", ""),
            new("2026-11-05", "a", "1') OR (1"),
        ] {
            assert!(checked(bad.clone()).is_err(), "{bad:?}");
        }
    }
}
