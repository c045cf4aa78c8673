//! The form of a link: new, or to be changed.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::note::note;
use crate::domain::Link;
use crate::http::page::{html, refused};
use crate::http::problem::Problem;
use crate::insights::error::AnswerError;
use crate::language::{Message, filters, say};
use crate::web::page_scope::Allowed;

/// What was typed before, and what is wrong with it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    error: Option<String>,
    slug: String,
    page: String,
    page_id: String,
    #[serde(rename = "ref")]
    referral_ref: String,
    text: String,
    campaign: String,
    medium: String,
    owner: String,
    cost: String,
    currency: String,
    printed: Option<String>,
    instagram: Option<String>,
}

#[derive(Template)]
#[template(path = "link_form.html", config = "dashboards/askama.toml")]
struct LinkForm {
    page: &'static str,
    title: Message,
    /// Where the form goes.
    action: String,
    is_new: bool,
    is_archived: bool,
    typed: Typed,
    address: String,
    target: String,
    notes: Vec<Message>,
}

type Before = Result<Query<Typed>, QueryRejection>;

/// `GET /links/new`.
pub(crate) async fn new_link(headers: HeaderMap, before: Before) -> Response {
    let typed = match before {
        Ok(Query(typed)) => typed.error_from_us(&headers),
        Err(rejection) => {
            return refused(Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()));
        }
    };
    let form = LinkForm {
        page: "links",
        title: say("links-new"),
        action: "/links".to_owned(),
        is_new: true,
        is_archived: false,
        typed,
        address: String::new(),
        target: String::new(),
        notes: Vec::new(),
    };
    html(StatusCode::OK, form.render())
}

/// `GET /links/{slug}/edit`.
pub(crate) async fn edit_link(
    Allowed(views): Allowed,
    Path(slug): Path<String>,
    headers: HeaderMap,
    before: Before,
) -> Response {
    let links = match views.store.links().await {
        Ok(links) => links,
        Err(error) => return refused(Problem::from(AnswerError::from(error))),
    };
    let Some(link) = links.get(&slug).cloned() else {
        let text = say("links-none-such").with("slug", &slug).to_string();
        return refused(Problem::new(StatusCode::NOT_FOUND, text));
    };
    let before = before.ok().map(|Query(typed)| typed.error_from_us(&headers));
    let before = before.filter(|typed| typed.error.is_some());
    let before = before.map(|typed| Typed { slug: slug.clone(), ..typed });
    let others: Vec<Link> = links.into_values().collect();
    let form = LinkForm {
        page: "links",
        title: say("links-one").with("slug", &slug),
        action: format!("/links/{slug}"),
        is_new: false,
        is_archived: link.is_archived,
        address: views.short_address(&slug).unwrap_or_default(),
        target: link.target(None),
        notes: link.lint(&others).iter().map(note).collect(),
        typed: before.unwrap_or_else(|| Typed::of(link)),
    };
    html(StatusCode::OK, form.render())
}

impl Typed {
    /// What is wrong stands in the address to which our own form leads back. What another site's page or a mail leads
    /// to may say anything, and is not shown.
    fn error_from_us(mut self, headers: &HeaderMap) -> Self {
        let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
        self.error = self.error.filter(|_| site.is_none_or(|site| site == "same-origin"));
        self
    }

    fn of(link: Link) -> Self {
        let ticked = |is: bool| is.then(|| "on".to_owned());
        Self {
            error: None,
            slug: link.slug,
            page: link.page,
            page_id: link.page_id,
            referral_ref: link.referral_ref,
            text: link.text,
            campaign: link.campaign,
            medium: link.medium,
            owner: link.owner,
            cost: link.cost.map(|cost| cost.to_string()).unwrap_or_default(),
            currency: link.currency,
            printed: ticked(link.is_printed),
            instagram: ticked(link.is_instagram),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_form_says_what_is_wrong() {
        let shown = |site: Option<&'static str>| {
            let site = site.map(|site| ("sec-fetch-site".parse().unwrap(), site.parse().unwrap()));
            let typed = Typed { error: Some("call 555".to_owned()), ..Typed::default() };
            typed.error_from_us(&HeaderMap::from_iter(site)).error.is_some()
        };
        assert!(shown(Some("same-origin")) && shown(None));
        assert!(!shown(Some("cross-site")) && !shown(Some("same-site")) && !shown(Some("none")));
    }
}
