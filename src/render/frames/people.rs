//! Links, answers, subscribers and what comes in.

use polars_core::frame::DataFrame;
use rust_decimal::prelude::ToPrimitive;

use super::columns::Columns;
use crate::analysis::conversation_steps;
use crate::insights::audience::AudienceReport;
use crate::insights::data_quality::QualityReport;
use crate::insights::links::LinksReport;
use crate::insights::response_times::ResponseReport;

/// `dimension, value, wrote, answered, within_5m, within_1h, within_24h, median_seconds, p90_seconds,
/// leads, purchases`: over all, then by each dimension.
#[must_use]
pub fn responses(report: &ResponseReport) -> DataFrame {
    let seconds = |ms: Option<f64>| ms.map(|ms| ms / 1000.0);
    Columns::of(&report.times)
        .text("dimension", |row| row.dimension.as_str())
        .text("value", |row| row.value.as_str())
        .count("wrote", |row| row.wrote)
        .count("answered", |row| row.answered)
        .count("within_5m", |row| row.within_5m)
        .count("within_1h", |row| row.within_1h)
        .count("within_24h", |row| row.within_24h)
        .number("median_seconds", |row| seconds(row.median_ms))
        .number("p90_seconds", |row| seconds(row.p90_ms))
        .count("leads", |row| row.leads)
        .count("purchases", |row| row.purchases)
        .done()
}

/// `date, opted_in, stopped, expired, audience`: a row a day.
#[must_use]
pub fn audience(report: &AudienceReport) -> DataFrame {
    Columns::of(&report.days)
        .date("date", |day| day.date.as_str())
        .count("opted_in", |day| day.opted_in)
        .count("stopped", |day| day.stopped)
        .count("expired", |day| day.expired)
        .count("audience", |day| day.audience)
        .done()
}

/// `channel, kind, name, events, people, clamped, late, last_event`: the events by kind.
#[must_use]
pub fn quality(report: &QualityReport) -> DataFrame {
    Columns::of(&report.kinds)
        .text("channel", |row| row.channel.as_str())
        .text("kind", |row| row.kind.as_str())
        .text("name", |row| row.name.as_str())
        .count("events", |row| row.events)
        .count("people", |row| row.people)
        .count("clamped", |row| row.clamped)
        .count("late", |row| row.late)
        .instant("last_event", |row| row.last_event)
        .done()
}

/// `slug, page, ref, campaign, medium, owner, cost, currency, printed, archived, address, target,
/// clicks, previews, arrived, opened, messaged, answered, engaged, lead, purchase`.
#[must_use]
pub fn links(report: &LinksReport) -> DataFrame {
    let columns = Columns::of(&report.links)
        .text("slug", |row| row.link.slug.as_str())
        .text("page", |row| row.link.page.as_str())
        .text("ref", |row| row.link.referral_ref.as_str())
        .text("campaign", |row| row.link.campaign.as_str())
        .text("medium", |row| row.link.medium.as_str())
        .text("owner", |row| row.link.owner.as_str())
        .number("cost", |row| row.link.cost.and_then(|cost| cost.to_f64()))
        .text("currency", |row| row.link.currency.as_str())
        .flag("printed", |row| row.link.is_printed)
        .flag("archived", |row| row.link.is_archived)
        .text("address", |row| row.address.as_deref().unwrap_or_default())
        .text("target", |row| row.target.as_str())
        .count("clicks", |row| row.clicks)
        .count("previews", |row| row.previews)
        .count("arrived", |row| row.arrived);
    let steps = conversation_steps();
    steps.fold(columns, |columns, step| columns.count(step, |row| row.count(step))).done()
}
