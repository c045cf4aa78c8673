//! A store of which somebody sees the rows of some Pages only. ClickHouse itself leaves the others out
//! (`additional_table_filters`), so that no question can forget to.

use crate::store::client::Store;

/// Tables whose rows belong to a Page; all name it `page_id`.
const OF_PAGES: [&str; 18] = [
    "aliases",
    // What is about all Pages tells of others too.
    "annotations",
    "arrivals",
    "contacts",
    "conversations",
    "conversions",
    "event_sequences",
    "events_by_person",
    "feedback",
    "link_visits",
    "links",
    "page_names",
    "people",
    "person_consents",
    "conversion_report_events",
    "conversion_reports",
    "told_names",
    "touchpoints",
];
/// Tables whose rows belong to no Page: money is an ad account's, what was refused is nobody's.
const OF_NO_PAGE: [&str; 9] = [
    "ad_days",
    "audience_members",
    "clicks",
    "costs",
    "incidents",
    "message_costs",
    "quarantine",
    "report_runs",
    "waiting_conversions",
];

/// Whether a text can be the id of a Page.
#[must_use]
pub fn is_page_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    !text.is_empty() && text.len() <= 64 && text.bytes().all(is_plain)
}

impl Store {
    /// The same store, of which only rows of these Pages can be read.
    #[must_use]
    pub fn of_pages(&self, pages: &[String]) -> Self {
        // They stand in a setting, which takes no parameters: what could be more than an id is none.
        let known = pages.iter().filter(|page| is_page_id(page));
        let list: Vec<String> = known.map(|page| format!(r"\'{page}\'")).collect();
        let filter = if list.is_empty() {
            "0".to_owned()
        } else {
            format!("page_id IN ({})", list.join(", "))
        };
        let of_pages = OF_PAGES.iter().map(|table| (table, filter.as_str()));
        let of_none = OF_NO_PAGE.iter().map(|table| (table, "0"));
        let of_all = of_pages.chain(of_none);
        let mut filters: Vec<String> =
            of_all.clone().map(|(table, filter)| format!("'{table}': '{filter}'")).collect();
        if self.endpoint.cluster.is_some() {
            // Each shard leaves them out too.
            let home = self.home();
            let there = of_all.map(|(table, filter)| format!("'{home}.{table}': '{filter}'"));
            filters.extend(there);
        }
        let filters = format!("{{{}}}", filters.join(", "));
        self.with_setting("additional_table_filters", &filters)
    }
}
