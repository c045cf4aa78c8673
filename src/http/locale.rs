//! In which language somebody reads: the one they chose on a page, or what their browser asks for.

use axum::Form;
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use serde::Deserialize;

use super::problem::Problem;
use super::same_origin::{is_own, own_path};
use crate::domain::Workspace;
use crate::language::Language;

const COOKIE: &str = "messenger_funnel_language";

/// Has pages speak the language of whoever reads them. Programs are spoken to in English.
pub async fn in_their_language(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    language_of(request.headers()).within(next.run(request)).await
}

/// The language of a workspace, for a member who has chosen none on a page. Programs are spoken to in English.
pub(crate) fn unless_chosen(request: &Request, workspace: &Workspace) -> Option<&'static Language> {
    let is_chosen =
        request.uri().path().starts_with("/api/") || chosen(request.headers()).is_some();
    Language::tagged(&workspace.language).filter(|_| !is_chosen)
}

fn chosen(headers: &HeaderMap) -> Option<&'static Language> {
    let cookies = headers.get(header::COOKIE).and_then(|cookies| cookies.to_str().ok());
    let cookies = Cookie::split_parse(cookies.unwrap_or_default()).flatten();
    let chosen = cookies.filter(|cookie| cookie.name() == COOKIE).last();
    chosen.and_then(|cookie| Language::tagged(cookie.value()))
}

fn language_of(headers: &HeaderMap) -> &'static Language {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|wanted| wanted.to_str().ok());
    chosen(headers).unwrap_or_else(|| Language::wanted(wanted.unwrap_or_default()))
}

/// What the foot of a page sends.
#[derive(Deserialize)]
pub(crate) struct Choice {
    language: String,
}

/// `POST /language`: remembers a choice, and goes back to where it was made.
pub(crate) async fn choose(headers: HeaderMap, Form(choice): Form<Choice>) -> Response {
    if !is_own(&headers) {
        let detail = "This was sent from another site's page.".to_owned();
        return Problem::new(StatusCode::FORBIDDEN, detail).into_response();
    }
    let Some(language) = Language::tagged(&choice.language) else {
        let known: Vec<&str> = Language::all().map(Language::tag).collect();
        let detail = format!("unknown language; known are {}", known.join(", "));
        return Problem::in_parameter("language", detail).into_response();
    };
    let cookie = Cookie::build((COOKIE, language.tag()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365));
    let back = Redirect::to(&came_from(&headers));
    ([(header::SET_COOKIE, cookie.build().to_string())], back).into_response()
}

/// The page that a form was sent from, by its path alone: whatever the header says, it is one of ours.
fn came_from(headers: &HeaderMap) -> String {
    let referrer = headers.get(header::REFERER).and_then(|referrer| referrer.to_str().ok());
    let referrer = referrer.and_then(|referrer| referrer.parse::<Uri>().ok());
    let path = referrer.as_ref().and_then(Uri::path_and_query).map(PathAndQuery::as_str);
    path.and_then(own_path).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_choice_goes_before_what_the_browser_asks() {
        let asks = |value| language_of(&headers(header::ACCEPT_LANGUAGE, value)).tag().to_owned();
        assert_eq!(asks("fr-CA,fr;q=0.9,en;q=0.8"), "fr");
        assert_eq!(asks("sw, en-GB"), "en");
        assert_eq!(asks("de-CH,fr;q=0.5"), "fr");
        assert_eq!(asks("tlh"), "en");
        assert_eq!(asks(";;;q=,"), "en");
        let mut both = headers(header::ACCEPT_LANGUAGE, "en");
        let chosen = HeaderValue::from_static("a=b; messenger_funnel_language=fr");
        both.insert(header::COOKIE, chosen);
        assert_eq!(language_of(&both).tag(), "fr");
        both.insert(
            header::COOKIE,
            HeaderValue::from_static("messenger_funnel_language=../../etc"),
        );
        assert_eq!(language_of(&both).tag(), "en");
    }

    #[test]
    fn back_is_a_page_of_ours() {
        let back = |value| came_from(&headers(header::REFERER, value));
        assert_eq!(
            back("https://a.example/ads?by=ad&from=2026-01-01"),
            "/ads?by=ad&from=2026-01-01"
        );
        assert_eq!(back("https://a.example//evil.example/"), "/");
        assert_eq!(back("javascript:alert(1)"), "/");
        assert_eq!(came_from(&HeaderMap::new()), "/");
    }
}
