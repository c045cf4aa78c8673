//! Rows of lists.

use polars_core::frame::DataFrame;

use super::columns::Columns;
use crate::store::{ConversationRow, FeedbackRow, Instant, ReachedRow, ReportedRow, TouchpointRow};

fn millis(instant: Option<Instant>) -> Option<i64> {
    instant.map(|instant| instant.0)
}

/// `opened_at, page_id, person_id, number, channel, source, source_name, ref, ad_id, ad_title, referer,
/// link, campaign, ad_set, medium, owner`, the stages' times, `last_act_at, waiting_since, acts, answers,
/// answered_app, answered_persona, country`.
#[must_use]
pub fn conversations(rows: &[ConversationRow]) -> DataFrame {
    Columns::of(rows)
        .instant("opened_at", |row| row.opened_at.0)
        .text("page_id", |row| row.page_id.as_str())
        .text("person_id", |row| row.person_id.as_str())
        .count("number", |row| u64::from(row.number))
        .text("channel", |row| row.channel.as_str())
        .text("source", |row| row.source.as_str())
        .text("source_name", |row| row.source_name.as_str())
        .text("ref", |row| row.referral_ref.as_str())
        .text("ad_id", |row| row.ad_id.as_str())
        .text("ad_title", |row| row.ad_title.as_str())
        .text("referer", |row| row.referer.as_str())
        .text("link", |row| row.link.as_str())
        .text("campaign", |row| row.campaign.as_str())
        .text("ad_set", |row| row.ad_set.as_str())
        .text("medium", |row| row.medium.as_str())
        .text("owner", |row| row.owner.as_str())
        .instant("messaged_at", |row| millis(row.messaged_at))
        .instant("answered_at", |row| millis(row.answered_at))
        .instant("engaged_at", |row| millis(row.engaged_at))
        .instant("lead_at", |row| millis(row.lead_at))
        .instant("purchase_at", |row| millis(row.purchase_at))
        .instant("last_act_at", |row| row.last_act_at.0)
        .instant("waiting_since", |row| millis(row.waiting_since))
        .count("acts", |row| u64::from(row.acts))
        .count("answers", |row| u64::from(row.answers))
        .text("answered_app", |row| row.answered_app.as_str())
        .text("answered_persona", |row| row.answered_persona.as_str())
        .text("country", |row| row.country.as_str())
        .done()
}

/// `time, page_id, person_id, number, channel, source, source_name, ref, ad_id, ad_title, referer, link,
/// campaign, ad_set, medium, owner, country, ctwa_clid`.
#[must_use]
pub fn touchpoints(rows: &[TouchpointRow]) -> DataFrame {
    Columns::of(rows)
        .instant("time", |row| row.time.0)
        .text("page_id", |row| row.page_id.as_str())
        .text("person_id", |row| row.person_id.as_str())
        .count("number", |row| u64::from(row.number))
        .text("channel", |row| row.channel.as_str())
        .text("source", |row| row.source.as_str())
        .text("source_name", |row| row.source_name.as_str())
        .text("ref", |row| row.referral_ref.as_str())
        .text("ad_id", |row| row.ad_id.as_str())
        .text("ad_title", |row| row.ad_title.as_str())
        .text("referer", |row| row.referer.as_str())
        .text("link", |row| row.link.as_str())
        .text("campaign", |row| row.campaign.as_str())
        .text("ad_set", |row| row.ad_set.as_str())
        .text("medium", |row| row.medium.as_str())
        .text("owner", |row| row.owner.as_str())
        .text("country", |row| row.country.as_str())
        .text("ctwa_clid", |row| row.ctwa_clid.as_str())
        .done()
}

/// `id, name, time, value, currency, is_retracted, matched_by, page_id, person_id, received_at`.
#[must_use]
pub fn reported(rows: &[ReportedRow]) -> DataFrame {
    Columns::of(rows)
        .text("id", |row| row.id.as_str())
        .text("name", |row| row.name.as_str())
        .instant("time", |row| row.time.0)
        .number("value", |row| row.value)
        .text("currency", |row| row.currency.as_str())
        .count("is_retracted", |row| u64::from(row.is_retracted))
        .text("matched_by", |row| row.matched_by.as_str())
        .text("page_id", |row| row.page_id.as_str())
        .text("person_id", |row| row.person_id.as_str())
        .instant("received_at", |row| row.received_at.0)
        .done()
}

/// `event_id, event_name, page_id, person_id, time, status, reason, trace, told_at`.
#[must_use]
pub fn feedback(rows: &[FeedbackRow]) -> DataFrame {
    Columns::of(rows)
        .text("event_id", |row| row.event_id.as_str())
        .text("event_name", |row| row.event_name.as_str())
        .text("page_id", |row| row.page_id.as_str())
        .text("person_id", |row| row.person_id.as_str())
        .instant("time", |row| row.time.0)
        .text("status", |row| row.status.as_str())
        .text("reason", |row| row.reason.as_str())
        .text("trace", |row| row.trace.as_str())
        .instant("told_at", |row| row.told_at.0)
        .done()
}

/// `page_id, person_id, entered_at, reached_at`.
#[must_use]
pub fn reached(rows: &[ReachedRow]) -> DataFrame {
    Columns::of(rows)
        .text("page_id", |row| row.page_id.as_str())
        .text("person_id", |row| row.person_id.as_str())
        .instant("entered_at", |row| row.entered_at.0)
        .instant("reached_at", |row| row.reached_at.0)
        .done()
}
