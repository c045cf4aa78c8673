//! The audience page: who opted in to notifications, and customer lists.

use askama::Template;
use axum::Extension;
use axum::http::Uri;
use axum::response::Response;

use crate::accounts::Who;
use crate::analysis::SubscriberDay;
use crate::domain::{Period, Timestamp};
use crate::insights::annotations::{AnnotationsReport, answer_annotations};
use crate::insights::audience::{AudienceReport, answer_audience};
use crate::language::filters;
use crate::render::chart::on_page;
use crate::render::charts;
use crate::render::numbers::{local_minute, thousands};
use crate::web::dashboard::annotations::Annotations;
use crate::web::dashboard::date_range::Range;
use crate::web::dashboard::page::{Asks, show};
use crate::web::page_scope::Allowed;

#[derive(Template)]
#[template(path = "audience.html", config = "dashboards/askama.toml")]
pub(crate) struct AudiencePage {
    page: &'static str,
    range: Range,
    is_empty: bool,
    chart: String,
    days: Vec<[String; 5]>,
    annotations: Annotations,
    lists: Vec<[String; 8]>,
    /// Address of the figures, to which a format is added.
    api: String,
}

impl AudiencePage {
    fn new(
        report: &AudienceReport,
        annotations: AnnotationsReport,
        (who, uri): (&Who, &Uri),
        period: &Period,
        now: Timestamp,
    ) -> Self {
        let is_quiet =
            |day: &SubscriberDay| [day.audience, day.opted_in, day.stopped, day.expired] == [0; 4];
        let lists = report.lists.iter().map(|list| {
            let counts = [
                list.members,
                list.known,
                list.people,
                list.conversations,
                list.leads,
                list.purchases,
            ];
            let [members, known, people, conversations, leads, purchases] = counts.map(thousands);
            let imported = local_minute(Timestamp(list.imported_at), &period.zone);
            [
                list.audience.clone(),
                imported,
                members,
                known,
                people,
                conversations,
                leads,
                purchases,
            ]
        });
        let (from, to) = (&report.from, &report.to);
        let days = weekly(&report.days);
        let range = Range::new(period, now, "/audience", "");
        let annotations = Annotations::new(annotations, who, uri, &range);
        let marks = annotations.marks();
        Self {
            page: "audience",
            range,
            annotations,
            is_empty: report.days.iter().all(is_quiet),
            chart: on_page(|width| charts::audience(&days, width).annotated(&marks)),
            days: days
                .iter()
                .map(|day| {
                    let counts = [day.audience, day.opted_in, day.stopped, day.expired];
                    let [audience, opted_in, stopped, expired] = counts.map(thousands);
                    [day.date.clone(), audience, opted_in, stopped, expired]
                })
                .collect(),
            lists: lists.collect(),
            api: format!("/api/v1/audience?from={from}&to={to}"),
        }
    }
}

/// Seven days a row, each called by its first, if single ones would be too many.
fn weekly(days: &[SubscriberDay]) -> Vec<SubscriberDay> {
    const MOST_DAYS: usize = 92;
    let by = if days.len() > MOST_DAYS { 7 } else { 1 };
    let week = |days: &[SubscriberDay]| {
        let mut week = days[0].clone();
        for day in &days[1..] {
            week.audience = day.audience;
            week.opted_in += day.opted_in;
            week.stopped += day.stopped;
            week.expired += day.expired;
        }
        week
    };
    days.chunks(by).map(week).collect()
}

/// `GET /audience`.
pub(crate) async fn audience(
    Allowed(views): Allowed,
    Extension(who): Extension<Who>,
    uri: Uri,
    asking: Asks,
) -> Response {
    show(&views, asking, async |views, question, now| {
        let (report, annotations) = tokio::try_join!(
            answer_audience(&views.store, &question),
            answer_annotations(&views.store, &question.period),
        )?;
        Ok(AudiencePage::new(&report, annotations, (&who, &uri), &question.period, now))
    })
    .await
}
