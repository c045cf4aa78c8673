//! What an event must be to meet a funnel's step.

/// What an event must be; empty lists and texts say nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventMatch {
    /// Kinds.
    pub kinds: Vec<String>,
    /// Names of other events and of conversions.
    pub names: Vec<String>,
    /// Regular expression over the payload.
    pub payload: String,
    /// Regular expression over the text.
    pub text: String,
    /// Regular expression over the ref without a click's mark.
    pub referral_ref: String,
    /// Entry points.
    pub sources: Vec<String>,
    /// Ads.
    pub ads: Vec<String>,
    /// Least value.
    pub min_value: Option<f64>,
    /// Largest value.
    pub max_value: Option<f64>,
}

/// Kinds that are in no sequence.
const RECEIPTS: [&str; 2] = ["delivery", "read"];

impl EventMatch {
    /// Whether sequences (the tables `event_sequences` and `event_classes`) tell all that is asked of an event: it can be no
    /// receipt, and neither its text nor its value matters. Receipts have no name, payload, ref, source and ad.
    #[must_use]
    pub fn is_of_class(&self) -> bool {
        let may_be_empty = |pattern: &str| {
            pattern.is_empty() || regex::Regex::new(pattern).is_ok_and(|regex| regex.is_match(""))
        };
        let can_be_receipt = if self.kinds.is_empty() {
            let lists = [&self.names, &self.sources, &self.ads];
            let is_named = |list: &&Vec<String>| !list.is_empty() && !list.contains(&String::new());
            !lists.iter().any(is_named)
                && [&self.payload, &self.referral_ref].into_iter().all(|text| may_be_empty(text))
        } else {
            self.kinds.iter().any(|kind| RECEIPTS.contains(&kind.as_str()))
        };
        let asks_more =
            !self.text.is_empty() || self.min_value.is_some() || self.max_value.is_some();
        !can_be_receipt && !asks_more
    }
}

/// An event that matters to a funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// UTC milliseconds.
    pub time: i64,
    /// Bit k: it meets step k, from 0.
    pub steps: u32,
    /// Bit g: it is excluded between step g and the next.
    pub gaps: u32,
}

/// Somebody's events that matter to a funnel, in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonOccurrences {
    /// A hash of Page and person, by which their conversations are found.
    pub hash: u128,
    /// Page or Instagram account; empty if people are not named.
    pub page_id: String,
    /// Person; empty if people are not named.
    pub person_id: String,
    /// The events; of one millisecond in the order of their places in the delivery, then of their ids.
    pub events: Vec<Occurrence>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kinds: &[&str], payload: &str, names: &[&str]) -> EventMatch {
        let owned = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect();
        let (kinds, names) = (owned(kinds), owned(names));
        EventMatch { kinds, names, payload: payload.to_owned(), ..EventMatch::default() }
    }

    #[test]
    fn sequences_answer_what_can_be_no_receipt() {
        for told in [
            of(&["message"], "", &[]),
            of(&["message", "other"], ".*", &[]),
            of(&[], "^BUY", &[]),
            of(&[], "", &["lead"]),
        ] {
            assert!(told.is_of_class(), "{told:?}");
        }
        for not in [
            of(&[], "", &[]),
            of(&[], ".*", &[]),
            of(&[], "", &["lead", ""]),
            of(&["message", "read"], "^BUY", &[]),
        ] {
            assert!(!not.is_of_class(), "{not:?}");
        }
        let plain = of(&["message"], "", &[]);
        assert!(!EventMatch { text: "x".to_owned(), ..plain.clone() }.is_of_class());
        assert!(!EventMatch { min_value: Some(1.0), ..plain }.is_of_class());
    }
}
