//! `/find`: pages, funnels, ads, links and people by what they are called: the command palette's answers, and a page for
//! whoever has no script.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::accounts::{Scope, Who};
use crate::analysis::{DEFAULT_FUNNEL, Filter};
use crate::domain::{Period, Timestamp};
use crate::http::nav;
use crate::http::page::{html, refused};
use crate::http::problem::Problem;
use crate::insights::error::AnswerError;
use crate::language::{Message, filters, say};
use crate::render::page_names::page;
use crate::web::dashboard::{ads, person};
use crate::web::page_scope::WithFunnels;
use crate::web::state::Views;

/// Hits of a kind at most.
const MOST: usize = 6;
/// Letters of an id at most.
const LONGEST_ID: usize = 64;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Looking {
    search: String,
}

#[derive(Template)]
#[template(path = "find.html", config = "dashboards/askama.toml")]
struct FindPage {
    page: &'static str,
    search: String,
    hits: Vec<Hit>,
}

/// Something that was found.
struct Hit {
    kind: Message,
    label: String,
    /// What tells it apart; may be empty.
    about: String,
    href: String,
}

/// `GET /find`.
pub(crate) async fn find(
    WithFunnels(views): WithFunnels,
    Extension(who): Extension<Who>,
    Query(looking): Query<Looking>,
) -> Response {
    let search = looking.search.trim().to_owned();
    match hits(&views, &who, &search).await {
        Ok(hits) => html(StatusCode::OK, FindPage { page: "", search, hits }.render()),
        Err(error) => refused(Problem::from(error)),
    }
}

async fn hits(views: &Views, who: &Who, search: &str) -> Result<Vec<Hit>, AnswerError> {
    let wanted = search.to_lowercase();
    let is_wanted = |text: &str| text.to_lowercase().contains(&wanted);
    let pages = nav::groups().flat_map(|group| group.pages);
    let pages = pages.map(|one| Hit {
        kind: say("find-page"),
        label: one.label.to_string(),
        about: String::new(),
        href: one.href,
    });
    let mut all: Vec<Hit> = pages.filter(|hit| is_wanted(&hit.label)).collect();
    if wanted.is_empty() {
        return Ok(all);
    }
    all.extend(funnels(views).filter(|hit| is_wanted(&hit.label)).take(MOST));
    all.extend(found_ads(views, &is_wanted).await?);
    all.extend(links(views, who, &is_wanted));
    if who.may(Scope::People) {
        all.extend(people(views, who, search).await?);
    }
    Ok(all)
}

fn funnels(views: &Views) -> impl Iterator<Item = Hit> {
    let usual = (DEFAULT_FUNNEL.to_owned(), say("funnels-usual").to_string());
    let offered = views.funnels.values().filter(|funnel| !funnel.is_archived);
    let own: Vec<(String, String)> =
        offered.map(|funnel| (funnel.name.clone(), funnel.title.clone())).collect();
    std::iter::once(usual).chain(own).map(|(name, label)| Hit {
        kind: say("find-funnel"),
        label,
        about: String::new(),
        href: address("/funnels", "name", &name),
    })
}

/// Ads that spend or a referral of the last 90 days names.
async fn found_ads(
    views: &Views,
    is_wanted: &impl Fn(&str) -> bool,
) -> Result<Vec<Hit>, AnswerError> {
    let now = Timestamp((views.clock)());
    let days = Period::last_days(90, &views.defaults.zone, now);
    let Ok(days) = days else { return Ok(Vec::new()) };
    let (spending, titles) =
        tokio::try_join!(views.store.named_ads(), views.store.ad_titles(&days))?;
    let titles = crate::analysis::ad_titles(&titles, "titled_at")?;
    let ids = spending.keys().chain(titles.keys());
    let ids: std::collections::BTreeSet<&String> = ids.collect();
    let hit = |id: &String| {
        let names = spending.get(id);
        let name = names.map(|names| names.ad_name.clone()).filter(|name| !name.is_empty());
        let label = name.or_else(|| titles.get(id).cloned()).unwrap_or_else(|| id.clone());
        let campaign = names.map(|names| names.campaign_name.clone()).unwrap_or_default();
        let is_found = is_wanted(&label) || is_wanted(id) || is_wanted(&campaign);
        is_found.then(|| Hit {
            kind: say("find-ad"),
            label,
            about: if campaign.is_empty() { id.clone() } else { format!("{campaign} · {id}") },
            href: ads::link::address(id),
        })
    };
    Ok(ids.into_iter().filter_map(hit).take(MOST).collect())
}

fn links(views: &Views, who: &Who, is_wanted: &impl Fn(&str) -> bool) -> Vec<Hit> {
    let links = Arc::clone(&views.links.borrow());
    let may_see = |link: &&crate::domain::Link| {
        who.workspace.as_ref().is_none_or(|workspace| workspace.has_page(&link.page_id))
    };
    let is_found = |texts: [&str; 3]| texts.into_iter().any(is_wanted);
    let found =
        links.values().filter(|link| is_found([&link.slug, &link.referral_ref, &link.campaign]));
    let hit = |link: &crate::domain::Link| Hit {
        kind: say("find-link"),
        label: link.slug.clone(),
        about: link.campaign.clone(),
        href: address("/funnels", "filter", &Filter::one_written("link", &link.slug)),
    };
    found.filter(may_see).take(MOST).map(hit).collect()
}

/// People are found by their whole id.
async fn people(views: &Views, who: &Who, search: &str) -> Result<Vec<Hit>, AnswerError> {
    let is_id = (6..=LONGEST_ID).contains(&search.len())
        && search.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+'));
    if !is_id {
        return Ok(Vec::new());
    }
    let pages = views.store.pages_of_person(search).await?;
    let may_see =
        |id: &String| who.workspace.as_ref().is_none_or(|workspace| workspace.has_page(id));
    let hit = |id: String| Hit {
        kind: say("find-person"),
        label: search.to_owned(),
        about: page(&id),
        href: person::link::address(&id, search),
    };
    Ok(pages.into_iter().filter(may_see).take(MOST).map(hit).collect())
}

fn address(path: &str, name: &str, value: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    format!("{path}?{query}")
}
