//! The forms of the links page. Each leads back to a page: to the list, or to the form with what is
//! wrong and everything that was typed.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

use super::{Edit, EditError, Form, Registry, RegistryError, messages};
use crate::http::own::Own;
use crate::language::say;

/// `POST /links`, `/links/{slug}` and `/links/{slug}/archive`.
pub fn router(registry: Registry) -> Router {
    Router::new()
        .route("/links", post(add))
        .route("/links/{slug}", post(change))
        .route("/links/{slug}/archive", post(archive))
        .with_state(registry)
}

async fn add(Own(registry): Own<Registry>, axum::Form(form): axum::Form<Form>) -> Response {
    let slug = Some(form.slug.trim().to_owned());
    let edit = form.about().map(|about| Edit::Add { slug, about });
    made(&registry, edit.map_err(EditError::from), "/links/new", &form).await
}

async fn change(
    Own(registry): Own<Registry>,
    Path(slug): Path<String>,
    axum::Form(form): axum::Form<Form>,
) -> Response {
    let edit = form.about().map(|about| Edit::Change { slug: slug.clone(), about });
    let back = edit_page(&slug);
    made(&registry, edit.map_err(EditError::from), &back, &form).await
}

#[derive(Deserialize)]
struct Archived {
    #[serde(default)]
    undo: bool,
}

async fn archive(
    Own(registry): Own<Registry>,
    Path(slug): Path<String>,
    axum::Form(Archived { undo }): axum::Form<Archived>,
) -> Response {
    let edit = Edit::Archive { slug: slug.clone(), is_archived: !undo };
    made(&registry, Ok(edit), &edit_page(&slug), &Form::default()).await
}

/// The address of a link's form; a slug that is none may be any text.
fn edit_page(slug: &str) -> String {
    let slug: String = form_urlencoded::byte_serialize(slug.as_bytes()).collect();
    format!("/links/{slug}/edit")
}

async fn made(
    registry: &Registry,
    edit: Result<Edit, EditError>,
    back: &str,
    form: &Form,
) -> Response {
    let made = match edit {
        Ok(edit) => registry.make(edit).await,
        Err(error) => Err(error.into()),
    };
    match made {
        Ok((link, _)) => Redirect::to(&format!("/links?saved={}", link.slug)).into_response(),
        Err(RegistryError::Edit(error)) => {
            let query = serde_json::to_value(form).unwrap_or_default();
            let mut fields = form_urlencoded::Serializer::new(String::new());
            fields.append_pair("error", &messages::error(&error).to_string());
            for (key, value) in query.as_object().into_iter().flatten() {
                fields.append_pair(key, value.as_str().unwrap_or_default());
            }
            Redirect::to(&format!("{back}?{}", fields.finish())).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a link could not be saved");
            (StatusCode::SERVICE_UNAVAILABLE, say("links-unsaved").to_string()).into_response()
        }
    }
}
