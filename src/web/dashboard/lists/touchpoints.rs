//! The touchpoints behind a channel's credit, one a row.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;

use crate::analysis::Filter;
use crate::domain::Timestamp;
use crate::insights::cursor::read;
use crate::insights::error::AnswerError;
use crate::insights::list_filters::listed_filters;
use crate::insights::listing::Listing;
use crate::insights::query::Question;
use crate::language::{Message, filters};
use crate::render::labels;
use crate::render::numbers::local_minute;
use crate::store::{Listed, Span, TouchpointRow};
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::page::{Asks, show};
use crate::web::dashboard::person::link::address;
use crate::web::page_scope::Allowed;

const HERE: &str = "/attribution/touchpoints";
/// Rows of a page.
const AT_ONCE: u64 = 100;

#[derive(Template)]
#[template(path = "touchpoints.html", config = "dashboards/askama.toml")]
struct TouchpointsPage {
    page: &'static str,
    range: Range,
    /// What all rows have in common.
    told: Vec<Message>,
    /// How many there are; told on the first page.
    total: Option<u64>,
    rows: Vec<Row>,
    next: Option<String>,
    api: String,
}

struct Row {
    href: String,
    person: String,
    time: String,
    number: u32,
    source: String,
    by: String,
}

/// `GET /attribution/touchpoints`.
pub(crate) async fn touchpoints(Allowed(views): Allowed, asking: Asks) -> Response {
    let cursor = asking.as_ref().ok().and_then(|Query(asking)| asking.cursor.clone());
    show(&views, asking, async |views, question, now| {
        let filters = listed_filters(&question)?;
        let after = cursor.as_deref().filter(|cursor| !cursor.is_empty());
        let after = after.map(|text| read(TouchpointRow::ROWS, text)).transpose()?;
        let span = Span {
            period: &question.period,
            status: "",
            reached: "",
            missed: "",
            filters: &filters,
            after: after.as_ref(),
            offset: 0,
            limit: AT_ONCE,
        };
        let found = Listing::of(&views.store, &span).await.map_err(AnswerError::from)?;
        Ok(TouchpointsPage::new(found, &question, now))
    })
    .await
}

impl TouchpointsPage {
    fn new(
        Listing { rows, total, next }: Listing<TouchpointRow>,
        question: &Question,
        now: Timestamp,
    ) -> Self {
        let filter = Filter::written(&question.filters);
        let kept: Vec<(String, String)> = Some(filter)
            .filter(|filter| !filter.is_empty())
            .map(|filter| ("filter".to_owned(), filter))
            .into_iter()
            .collect();
        let written = |pairs: &[(&str, String)]| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(pairs).extend_pairs(&kept).finish()
        };
        let period = &question.period;
        let range = Range::new(period, now, HERE, &format!("&{}", written(&[])));
        let next = next.map(|cursor| {
            let [from, to] = range.asked();
            format!("{HERE}?{}", written(&[from, to, ("cursor", cursor)]))
        });
        let row = |row: &TouchpointRow| Row {
            href: address(&row.page_id, &row.person_id),
            person: row.person_id.clone(),
            time: local_minute(Timestamp(row.time.0), &period.zone),
            number: row.number,
            source: labels::source(&row.source).0,
            by: labels::tells_most([
                &row.ad_title,
                &row.ad_id,
                &row.link,
                &row.referral_ref,
                &row.referer,
            ]),
        };
        Self {
            page: "attribution",
            told: question.filters.iter().map(labels::filter).collect(),
            rows: rows.iter().map(row).collect(),
            api: format!(
                "/api/v1/touchpoints?{}",
                written(&[("from", period.from.to_rfc3339()), ("to", period.to.to_rfc3339())])
            ),
            total,
            next,
            range,
        }
    }
}
