//! Where the rows behind a figure are.

use super::date_range::Range;
use crate::analysis::Filter;
use crate::render::numbers::{dash, thousands};

/// A count as it is told, and the address of what it counts; empty if there is none.
pub(crate) struct LinkedCount {
    pub text: String,
    pub rows: String,
}

/// The list of what a page counts.
#[derive(Debug, Clone)]
pub(crate) struct DrilldownLinks {
    /// The page with the list; none for a reader who may not see people.
    page: Option<&'static str>,
    /// What all rows have in common.
    query: Vec<(String, String)>,
}

impl DrilldownLinks {
    /// All conversations of a range.
    pub(crate) fn conversations(range: &Range, shows_people: bool) -> Self {
        Self::on("/conversations/rows", range, shows_people)
    }

    /// What cannot be listed.
    pub(crate) fn nowhere() -> Self {
        Self { page: None, query: Vec::new() }
    }

    /// Everything of a range that a page lists.
    pub(crate) fn on(page: &'static str, range: &Range, shows_people: bool) -> Self {
        Self { page: shows_people.then_some(page), query: Vec::new() }.within(range.asked())
    }

    /// Only of these days, as a range gives them.
    pub(crate) fn within(&self, days: [(&'static str, String); 2]) -> Self {
        let mut all = self.clone();
        all.query.retain(|(known, _)| !matches!(known.as_str(), "from" | "to" | "through"));
        all.query.extend(days.map(|(name, value)| (name.to_owned(), value)));
        all
    }

    /// Only those of which this is true, too.
    pub(crate) fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let mut all = self.clone();
        all.query.retain(|(known, _)| known != name);
        all.query.push((name.to_owned(), value.into()));
        all
    }

    /// Only those that have a value of a dimension, too.
    pub(crate) fn filtered(&self, dimension: &str, value: &str) -> Self {
        let known = self.query.iter().find(|(name, _)| name == "filter");
        let one = Filter::one_written(dimension, value);
        let all = known.map_or_else(|| one.clone(), |(_, known)| format!("{known};{one}"));
        self.with("filter", all)
    }

    pub(crate) fn address(&self) -> String {
        let Some(page) = self.page else { return String::new() };
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish();
        format!("{page}?{query}")
    }

    /// How many there are.
    pub(crate) fn count(&self, count: Option<u64>) -> LinkedCount {
        let rows =
            if count.is_some_and(|count| count > 0) { self.address() } else { String::new() };
        LinkedCount { text: count.map_or_else(dash, thousands), rows }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::{Period, Timestamp};

    fn range(from: &str, to: &str) -> Range {
        let period = Period::parse(Some(from), Some(to), &TimeZone::UTC, Timestamp(0)).unwrap();
        Range::new(&period, Timestamp(0), "/", "")
    }

    #[test]
    fn what_is_none_and_what_nobody_may_see_leads_nowhere() {
        let range = range("2026-11-01", "2026-11-03");
        let all = DrilldownLinks::conversations(&range, true);
        let leads = all.with("reached", "lead").with("filter", "ref=a&b");
        let address = "/conversations/rows?from=2026-11-01&through=2026-11-02&reached=lead&filter=ref%3Da%26b";
        assert_eq!(leads.count(Some(1200)).rows, address);
        assert_eq!(leads.count(Some(1200)).text, "1,200");
        assert!(leads.count(Some(0)).rows.is_empty() && leads.count(None).rows.is_empty());
        let day = leads.within(range.days("2026-11-02", "2026-11-02"));
        assert_eq!(day.address().matches("from=").count(), 1);
        let hidden = DrilldownLinks::conversations(&range, false);
        assert!(hidden.count(Some(5)).rows.is_empty());
    }

    #[test]
    fn parts_of_days_stay_parts() {
        let range = range("2026-11-01T10:00:00Z", "2026-11-03T09:00:00Z");
        let instants = ["2026-11-01T10:00:00.000Z", "2026-11-03T09:00:00.000Z"].map(str::to_owned);
        assert_eq!(range.asked(), [("from", instants[0].clone()), ("to", instants[1].clone())]);
        let day = |day: &str| range.days(day, day);
        assert_eq!(
            day("2026-11-01"),
            [("from", instants[0].clone()), ("through", "2026-11-01".into())]
        );
        assert_eq!(
            day("2026-11-02"),
            [("from", "2026-11-02".into()), ("through", "2026-11-02".into())]
        );
        assert_eq!(day("2026-11-03"), [("from", "2026-11-03".into()), ("to", instants[1].clone())]);
        // A week that begins before the range, and ends behind it.
        assert_eq!(range.days("2026-10-26", "2026-11-09"), range.asked());
    }
}
