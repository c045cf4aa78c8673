//! The one question that a token may ask which stands in the address of a spreadsheet.

use axum::http::{Method, Uri};

/// How an answer looks: the same figures in another form.
const OF_FORM: [&str; 3] = ["format", "locale", "bom"];
/// The token itself.
const TOKEN: &str = "token";

/// Path and parameters of a question, in one order, without what says how its answer looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyQuestion(String);

impl OnlyQuestion {
    /// The question at an address.
    #[must_use]
    pub fn at(address: &Uri) -> Self {
        let query = address.query().unwrap_or_default();
        let mut asked: Vec<_> = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| !OF_FORM.contains(&&**name) && name != TOKEN)
            .collect();
        asked.sort();
        let asked = form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
        let mark = if asked.is_empty() { "" } else { "?" };
        Self(format!("{}{mark}{asked}", address.path()))
    }

    /// As it was written down.
    pub(super) fn written(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As it is written down: an address without a host.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request asks this and nothing else.
    #[must_use]
    pub fn is_asked_by(&self, method: &Method, address: &Uri) -> bool {
        matches!(*method, Method::GET | Method::HEAD) && *self == Self::at(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_the_same_in_every_form_and_no_other() {
        let uri = |text: &'static str| Uri::from_static(text);
        let only = OnlyQuestion::at(&uri("/api/v1/ads?from=2026-10-01&by=campaign&format=csv"));
        assert_eq!(only.as_str(), "/api/v1/ads?by=campaign&from=2026-10-01");
        assert_eq!(OnlyQuestion::written(only.as_str()), only);
        let asks = |text| only.is_asked_by(&Method::GET, &uri(text));
        assert!(asks("/api/v1/ads?by=campaign&from=2026-10-01"));
        assert!(asks("/api/v1/ads?token=mf_1&locale=fr&by=campaign&bom=true&from=2026%2D10-01"));
        for other in [
            "/api/v1/ads?by=campaign",
            "/api/v1/ads?by=ad&from=2026-10-01",
            "/api/v1/ads?by=campaign&from=2026-10-01&by=ad",
            "/api/v1/ads?by=campaign&from=2026-10-01&to=2026-12-01",
            "/api/v1/ads/?by=campaign&from=2026-10-01",
            "/api/v1/audience?by=campaign&from=2026-10-01",
            "/mcp",
            "/",
        ] {
            assert!(!asks(other), "{other}");
        }
        assert!(!only.is_asked_by(&Method::POST, &uri("/api/v1/ads?by=campaign&from=2026-10-01")));
    }
}
