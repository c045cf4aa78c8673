//! What of a page's address goes along to the next page: its range, what it is compared with, and its filters.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

/// Parameters that go along.
const CARRIED: [&str; 5] = ["from", "through", "to", "compare", "filter"];

tokio::task_local! {
    static CURRENT: String;
}

/// Lets the page's links know what goes along.
pub async fn along(request: Request, next: Next) -> Response {
    let query = carried(request.uri().query().unwrap_or_default());
    CURRENT.scope(query, next.run(request)).await
}

/// What goes along from the page that is being made, as it stands in an address.
pub(crate) fn query() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// What goes along, by names and values.
pub(crate) fn pairs() -> Vec<(String, String)> {
    form_urlencoded::parse(query().as_bytes()).into_owned().collect()
}

/// What goes along beside the days: comparison and filters.
pub(crate) fn beside_days() -> Vec<(String, String)> {
    let pairs = pairs().into_iter();
    pairs.filter(|(name, _)| matches!(name.as_str(), "compare" | "filter")).collect()
}

/// Whether the page's address has filters.
pub(crate) fn has_filters() -> bool {
    beside_days().iter().any(|(name, _)| name == "filter")
}

fn carried(query: &str) -> String {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let pairs = pairs.filter(|(name, value)| CARRIED.contains(&&**name) && !value.is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_comparison_and_filters_go_along_and_nothing_else() {
        let written = "from=2026-11-01&by=ad&through=2026-11-30&filter=source%3Dad&compare=&x=1";
        assert_eq!(carried(written), "from=2026-11-01&through=2026-11-30&filter=source%3Dad");
        assert_eq!(carried("&&=&%ff"), "");
        assert_eq!(query(), "");
    }
}
