//! A way to ClickHouse on which a request can be held up, as that of a process is that is stopped for a while.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use messenger_funnel::store::Endpoint;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Which request is held up, and what lets it go on.
type Held = (Box<dyn FnMut(&str) -> bool + Send>, oneshot::Receiver<()>);

#[derive(Clone)]
pub struct Stalling {
    target: String,
    client: reqwest::Client,
    held: Arc<Mutex<Option<Held>>>,
    /// What the request that was held up asks for.
    at: Arc<Mutex<Option<String>>>,
    goes_on: Arc<Mutex<Option<oneshot::Sender<()>>>>,
}

impl Stalling {
    /// A way to the database of an endpoint that others use too, and the endpoint of that way.
    pub async fn start(endpoint: &Endpoint) -> (Self, Endpoint) {
        let stalling = Self {
            target: endpoint.url.clone(),
            client: reqwest::Client::builder().no_gzip().build().unwrap(),
            held: Arc::default(),
            at: Arc::default(),
            goes_on: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let limit = axum::extract::DefaultBodyLimit::disable();
        let routes = Router::new().fallback(pass_on).layer(limit).with_state(stalling.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (stalling, Endpoint { url, ..shared(endpoint) })
    }

    /// Holds up the first request of which this is true, from now on.
    pub fn hold(&self, is_held: impl FnMut(&str) -> bool + Send + 'static) {
        *self.at.lock().unwrap() = None;
        let (goes_on, waits) = oneshot::channel();
        *self.goes_on.lock().unwrap() = Some(goes_on);
        *self.held.lock().unwrap() = Some((Box::new(is_held), waits));
    }

    /// What is held up now.
    pub fn at(&self) -> Option<String> {
        self.at.lock().unwrap().clone()
    }

    /// Waits until a request is held up, or `until` is so.
    pub async fn wait(&self, until: impl Fn() -> bool) -> Option<String> {
        loop {
            if let Some(at) = self.at() {
                return Some(at);
            }
            if until() {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Lets go on what is held up.
    pub fn go_on(&self) {
        *self.held.lock().unwrap() = None;
        *self.at.lock().unwrap() = None;
        *self.goes_on.lock().unwrap() = None;
    }

    fn holds(&self, asked: &str) -> Option<oneshot::Receiver<()>> {
        let mut held = self.held.lock().unwrap();
        if !held.as_mut().is_some_and(|(is_held, _)| is_held(asked)) {
            return None;
        }
        *self.at.lock().unwrap() = Some(asked.to_owned());
        held.take().map(|(_, waits)| waits)
    }
}

/// The endpoint as one that processes of other machines may use.
pub fn shared(endpoint: &Endpoint) -> Endpoint {
    Endpoint { is_shared: true, ..endpoint.clone() }
}

async fn pass_on(
    State(way): State<Stalling>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    // Questions stand in the body, statements that bring rows in the address.
    let query = || form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let statement = query().find(|(key, _)| key == "query").map(|(_, value)| value.into_owned());
    let mut asked = statement.unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned());
    for (key, value) in query().filter(|(key, _)| key.starts_with("param_")) {
        asked.extend(["\n", key.as_ref(), " = ", value.as_ref()]);
    }
    let waits = way.holds(&asked);
    if let Some(waits) = waits {
        waits.await.ok();
    }
    let mut request = way.client.request(method, format!("{}{uri}", way.target)).body(body);
    for (name, value) in &headers {
        if !matches!(name.as_str(), "host" | "content-length" | "transfer-encoding") {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.unwrap();
    let mut passed = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if !matches!(name.as_str(), "content-length" | "transfer-encoding" | "connection") {
            passed = passed.header(name, value);
        }
    }
    passed.body(Body::from(answer.bytes().await.unwrap())).unwrap()
}
