//! The conversations behind a figure, one a row.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;

use crate::analysis::Filter;
use crate::domain::Timestamp;
use crate::insights::cursor::read;
use crate::insights::error::AnswerError;
use crate::insights::list_filters::{listed_filters, read_stage};
use crate::insights::listing::Listing;
use crate::insights::query::Question;
use crate::language::{Message, filters, say};
use crate::render::labels;
use crate::render::numbers::local_minute;
use crate::store::{ConversationRow, Instant, Listed, Span};
use crate::web::dashboard::conversation_cells::{came_by, furthest};
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::page::{Asking, Asks, show};
use crate::web::dashboard::person::link::address;
use crate::web::page_scope::Allowed;

const HERE: &str = "/conversations/rows";
/// Rows of a page.
const AT_ONCE: u64 = 100;

#[derive(Template)]
#[template(path = "rows.html", config = "dashboards/askama.toml")]
struct RowsPage {
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
    opened: String,
    source: String,
    by: String,
    reached: String,
    acts: u32,
    answers: u32,
}

/// `GET /conversations/rows`.
pub(crate) async fn rows(Allowed(views): Allowed, asking: Asks) -> Response {
    let part = |of: fn(&Asking) -> &Option<String>| {
        asking.as_ref().ok().and_then(|Query(asking)| of(asking).clone())
    };
    let (reached, missed) = (part(|asking| &asking.reached), part(|asking| &asking.missed));
    let cursor = part(|asking| &asking.cursor);
    show(&views, asking, async |views, question, now| {
        let reached = read_stage("reached", reached.as_deref())?;
        let missed = read_stage("missed", missed.as_deref())?;
        let filters = listed_filters(&question)?;
        let after = cursor.as_deref().filter(|cursor| !cursor.is_empty());
        let after = after.map(|text| read(ConversationRow::ROWS, text)).transpose()?;
        let span = Span {
            period: &question.period,
            status: "",
            reached,
            missed,
            filters: &filters,
            after: after.as_ref(),
            offset: 0,
            limit: AT_ONCE,
        };
        let found = Listing::of(&views.store, &span).await.map_err(AnswerError::from)?;
        Ok(RowsPage::new(found, [reached, missed], &question, now))
    })
    .await
}

impl RowsPage {
    fn new(
        Listing { rows, total, next }: Listing<ConversationRow>,
        [reached, missed]: [&'static str; 2],
        question: &Question,
        now: Timestamp,
    ) -> Self {
        let filter = Filter::written(&question.filters);
        let mut kept = Vec::new();
        let stages = [("reached", reached), ("missed", missed)];
        let stages = stages.into_iter().filter(|(_, stage)| !stage.is_empty());
        kept.extend(stages.clone().map(|(name, stage)| (name.to_owned(), stage.to_owned())));
        if !filter.is_empty() {
            kept.push(("filter".to_owned(), filter));
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(&kept).finish();
        let period = &question.period;
        let range = Range::new(period, now, HERE, &format!("&{query}"));
        let next = next.map(|cursor| {
            let days = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(range.asked())
                .finish();
            format!("{HERE}?{days}&{query}&cursor={cursor}")
        });
        let stages = stages
            .map(|(name, stage)| say(format!("rows-{name}")).with("stage", labels::stage(stage).0));
        let filtered = question.filters.iter().map(labels::filter);
        let row = |row: &ConversationRow| {
            let minute = |at: Instant| local_minute(Timestamp(at.0), &period.zone);
            Row {
                href: address(&row.page_id, &row.person_id),
                person: row.person_id.clone(),
                opened: minute(row.opened_at),
                source: labels::source(&row.source).0,
                by: came_by(row),
                reached: labels::stage(furthest(row)).0,
                acts: row.acts,
                answers: row.answers,
            }
        };
        Self {
            page: "conversations",
            told: stages.chain(filtered).collect(),
            rows: rows.iter().map(row).collect(),
            api: format!(
                "/api/v1/conversations?from={}&to={}&{query}",
                period.from.to_rfc3339(),
                period.to.to_rfc3339()
            ),
            total,
            next,
            range,
        }
    }
}
