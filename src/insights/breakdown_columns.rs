//! The columns that a breakdown needs.

use crate::analysis::Dimension;
use crate::store::BreakdownColumns;

/// The columns that a breakdown by these dimensions needs.
pub(crate) fn apart(by: &[Dimension]) -> BreakdownColumns {
    let mut apart = BreakdownColumns::default();
    for dimension in by {
        match dimension {
            Dimension::Page => apart.page = true,
            Dimension::Channel => apart.channel = true,
            Dimension::Country => apart.country = true,
            Dimension::Ref | Dimension::RefPart(..) => apart.referral_ref = true,
            Dimension::Ad => apart.ad = true,
            Dimension::AdSet => (apart.ad, apart.ad_names) = (true, true),
            // A printed link has a source of its own.
            Dimension::Source => (apart.source, apart.link) = (true, true),
            Dimension::Link | Dimension::Medium | Dimension::Owner => apart.link = true,
            Dimension::Campaign => {
                (apart.link, apart.ad, apart.ad_names) = (true, true, true);
            }
            Dimension::Referer => apart.referer = true,
            Dimension::Hour => apart.time_unit = "hour",
            Dimension::Day | Dimension::Week if apart.time_unit.is_empty() => {
                apart.time_unit = "day";
            }
            // Spend alone knows placements.
            Dimension::Placement | Dimension::Day | Dimension::Week => {}
        }
    }
    apart
}
