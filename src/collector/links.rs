//! `GET /l/{slug}`: records the visit and leads to the thread.
//!
//! Nothing of the visitor is kept: no cookie is set, no address, no user agent is stored. What ties a
//! click to its conversation is a number behind the ref.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::json;

use super::CollectorState;
use super::visitor::Visitor;
use crate::domain::{ClickId, Link};
use crate::journal::{Envelope, EnvelopeKind};

/// 302 to m.me (or ig.me) with the ref; 404 for a link that there is not.
pub(super) async fn follow(
    State(state): State<CollectorState>,
    Path(slug): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let slug = written(&slug);
    let link = state.links.borrow().get(&slug).cloned();
    let Some(link) = link else {
        return (StatusCode::NOT_FOUND, "There is no such link.\n").into_response();
    };
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let is_ahead = ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        // What a browser fetches before anybody has tapped.
        let purpose = headers.get(*name).and_then(|purpose| purpose.to_str().ok());
        let purpose = purpose.map(str::to_ascii_lowercase);
        purpose.is_some_and(|purpose| purpose.contains("prefetch") || purpose.contains("preview"))
    });
    let visitor = Visitor::of(method == Method::HEAD || is_ahead, agent.unwrap_or_default());
    let click = (visitor == Visitor::Person).then(new_click);
    metrics::counter!("messenger_funnel_link_visits_total", "visitor" => visitor.as_str())
        .increment(1);
    // Never closed; more visits than that wait for their place.
    let _place = state.visits.acquire().await;
    if let Err(error) = state.journal.append(record(&state, &link, visitor, click)).await {
        // A visitor is not to be kept out for that.
        metrics::counter!("messenger_funnel_link_visits_lost_total").increment(1);
        tracing::error!(%error, slug, "a visit to a link could not be recorded");
    }
    let headers = [
        (header::LOCATION, link.target(click)),
        // Every visit is one of its own.
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (StatusCode::FOUND, headers).into_response()
}

/// The same behind more slashes or marks; 404 for whatever else stands there.
pub(super) async fn follow_with_rest(
    state: State<CollectorState>,
    Path((slug, rest)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    follow(state, Path(format!("{slug}/{rest}")), method, headers).await
}

fn record(
    state: &CollectorState,
    link: &Link,
    visitor: Visitor,
    click: Option<ClickId>,
) -> Envelope {
    let body = json!({
        "visit_id": click.unwrap_or_else(new_click).to_string(),
        "slug": link.slug,
        "page_id": link.page_id,
        "ref": link.referral_ref,
        "visitor": visitor.as_str(),
    });
    Envelope {
        kind: EnvelopeKind::Click,
        received_at_ms: (state.clock)(),
        body: Bytes::from(body.to_string()),
    }
}

/// The slug, as somebody may type it from print or cut it out of a text: in capitals, with slashes, blanks and marks at
/// its ends.
fn written(slug: &str) -> String {
    let is_of_slug = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    slug.trim_matches(|letter| !is_of_slug(letter)).to_ascii_lowercase()
}

/// Chance alone: the bits of a random UUID without those that are fixed.
fn new_click() -> ClickId {
    let bits = uuid::Uuid::new_v4().as_u128();
    ClickId::from_random((bits >> 80) << 32 | (bits & u128::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn a_slug_is_found_however_it_is_written() {
        for slug in [
            "summer",
            "SUMMER",
            "summer/",
            "summer//",
            "Summer.",
            "summer. /",
            " summer\u{a0}",
            "summer).",
        ] {
            assert_eq!(written(slug), "summer", "{slug:?}");
        }
        assert_eq!(written("summer-sale-"), "summer-sale-");
        assert_eq!(written("summer/sale"), "summer/sale");
        assert_eq!(written("//"), "");
    }
}
