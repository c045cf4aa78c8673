//! The columns that a breakdown needs.

use crate::analysis::Dimension;
use crate::store::BreakdownColumns;

/// For each of some sets of columns one of them that tells everything apart that it does, and most beside it.
pub(crate) fn finest(all: &[BreakdownColumns]) -> Vec<BreakdownColumns> {
    let finest = |one: &BreakdownColumns| {
        all.iter().fold(*one, |finest, other| if covers(other, &finest) { *other } else { finest })
    };
    all.iter().map(finest).collect()
}

/// Whether counts told apart by the first add up to those by the second.
fn covers(fine: &BreakdownColumns, coarse: &BreakdownColumns) -> bool {
    let flags = |columns: &BreakdownColumns| {
        let BreakdownColumns { source, page, channel, country, referral_ref, ad, .. } = *columns;
        let BreakdownColumns { ad_names, link, referer, .. } = *columns;
        [source, page, channel, country, referral_ref, ad, ad_names, link, referer]
    };
    let is_timed = coarse.time_unit.is_empty() || coarse.time_unit == fine.time_unit;
    is_timed && flags(fine).iter().zip(flags(coarse)).all(|(fine, coarse)| *fine || !coarse)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breakdown_is_added_up_of_the_finest_that_holds_it() {
        let (source, day) = (apart(&[Dimension::Source]), apart(&[Dimension::Day]));
        let both = apart(&[Dimension::Source, Dimension::Week]);
        let (ad, hour) = (apart(&[Dimension::Ad]), apart(&[Dimension::Hour]));
        assert_eq!(finest(&[source, day, ad, both, hour]), [both, both, ad, both, hour]);
        assert_eq!(finest(&[both, day, source]), [both, both, both]);
        assert_eq!(finest(&[source, ad]), [source, ad]);
        assert_eq!(finest(&[apart(&[]), ad]), [ad, ad]);
    }
}
