//! The menu of filters sends a dimension and a value; the page's address has them as one of its filters.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::analysis::Filter;

/// Leads from what the menu sends to the page with that filter.
pub(crate) async fn to_filter(request: Request, next: Next) -> Response {
    match with_filter(request.uri().query().unwrap_or_default()) {
        Some(query) => Redirect::to(&format!("{}?{query}", request.uri().path())).into_response(),
        None => next.run(request).await,
    }
}

/// The query with what the menu sends as a filter, if it sends something.
fn with_filter(query: &str) -> Option<String> {
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let of = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let (dimension, value) = (of("filter_by")?, of("filter_value")?);
    let one = Some(value.trim()).filter(|value| !value.is_empty());
    let one = one.map(|value| Filter::one_written(dimension, value));
    let known = of("filter").filter(|known| !known.is_empty()).cloned();
    let known_already =
        known.iter().flat_map(|known| known.split(';')).any(|known| Some(known) == one.as_deref());
    let filters: Vec<String> = known.into_iter().chain(one.filter(|_| !known_already)).collect();
    let mut written = form_urlencoded::Serializer::new(String::new());
    let others = pairs.iter().filter(|(name, value)| {
        !matches!(name.as_str(), "filter" | "filter_by" | "filter_value") && !value.is_empty()
    });
    written.extend_pairs(others);
    if !filters.is_empty() {
        written.append_pair("filter", &filters.join(";"));
    }
    Some(written.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_menu_sends_becomes_a_filter_beside_those_there_are() {
        let of = |query: &str| with_filter(query).unwrap_or_default();
        assert_eq!(
            of("from=2026-11-01&filter_by=source&filter_value=ad"),
            "from=2026-11-01&filter=source%3Dad"
        );
        assert_eq!(
            of("filter=source%3Dad&filter_by=campaign&filter_value=A%3BB+&by="),
            "filter=source%3Dad%3Bcampaign%3DA%5C%3BB"
        );
        // Twice the same is once.
        assert_eq!(of("filter=source%3Dad&filter_by=source&filter_value=ad"), "filter=source%3Dad");
        assert_eq!(of("x=1&filter_by=source&filter_value="), "x=1");
        assert_eq!(with_filter("filter=source%3Dad"), None);
    }
}
