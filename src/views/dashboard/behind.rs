//! Where the rows behind a figure are.

use super::text::{dash, thousands};

/// A count as it is told, and the address of what it counts; empty if there is none.
pub(super) struct Figure {
    pub text: String,
    pub rows: String,
}

/// The list of what a page counts.
#[derive(Debug, Clone)]
pub(super) struct Behind {
    /// The page with the list; none for a reader who may not see people.
    page: Option<&'static str>,
    /// What all rows have in common.
    query: Vec<(String, String)>,
}

impl Behind {
    /// Conversations, of the days from `first` to `last`.
    pub(super) fn conversations(first: &str, last: &str, shows_people: bool) -> Self {
        Self::on("/conversations/rows", shows_people).of_days(first, last)
    }

    /// What cannot be listed.
    pub(super) fn nowhere() -> Self {
        Self { page: None, query: Vec::new() }
    }

    pub(super) fn on(page: &'static str, shows_people: bool) -> Self {
        Self { page: shows_people.then_some(page), query: Vec::new() }
    }

    /// Only of these days.
    pub(super) fn of_days(&self, first: &str, last: &str) -> Self {
        self.with("from", first).with("through", last)
    }

    /// Only those of which this is true, too.
    pub(super) fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let mut all = self.clone();
        all.query.retain(|(known, _)| known != name);
        all.query.push((name.to_owned(), value.into()));
        all
    }

    pub(super) fn address(&self) -> String {
        let Some(page) = self.page else { return String::new() };
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish();
        format!("{page}?{query}")
    }

    /// How many there are.
    pub(super) fn count(&self, count: Option<u64>) -> Figure {
        let rows =
            if count.is_some_and(|count| count > 0) { self.address() } else { String::new() };
        Figure { text: count.map_or_else(dash, thousands), rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_none_and_what_nobody_may_see_leads_nowhere() {
        let all = Behind::conversations("2026-11-01", "2026-11-02", true);
        let leads = all.with("reached", "lead").with("filter", "ref=a&b");
        let address = "/conversations/rows?from=2026-11-01&through=2026-11-02&reached=lead&filter=ref%3Da%26b";
        assert_eq!(leads.count(Some(1200)).rows, address);
        assert_eq!(leads.count(Some(1200)).text, "1,200");
        assert!(leads.count(Some(0)).rows.is_empty() && leads.count(None).rows.is_empty());
        let day = leads.of_days("2026-11-02", "2026-11-02");
        assert_eq!(day.address().matches("from=").count(), 1);
        let hidden = Behind::conversations("2026-11-01", "2026-11-02", false);
        assert!(hidden.count(Some(5)).rows.is_empty());
    }
}
