//! Answers that have not changed are neither sent again nor made again. Each has the hash of its body as a tag
//! (RFC 9110, section 8.8.3), and who has that already gets 304. Pages are kept for a moment, and given to
//! whoever asked for them again, as long as ClickHouse holds the same data.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, Method, StatusCode, response};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::routes;
use crate::accounts::Who;
use crate::http::stream::Streamed;
use crate::language::Language;
use crate::store::{Store, asking_once};

/// How long a page may be kept: some of what it tells depends on the time.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// Bytes of all pages that are kept.
const KEPT_BYTES: u64 = 32 << 20;
/// Pages as they were last made.
#[derive(Debug, Clone)]
pub(crate) struct PageCache {
    store: Store,
    pages: Cache<String, Arc<Page>>,
}

#[derive(Debug)]
struct Page {
    /// What ClickHouse held before it was made.
    watermark: u64,
    parts: response::Parts,
    bytes: Bytes,
}

impl PageCache {
    pub(crate) fn new(store: Store) -> Self {
        let size = |key: &String, page: &Arc<Page>| {
            u32::try_from(key.len() + page.bytes.len()).unwrap_or(u32::MAX)
        };
        let pages =
            Cache::builder().weigher(size).max_capacity(KEPT_BYTES).time_to_live(KEPT_FOR).build();
        Self { store, pages }
    }
}

/// Tags the answer to a `GET`, and keeps it if it is a page.
pub(crate) async fn tagged(
    State(fresh): State<PageCache>,
    request: Request,
    next: Next,
) -> Response {
    let is_get = request.method() == Method::GET;
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let asked = asked(&request);
    let is_of_people = request
        .extensions()
        .get::<MatchedPath>()
        .and_then(|path| routes::find(request.method(), path.as_str()))
        .is_some_and(routes::Route::is_of_people);
    // Before the page is made: what comes in meanwhile must not be taken for known.
    let watermark = match &asked {
        Some(_) => fresh.store.watermark().await.ok(),
        None => None,
    };
    if let (Some(asked), Some(watermark)) = (&asked, watermark)
        && let Some(page) = fresh.pages.get(asked)
        && page.watermark == watermark
    {
        return sent(page.parts.clone(), page.bytes.clone(), known.as_ref());
    }
    let made = next.run(request);
    let response = if is_get { asking_once(made).await } else { made.await };
    let is_streamed = response.extensions().get::<Streamed>().is_some();
    if !is_get || is_streamed || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // An answer is in memory already.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // Weak: the same bytes may be compressed on their way.
    let tag = format!("W/\"{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(ETAG, tag);
    }
    // Figures are somebody's own, and may change at any time: a cache asks first.
    let asks_first = HeaderValue::from_static("private, no-cache");
    if asked.is_some() && !is_of_people {
        parts.headers.insert(CACHE_CONTROL, asks_first);
    } else {
        parts.headers.entry(CACHE_CONTROL).or_insert(asks_first);
    }
    if let (Some(asked), Some(watermark)) = (asked, watermark) {
        let page = Page { watermark, parts: parts.clone(), bytes: bytes.clone() };
        fresh.pages.insert(asked, Arc::new(page));
    }
    sent(parts, bytes, known.as_ref())
}

/// What makes two questions for a page the same: the address, the language, what one may see, and who asks, because a page
/// tells their name and their saved views. Nothing for what is no page.
fn asked(request: &Request) -> Option<String> {
    let address = request.uri().path_and_query()?.as_str();
    let is_page =
        !address.starts_with("/api/") && address != "/live" && !address.contains("token=");
    if request.method() != Method::GET || !is_page {
        return None;
    }
    let Who { name, is_user, scopes, workspace, only } = request.extensions().get::<Who>()?;
    let language = Language::current().tag();
    Some(format!("{language} {name:?} {is_user} {scopes:?} {workspace:?} {only:?} {address}"))
}

fn sent(mut parts: response::Parts, bytes: Bytes, known: Option<&HeaderValue>) -> Response {
    let tag = parts.headers.get(ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default();
    let is_known = known.and_then(|known| known.to_str().ok()).is_some_and(|known| {
        known.split(',').map(str::trim).any(|known| known == tag || known == "*")
    });
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}
