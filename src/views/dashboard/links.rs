//! The links page: the registry with what came of each link.

use askama::Template;

use super::super::links::{LinkFigures, LinksReport};
use super::range::Range;
use super::text::{dash, thousands};
use super::words;
use crate::domain::{Period, Timestamp};

/// The steps that there is room for.
const STEPS: [&str; 4] = ["opened", "answered", "lead", "purchase"];

#[derive(Template)]
#[template(path = "links.html", config = "dashboards/askama.toml")]
pub(super) struct LinksPage {
    page: &'static str,
    range: Range,
    has_address: bool,
    /// The link that has just been saved.
    saved: Option<String>,
    columns: Vec<&'static str>,
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
    counts: Vec<String>,
    cost: String,
    lint: Vec<String>,
}

impl LinksPage {
    pub(super) fn new(
        report: &LinksReport,
        saved: Option<String>,
        period: &Period,
        now: Timestamp,
    ) -> Self {
        // Those in use first, those with most clicks first.
        let mut links: Vec<&LinkFigures> = report.links.iter().collect();
        links.sort_by_key(|row| (row.link.is_archived, std::cmp::Reverse(row.clicks)));
        let (from, to) = (&report.from, &report.to);
        Self {
            page: "links",
            range: Range::new(period, now, "/links", ""),
            has_address: report.links.iter().all(|row| row.address.is_some()),
            saved: saved.filter(|slug| report.links.iter().any(|row| row.link.slug == *slug)),
            columns: STEPS.iter().map(|step| words::stage(step).0).collect(),
            rows: links.into_iter().map(row).collect(),
            api: format!("/api/v1/links?from={from}&to={to}"),
        }
    }
}

fn row(figures: &LinkFigures) -> Row {
    let link = &figures.link;
    let about = [&link.campaign, &link.medium, &link.owner, &link.referral_ref];
    let about: Vec<&str> =
        about.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let counts = [figures.clicks, figures.previews, figures.arrived].into_iter();
    let counts = counts.chain(STEPS.iter().map(|step| figures.count(step)));
    Row {
        slug: link.slug.clone(),
        is_archived: link.is_archived,
        is_printed: link.is_printed,
        about: about.join(" · "),
        address: figures.address.clone().unwrap_or_else(|| figures.target.clone()),
        counts: counts.map(thousands).collect(),
        cost: link.cost.map_or_else(dash, |cost| format!("{cost}\u{a0}{}", link.currency)),
        lint: figures.lint.clone(),
    }
}
