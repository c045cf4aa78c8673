//! A Graph API that behaves as documented, with its errors, paging, reports, throttling and slowness:
//! the real one cannot be reached from tests.

mod books;
mod events;
mod insights;
mod messages;
mod pages;
mod trouble;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use serde_json::{Value, json};

pub use books::Account;
pub use messages::{MessageBook, MessageDay};
pub use pages::Page;
pub use trouble::Trouble;

pub const TOKEN: &str = "a-system-user's-token-that-nobody-may-see";

/// A running fake: cheap to clone.
#[derive(Clone)]
pub struct FakeGraph {
    pub address: String,
    inner: Arc<Mutex<Inner>>,
}

pub struct Inner {
    pub accounts: Vec<Account>,
    pub pages: Vec<Page>,
    /// Scopes of the token, and UTC seconds of its end.
    pub scopes: Vec<&'static str>,
    /// What the app gets webhooks of.
    pub subscriptions: Vec<(&'static str, Vec<&'static str>)>,
    /// Pages, accounts and numbers with their fields.
    pub objects: Vec<(&'static str, Value)>,
    pub expires_at: i64,
    /// What is added to the clock of the answers, seconds.
    pub skew: i64,
    pub trouble: Trouble,
    /// Ads that are told of only if deleted ones are asked for; and those that are not told of at all.
    pub deleted: Vec<String>,
    pub forgotten: Vec<String>,
    /// Rows of a page at most, whatever is asked for.
    pub page_rows: usize,
    /// More rows than that are refused.
    pub most_rows: usize,
    /// Requests that were answered well, by path and parameters, and how often.
    pub answered: HashMap<String, u64>,
    pub requests: u64,
    /// Reports by number.
    reports: HashMap<String, insights::Report>,
    /// Conversions that were taken: (name, id) and the event.
    pub events: HashMap<(String, String), Value>,
    /// How often each was sent and taken.
    pub taken: HashMap<(String, String), u64>,
    /// Events of the next batch that it says it did not receive.
    pub forgets: usize,
    /// Bodies of all batches that were taken.
    pub batches: Vec<Value>,
    /// What messages of WhatsApp business accounts cost.
    pub message_books: Vec<MessageBook>,
    /// App-scoped id of a person, a Page, and the Page's id of them.
    pub ids: Vec<(&'static str, &'static str, &'static str)>,
}

/// An answer: status, headers, body.
type Said = (StatusCode, HeaderMap, Value);

impl FakeGraph {
    pub async fn start(accounts: Vec<Account>, trouble: Trouble) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner {
            accounts,
            pages: Vec::new(),
            scopes: vec!["ads_read", "pages_messaging", "pages_manage_metadata", "page_events"],
            subscriptions: Vec::new(),
            objects: Vec::new(),
            expires_at: 0,
            skew: 0,
            trouble,
            deleted: Vec::new(),
            forgotten: Vec::new(),
            page_rows: 500,
            most_rows: usize::MAX,
            answered: HashMap::new(),
            requests: 0,
            reports: HashMap::new(),
            events: HashMap::new(),
            taken: HashMap::new(),
            forgets: 0,
            batches: Vec::new(),
            message_books: Vec::new(),
            ids: Vec::new(),
        };
        let fake = Self { address, inner: Arc::new(Mutex::new(inner)) };
        let routes = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        fake
    }

    pub fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap())
    }

    /// Settings that lead to it.
    pub fn settings(&self) -> [(&'static str, String); 2] {
        [("meta.graph_url", self.address.clone()), ("meta.access_token", TOKEN.to_owned())]
    }
}

async fn answer(
    State(fake): State<FakeGraph>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> Response<Body> {
    let (delay, said) = {
        let mut inner = fake.inner.lock().unwrap();
        inner.requests += 1;
        let said = inner.answer(&method, uri.path(), &headers, &query, &body);
        (inner.trouble.delay(), said)
    };
    tokio::time::sleep(delay).await;
    let (status, extra, value) = said;
    let body = match value {
        // What stands between us and Meta answers in its own language.
        Value::String(page) => Body::from(page),
        other => Body::from(other.to_string()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.extend(extra);
    let skew = fake.with(|inner| inner.skew);
    if skew != 0 {
        let now = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(skew);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
        headers.insert("date", date.unwrap().parse().unwrap());
    }
    response
}

impl Inner {
    fn answer(
        &mut self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        query: &HashMap<String, String>,
        body: &[u8],
    ) -> Said {
        assert!(!query.contains_key("access_token"), "the token is in the address");
        let authorization = headers.get("authorization").and_then(|it| it.to_str().ok());
        let token = authorization.and_then(|it| it.strip_prefix("Bearer ")).unwrap_or_default();
        let is_apps = token.starts_with("4242|");
        let knows = token == TOKEN || is_apps || self.pages.iter().any(|page| page.token == token);
        if !knows {
            return error(401, 190, 463, "Error validating access token: Session has expired");
        }
        let mut segments = path.trim_start_matches('/').split('/');
        assert_eq!(segments.next(), Some("v25.0"), "{path}");
        let segments: Vec<&str> = segments.collect();
        if let Some(trouble) = self.trouble.strike(&segments) {
            return trouble;
        }
        let said = match (method.as_str(), &segments[..]) {
            ("GET", ["debug_token"]) => self.debug_token(query),
            ("GET", ["me", "messenger_profile"]) => self.messenger_profile(token),
            ("GET", [page, "subscribed_apps"]) => self.subscribed_apps(page),
            ("GET", [user, "ids_for_pages"]) => self.ids_for_pages(user),
            ("POST", [dataset, "events"]) => self.take_events(dataset, body),
            ("POST", [account, "insights"]) => self.begin_report(account, query),
            ("GET", [source, "insights"]) => self.insights(source, query),
            ("GET", [account]) if account.starts_with("act_") => self.account(account),
            ("GET", [id]) if self.reports.contains_key(*id) => self.report(id),
            ("GET", [app, "subscriptions"]) => self.subscriptions(app, token),
            ("GET", [account])
                if self.message_books.iter().any(|book| book.account == *account) =>
            {
                self.message_costs(account, query)
            }
            ("GET", [page]) => self.page(page, query),
            _ => unsupported(path),
        };
        if said.0.is_success() {
            let mut parts: Vec<String> =
                query.iter().map(|(key, value)| format!("{key}={value}")).collect();
            parts.sort();
            *self.answered.entry(format!("{method} {path}?{}", parts.join("&"))).or_default() += 1;
        }
        said
    }
}

pub fn error(status: u16, code: i64, subcode: i64, message: &str) -> Said {
    let body = json!({ "error": {
        "message": message,
        "type": "OAuthException",
        "code": code,
        "error_subcode": subcode,
        "is_transient": code == 2,
        "fbtrace_id": "AbCdEf",
    }});
    (StatusCode::from_u16(status).unwrap(), HeaderMap::new(), body)
}

fn unsupported(path: &str) -> Said {
    let message = format!(
        "Unsupported get request. Object with ID '{path}' does not exist, cannot be loaded due to \
         missing permissions, or does not support this operation."
    );
    error(400, 100, 33, &message)
}

pub fn good(value: Value) -> Said {
    (StatusCode::OK, HeaderMap::new(), value)
}
