//! What lists of conversations tell of one.

use crate::analysis::STAGES;
use crate::render::labels;
use crate::store::ConversationRow;

/// What of a conversation's entry point tells people most.
pub(crate) fn came_by(row: &ConversationRow) -> String {
    labels::tells_most([&row.ad_title, &row.ad_id, &row.link, &row.referral_ref, &row.referer])
}

/// The last stage that a conversation has reached.
pub(crate) fn furthest(row: &ConversationRow) -> &'static str {
    let reached = STAGES.into_iter().rev().find(|stage| row.stage_at(stage).is_some());
    reached.unwrap_or("opened")
}
