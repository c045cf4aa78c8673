//! The links page: the registry with what came of each link.

use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::response::Response;
use rust_decimal::prelude::ToPrimitive;

use super::note::note;
use crate::accounts::{Scope, Who};
use crate::analysis::Filter;
use crate::domain::{Period, Timestamp};
use crate::insights::links::{LinkFigures, LinksReport, answer_links};
use crate::language::{self, Message, filters, say};
use crate::render::labels;
use crate::render::numbers::dash;
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::drilldown::{DrilldownLinks, LinkedCount};
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::Allowed;

/// The steps that there is room for.
const STEPS: [&str; 4] = ["opened", "answered", "lead", "purchase"];

#[derive(Template)]
#[template(path = "links.html", config = "dashboards/askama.toml")]
pub(crate) struct LinksPage {
    page: &'static str,
    range: Range,
    has_address: bool,
    /// The link that has just been saved.
    saved: Option<String>,
    /// Stages, with their definitions.
    columns: Vec<(String, String)>,
    rows: Vec<Row>,
    /// Address of the figures, to which a format is added.
    api: String,
}

struct Row {
    slug: String,
    is_archived: bool,
    is_printed: bool,
    about: String,
    address: String,
    counts: Vec<LinkedCount>,
    cost: String,
    notes: Vec<Message>,
}

impl LinksPage {
    pub(crate) fn new(
        report: &LinksReport,
        saved: Option<String>,
        period: &Period,
        now: Timestamp,
        shows_people: bool,
    ) -> Self {
        // Those in use first, those with most clicks first.
        let mut links: Vec<&LinkFigures> = report.links.iter().collect();
        links.sort_by_key(|row| (row.link.is_archived, std::cmp::Reverse(row.clicks)));
        let (from, to) = (&report.from, &report.to);
        let range = Range::new(period, now, "/links", "");
        let behind = DrilldownLinks::conversations(&range, shows_people);
        Self {
            page: "links",
            has_address: report.links.iter().all(|row| row.address.is_some()),
            saved: saved.filter(|slug| report.links.iter().any(|row| row.link.slug == *slug)),
            columns: STEPS.iter().map(|step| labels::stage(step)).collect(),
            rows: links.into_iter().map(|figures| row(figures, &behind)).collect(),
            api: format!("/api/v1/links?from={from}&to={to}"),
            range,
        }
    }
}

fn row(figures: &LinkFigures, behind: &DrilldownLinks) -> Row {
    let link = &figures.link;
    let about = [&link.campaign, &link.medium, &link.owner, &link.referral_ref];
    let about: Vec<&str> =
        about.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let behind = behind.with("filter", Filter::one_written("link", &link.slug));
    let visits = [figures.clicks, figures.previews, figures.arrived];
    let visits = visits.map(|count| DrilldownLinks::nowhere().count(Some(count))).into_iter();
    let step = |step: &&str| behind.with("reached", *step).count(Some(figures.count(step)));
    Row {
        slug: link.slug.clone(),
        is_archived: link.is_archived,
        is_printed: link.is_printed,
        about: about.join(" · "),
        address: figures.address.clone().unwrap_or_else(|| figures.target.clone()),
        counts: visits.chain(STEPS.iter().map(step)).collect(),
        cost: link.cost.map_or_else(dash, |cost| {
            // As exactly as it was written.
            let places = usize::try_from(cost.scale()).unwrap_or_default();
            let amount = language::decimal(cost.to_f64().unwrap_or_default(), places);
            say("money").with("amount", amount).with("currency", &link.currency).to_string()
        }),
        notes: figures.lint.iter().map(note).collect(),
    }
}

/// `GET /links`.
pub(crate) async fn links(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    asking: Asks,
) -> Response {
    let saved = asking.as_ref().ok().and_then(|Query(asking)| asking.saved.clone());
    show(&views, asking, async |views, question, now| {
        let public_url = views.public_url.as_deref();
        let report = answer_links(&views.store, &question, public_url).await?;
        Ok(LinksPage::new(&report, saved, &question.period, now, who.may(Scope::People)))
    })
    .await
}
