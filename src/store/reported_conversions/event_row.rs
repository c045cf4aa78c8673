//! The event of a reported conversion.

use super::matching::{MadeEvent, Report};
use crate::domain::{Kind, PLACE_BITS, TimeOrigin};
use crate::store::rows::EventRow;

impl EventRow {
    /// An event of a reported conversion: one that stands, or one that is taken back for good. Of a channel
    /// it knows nothing, and a conversion without a name is none.
    pub(in crate::store) fn of_report(report: &Report, made: &MadeEvent, stands: bool) -> Self {
        let nothing = String::new;
        Self {
            event_id: made.event_id,
            channel: "",
            page_id: made.page_id.clone(),
            person_id: made.person_id.clone(),
            time: made.time,
            time_origin: TimeOrigin::Event.as_str(),
            place: Kind::Conversion.order() << PLACE_BITS,
            received_at: report.received_at,
            kind: Kind::Conversion.as_str(),
            name: if stands { report.name.clone() } else { nothing() },
            mid: nothing(),
            payload: nothing(),
            text: nothing(),
            app_id: nothing(),
            persona_id: nothing(),
            tag: nothing(),
            source: "",
            source_name: nothing(),
            referral_ref: nothing(),
            ad_id: nothing(),
            ad_title: nothing(),
            post_id: nothing(),
            referer_uri: nothing(),
            ctwa_clid: nothing(),
            value: report.value.filter(|_| stands),
            currency: if stands { report.currency.clone() } else { nothing() },
            raw: serde_json::json!({ "report": report.report_id }).to_string(),
            version: if stands { u64::MAX - 1 } else { u64::MAX },
        }
    }
}
