//! Whether a form comes from a page of ours: a browser sends its cookie along whoever wrote the page.

use axum::http::{HeaderMap, header};

/// Browsers say where a form comes from (Fetch Metadata; before it the origin). A program says
/// nothing, and has no cookie that could be misused.
#[must_use]
pub fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let host = text(header::HOST.as_str()).unwrap_or_default();
    match text(header::ORIGIN.as_str()) {
        Some(origin) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        None => true,
    }
}

/// A text as an address of ours, if it is one: a browser reads `//` and `/\` as another host, and reads over
/// control characters.
#[must_use]
pub fn own_path(text: &str) -> Option<&str> {
    let is_ours = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains(|letter: char| letter == '\\' || letter.is_control());
    is_ours.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_elsewhere_is_none_of_ours() {
        assert_eq!(own_path("/ads?by=ad"), Some("/ads?by=ad"));
        let elsewhere =
            ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", ""];
        for text in elsewhere {
            assert_eq!(own_path(text), None, "{text:?}");
        }
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, header::HeaderValue::from_static(value));
            }
            headers
        };
        let host = ("host", "funnel.example.com");
        assert!(is_own(&headers(&[host, ("sec-fetch-site", "same-origin")])));
        assert!(is_own(&headers(&[host, ("origin", "https://funnel.example.com")])));
        assert!(is_own(&headers(&[host])));
        assert!(!is_own(&headers(&[host, ("sec-fetch-site", "cross-site")])));
        assert!(!is_own(&headers(&[host, ("sec-fetch-site", "same-site")])));
        assert!(!is_own(&headers(&[host, ("origin", "https://evil.example.com")])));
        assert!(!is_own(&headers(&[host, ("origin", "null")])));
    }
}
