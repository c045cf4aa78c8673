//! Our count beside Meta's as a frame.

use polars_core::frame::DataFrame;

use super::columns::Columns;
use crate::insights::reconciliation::ReconciliationReport;

/// A row an ad account and day.
pub(crate) fn days_frame(report: &ReconciliationReport) -> DataFrame {
    Columns::of(&report.days)
        .text("account_id", |day| day.account_id.as_str())
        .date("date", |day| day.date.as_str())
        .count("ours", |day| day.ours)
        .count("meta", |day| day.meta)
        .difference("gap", |day| day.gap)
        .count("our_first", |day| day.our_first)
        .count("meta_first", |day| day.meta_first)
        .count("without_referral", |day| day.causes.without_referral)
        .count("opened_silently", |day| day.causes.opened_silently)
        .count("within_7_days", |day| day.causes.within_7_days)
        .count("late", |day| day.causes.late)
        .difference("moved_by_zone", |day| day.causes.moved_by_zone)
        .number("usual", |day| day.usual)
        .number("usual_low", |day| day.usual_band.map(|[low, _]| low))
        .number("usual_high", |day| day.usual_band.map(|[_, high]| high))
        .flag("is_unusual", |day| day.is_unusual)
        .done()
}
