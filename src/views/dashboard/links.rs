//! The links page: the registry with what came of each link.

use askama::Template;
use rust_decimal::prelude::ToPrimitive;

use super::behind::{Behind, Figure};
use super::range::Range;
use crate::analysis::Filter;
use crate::domain::{LONGEST_REF, LinkNote, Period, Timestamp};
use crate::insights::links::{LinkFigures, LinksReport};
use crate::language::{self, Message, filters, say};
use crate::render::labels;
use crate::render::numbers::dash;

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
    counts: Vec<Figure>,
    cost: String,
    notes: Vec<Message>,
}

impl LinksPage {
    pub(super) fn new(
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
        let behind = Behind::conversations(&range, shows_people);
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

fn row(figures: &LinkFigures, behind: &Behind) -> Row {
    let link = &figures.link;
    let about = [&link.campaign, &link.medium, &link.owner, &link.referral_ref];
    let about: Vec<&str> =
        about.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let behind = behind.with("filter", Filter::one_written("link", &link.slug));
    let visits = [figures.clicks, figures.previews, figures.arrived];
    let visits = visits.map(|count| Behind::nowhere().count(Some(count))).into_iter();
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

/// What somebody should know about a link, in the reader's language.
pub(super) fn note(note: &LinkNote) -> Message {
    match note {
        LinkNote::Long(length) => say("links-note-long")
            .with("length", length.to_string())
            .with("longest", LONGEST_REF.to_string()),
        LinkNote::Odd(letters) => {
            // What nobody sees, such as a line's end, is told by its escape.
            say("links-note-odd").with("letters", letters.escape_debug().to_string())
        }
        LinkNote::NoRef => say("links-note-no-ref"),
        LinkNote::SameRef { referral_ref, other, is_archived } => {
            let name = if *is_archived { "links-note-same-archived" } else { "links-note-same" };
            say(name).with("ref", referral_ref).with("other", other)
        }
        LinkNote::CampaignOver(campaign) => {
            say("links-note-campaign-over").with("campaign", campaign)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_pages_say_what_the_api_says() {
        let same = |is_archived| LinkNote::SameRef {
            referral_ref: "summer".to_owned(),
            other: "door".to_owned(),
            is_archived,
        };
        for told in [
            LinkNote::Long(2100),
            LinkNote::Odd(" é".to_owned()),
            LinkNote::NoRef,
            same(false),
            same(true),
            LinkNote::CampaignOver("Summer".to_owned()),
        ] {
            assert_eq!(note(&told).to_string(), told.to_string());
        }
    }
}
