//! Systems of others that are told something: Meta's Graph API, which takes conversions, and a chat, which takes
//! messages. Each may take what it is told and have its answer lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use messenger_funnel::outgoing::{Sender, Unanswered};
use reqwest::{Body, Request, Response};
use serde_json::Value;

use crate::chance::Chance;
use crate::engine::Engine;
use crate::faults::{Fault, Faults};

/// What Meta was told, and what it knows a conversion by: its id and its name.
pub type Told = BTreeMap<(String, String), Value>;

/// Meta's Graph API.
#[derive(Clone)]
pub struct Graph {
    pub engine: Engine,
    pub seed: u64,
    pub faults: Faults,
    pub told: Arc<Mutex<Told>>,
    pub asked: Arc<Mutex<u64>>,
}

/// A chat's incoming webhook, and how often it has taken each run.
#[derive(Clone)]
pub struct Chat {
    pub engine: Engine,
    pub seed: u64,
    pub faults: Faults,
    pub taken: Arc<Mutex<BTreeMap<String, u64>>>,
    pub asked: Arc<Mutex<u64>>,
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Graph")
    }
}

impl std::fmt::Debug for Chat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Chat")
    }
}

/// Chance for one request: the next of a stream.
fn chance(seed: u64, asked: &Mutex<u64>, stream: &str) -> Chance {
    let mut asked = asked.lock().unwrap();
    *asked += 1;
    Chance::new(seed ^ (*asked << 40), stream)
}

/// It is much more likely than with ClickHouse that something goes wrong: there are few requests.
fn goes_wrong(chance: &mut Chance, faults: &Faults) -> bool {
    chance.permille(faults.rate() * 4)
}

fn answer(status: u16, body: Value) -> Response {
    let response = hyper::Response::builder().status(status);
    response.body(Body::from(body.to_string())).unwrap().into()
}

#[async_trait]
impl Sender for Graph {
    async fn send(&self, request: Request) -> Result<Response, Unanswered> {
        let mut chance = chance(self.seed, &self.asked, "graph");
        tokio::time::sleep(Duration::from_millis(chance.between(5, 80))).await;
        let body = request.body().and_then(Body::as_bytes).unwrap_or_default();
        let body: Value = serde_json::from_slice(body).unwrap();
        let events = body["data"].as_array().unwrap();
        let is_wrong = goes_wrong(&mut chance, &self.faults);
        if is_wrong && chance.percent(50) {
            self.faults.count(Fault::GraphRefused);
            self.engine.note("Meta refuses conversions");
            let error =
                serde_json::json!({ "message": "try later", "code": 2, "is_transient": true });
            return Ok(answer(500, serde_json::json!({ "error": error })));
        }
        self.engine.note(&format!("Meta is told of {} conversions", events.len()));
        for event in events {
            let text = |name: &str| event[name].as_str().unwrap().to_owned();
            let key = (text("event_id"), text("event_name"));
            self.told.lock().unwrap().insert(key, event.clone());
        }
        if is_wrong {
            self.faults.count(Fault::GraphUnanswered);
            let reason = "the connection broke".to_owned();
            return Err(Unanswered { reason, never_left: false });
        }
        let taken = serde_json::json!({ "events_received": events.len(), "fbtrace_id": "A" });
        Ok(answer(200, taken))
    }
}

#[async_trait]
impl Sender for Chat {
    async fn send(&self, request: Request) -> Result<Response, Unanswered> {
        let mut chance = chance(self.seed, &self.asked, "chat");
        tokio::time::sleep(Duration::from_millis(chance.between(5, 80))).await;
        let run = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
        let is_wrong = goes_wrong(&mut chance, &self.faults);
        if is_wrong && chance.percent(50) {
            self.faults.count(Fault::ChatRefused);
            self.engine.note(&format!("the chat refuses {run}"));
            return Ok(answer(500, Value::Null));
        }
        self.engine.note(&format!("the chat takes {run}"));
        *self.taken.lock().unwrap().entry(run).or_default() += 1;
        if is_wrong {
            self.faults.count(Fault::ChatUnanswered);
            let reason = "the connection broke".to_owned();
            return Err(Unanswered { reason, never_left: false });
        }
        Ok(answer(200, Value::Null))
    }
}
