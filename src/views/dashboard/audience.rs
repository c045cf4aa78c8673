//! The audience page: who opted in to notifications, and customer lists.

use askama::Template;

use super::super::audience::AudienceReport;
use super::super::charts;
use super::range::Range;
use super::text::{local_minute, thousands};
use crate::analysis::SubscriberDay;
use crate::domain::{Period, Timestamp};
use crate::language::filters;

#[derive(Template)]
#[template(path = "audience.html", config = "dashboards/askama.toml")]
pub(super) struct AudiencePage {
    page: &'static str,
    range: Range,
    is_empty: bool,
    chart: String,
    days: Vec<[String; 5]>,
    lists: Vec<[String; 8]>,
    /// Address of the figures, to which a format is added.
    api: String,
}

impl AudiencePage {
    pub(super) fn new(report: &AudienceReport, period: &Period, now: Timestamp) -> Self {
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
        Self {
            page: "audience",
            range: Range::new(period, now, "/audience", ""),
            is_empty: report.days.iter().all(is_quiet),
            chart: charts::audience(report),
            days: report
                .days
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
