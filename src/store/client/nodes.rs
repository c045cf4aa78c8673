//! Connections to the nodes of a ClickHouse: each request goes to the next node, and a node that does not answer
//! is stepped over.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use clickhouse::Client;
use hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::ExposeSecret;
use tower::Service;

use crate::store::client::endpoint::Endpoint;

/// How long a node may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// How long a node that did not is asked last.
const STEPPED_OVER: Duration = Duration::from_secs(5);
/// ClickHouse closes a connection that is idle for 3 s.
const IDLE_LIMIT: Duration = Duration::from_secs(2);
/// Of everything that is asked. The cache of conditions remembers which parts of a table have no row that a question
/// wants, and has more than once left out rows that were there (ClickHouse issues 84508, 87091 and 104781).
/// What is asked has ids of people in it: no log of ClickHouse keeps it.
const OF_ALL: [(&str, &str); 2] = [("use_query_condition_cache", "0"), ("log_queries", "0")];
/// Of everything that a cluster is asked. What stands in a subquery is read from all shards, whichever node the
/// query is worked off by, so that a statement means the same as on one node. An insert is over when its shards have
/// the rows. Of a shard's replicas all ask the same one, as long as it is there, and so find what they wrote.
const OF_CLUSTERS: [(&str, &str); 5] = [
    ("distributed_product_mode", "global"),
    ("distributed_foreground_insert", "1"),
    ("optimize_skip_unused_shards", "1"),
    ("load_balancing", "in_order"),
    ("prefer_localhost_replica", "0"),
];

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The ways to one ClickHouse: a client a node.
#[derive(Clone)]
pub(in crate::store) struct Nodes {
    clients: Vec<Client>,
    /// Clients that go to their node and no other: what is asked is about the node.
    each: Vec<Client>,
    next: Arc<AtomicUsize>,
}

impl Nodes {
    /// The nodes of an endpoint; nothing is sent yet.
    pub(in crate::store) fn of(endpoint: &Endpoint) -> Self {
        let urls: Vec<&str> = endpoint.nodes().collect();
        let each: Vec<Client> = urls.iter().map(|url| Client::default().with_url(*url)).collect();
        let clients = if let [only] = &each[..] {
            vec![only.clone()]
        } else {
            let nodes: Arc<[Uri]> = urls.iter().filter_map(|url| url.parse().ok()).collect();
            let ways = hyper_util::client::legacy::Client::builder(TokioExecutor::new())
                .pool_idle_timeout(IDLE_LIMIT)
                .build(FailoverConnector::new(nodes));
            let client = |url: &&str| Client::with_http_client(ways.clone()).with_url(*url);
            urls.iter().map(client).collect()
        };
        Self { clients, each, next: Arc::default() }.of_endpoint(endpoint)
    }

    /// One node, by a client that finds it its own way.
    pub(in crate::store) fn by(client: Client, endpoint: &Endpoint) -> Self {
        let clients = vec![client.with_url(&endpoint.url)];
        Self { each: clients.clone(), clients, next: Arc::default() }.of_endpoint(endpoint)
    }

    fn of_endpoint(&self, endpoint: &Endpoint) -> Self {
        self.map(|client| {
            let mut client = client.with_database(&endpoint.database);
            for (name, value) in OF_ALL {
                client = client.with_setting(name, value);
            }
            if !endpoint.user.is_empty() {
                let password = endpoint.password.expose_secret();
                client = client.with_user(&endpoint.user).with_password(password);
            }
            for (name, value) in OF_CLUSTERS.iter().filter(|_| endpoint.cluster.is_some()) {
                client = client.with_setting(*name, *value);
            }
            client
        })
    }

    /// The one whose turn it is.
    pub(in crate::store) fn next(&self) -> &Client {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        &self.clients[turn % self.clients.len()]
    }

    /// A client of each node, which goes to no other.
    pub(in crate::store) fn each(&self) -> &[Client] {
        &self.each
    }

    /// The same nodes with clients that differ.
    pub(in crate::store) fn map(&self, change: impl Fn(Client) -> Client) -> Self {
        let changed = |clients: &[Client]| clients.iter().cloned().map(&change).collect();
        let (clients, each) = (changed(&self.clients), changed(&self.each));
        Self { clients, each, next: Arc::clone(&self.next) }
    }
}

/// Connects to the node that is asked for or, if it does not answer, to one of the others.
#[derive(Clone)]
struct FailoverConnector {
    nodes: Arc<[Uri]>,
    connector: HttpsConnector<HttpConnector>,
    /// When each node did not answer.
    silent: Arc<Mutex<Vec<Option<Instant>>>>,
}

impl FailoverConnector {
    fn new(nodes: Arc<[Uri]>) -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT_LIMIT));
        http.set_keepalive(Some(Duration::from_secs(60)));
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let silent = Arc::new(Mutex::new(vec![None; nodes.len()]));
        Self { nodes, connector, silent }
    }

    /// The nodes in the order in which they are tried.
    fn order(&self, asked: &Uri) -> Vec<usize> {
        let count = self.nodes.len();
        let is_asked = |node: &Uri| node.authority() == asked.authority();
        let first = self.nodes.iter().position(is_asked).unwrap_or_default();
        let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        let is_silent =
            |node: &usize| silent[*node].is_some_and(|since| since.elapsed() < STEPPED_OVER);
        let mut order: Vec<usize> = (0..count).map(|step| (first + step) % count).collect();
        order.sort_by_key(is_silent);
        order
    }

    fn note(&self, node: usize, silent_since: Option<Instant>) {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)[node] = silent_since;
    }
}

impl Service<Uri> for FailoverConnector {
    type Response = <HttpsConnector<HttpConnector> as Service<Uri>>::Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // A connector of TCP is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, asked: Uri) -> Self::Future {
        let mut ways = self.clone();
        Box::pin(async move {
            let mut failed: Error = "no node is named".into();
            for node in ways.order(&asked) {
                match ways.connector.call(ways.nodes[node].clone()).await {
                    Ok(connection) => {
                        ways.note(node, None);
                        return Ok(connection);
                    }
                    Err(error) => {
                        ways.note(node, Some(Instant::now()));
                        tracing::debug!(node = %ways.nodes[node], error, "a node does not answer");
                        failed = error;
                    }
                }
            }
            Err(failed)
        })
    }
}
