//! Ten thousand requests that nobody means well with: whatever comes, the server answers and fails nowhere.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use messenger_funnel::web::routes::route_needs;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reqwest::{Client, Method, redirect};

use crate::support::{World, count};

const REQUESTS: usize = 10_000;
const TOKEN: &str = "a token that may do everything";
/// Routes without a guard.
const OPEN: [(&str, &str); 10] = [
    ("GET", "/webhooks/meta"),
    ("POST", "/webhooks/meta"),
    ("POST", "/webhooks/meta/deletion"),
    ("GET", "/webhooks/meta/deletion/{code}"),
    ("GET", "/l/{slug}"),
    ("GET", "/l/{slug}/qr.svg"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/welcome/{code}"),
    ("GET", "/readyz"),
];
const NASTY: [&str; 24] = [
    "",
    "0",
    "-1",
    "99999999999999999999",
    "1e309",
    "NaN",
    "null",
    "true",
    "2026-02-30",
    "2026-11-20T10:00:00+99:00",
    "0000-01-01",
    "9999-12-31",
    "' OR 1=1 --",
    "\"; DROP TABLE events; --",
    "{page:String}",
    "<script>alert(1)</script>",
    "=HYPERLINK(\"http://evil\")",
    "../../../../etc/passwd",
    "..\\..\\x",
    "\u{202e}\u{0}\u{feff}",
    "source=ad;campaign=(none);;=;",
    "ref.,source,source,source,day,hour",
    "%00%ff%zz",
    "🦀🦀🦀",
];
const PARAMETERS: [&str; 24] = [
    "from",
    "to",
    "by",
    "filter",
    "top",
    "limit",
    "cursor",
    "offset",
    "format",
    "locale",
    "bom",
    "status",
    "step",
    "of",
    "against_from",
    "against_to",
    "model",
    "conversion",
    "lookback_days",
    "half_life_days",
    "order",
    "intervals",
    "through",
    "nobody-knows-this",
];

struct Request {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        std::fmt::Write::write_fmt(&mut out, format_args!("%{byte:02X}")).unwrap();
        out
    })
}

fn nasty(random: &mut ChaCha8Rng) -> String {
    match random.random_range(0..12) {
        0 => "x".repeat(random.random_range(1..2000)),
        1 => (0..random.random_range(1..40)).map(|_| random.random::<char>()).collect(),
        _ => (*NASTY.choose(random).unwrap()).to_owned(),
    }
}

fn request(random: &mut ChaCha8Rng, routes: &[(String, String)]) -> Request {
    let (method, route) = routes.choose(random).unwrap();
    let mut path = String::new();
    for part in route.split('/').skip(1) {
        path.push('/');
        if part.starts_with('{') {
            let text = nasty(random);
            path += &encoded(if text.is_empty() { "x" } else { &text });
        } else {
            path += part;
        }
    }
    let pairs: Vec<String> = (0..random.random_range(0..4))
        .map(|_| format!("{}={}", PARAMETERS.choose(random).unwrap(), encoded(&nasty(random))))
        .collect();
    if !pairs.is_empty() {
        path = format!("{path}?{}", pairs.join("&"));
    }
    let mut headers = vec![("authorization", format!("Bearer {TOKEN}"))];
    let kinds = [
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data",
    ];
    headers.push(("content-type", (*kinds.choose(random).unwrap()).to_owned()));
    for name in [
        "accept",
        "cookie",
        "if-none-match",
        "x-forwarded-for",
        "x-hub-signature-256",
        "content-encoding",
    ] {
        let text: String = nasty(random).chars().filter(|one| (' '..='~').contains(one)).collect();
        // A coding that is none makes the body unreadable, which is another test.
        if random.random_bool(0.2) && name != "content-encoding" {
            headers.push((name, text));
        }
    }
    let body = match random.random_range(0..4) {
        0 => Vec::new(),
        1 => nasty(random).into_bytes(),
        2 => format!("name={0}&role={0}&scope={0}&password={0}&slug={0}&page={0}", encoded(&nasty(random))).into_bytes(),
        _ => serde_json::json!({ "name": nasty(random), "steps": [nasty(random)], "conversions": [{ "id": nasty(random) }] })
            .to_string()
            .into_bytes(),
    };
    // HEAD stands in for GET now and then.
    let method = if method == "GET" && random.random_bool(0.1) { "HEAD" } else { method };
    Request { method: Method::from_bytes(method.as_bytes()).unwrap(), path, headers, body }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_makes_the_server_fail() {
    let world =
        World::new().with("server.access_tokens", TOKEN).with("server.rate_limit", "1000000");
    let server = world.serve();
    let guarded = route_needs().map(|(method, path, _)| (method.to_owned(), path.to_owned()));
    let open = OPEN.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned()));
    // Erasing rewrites tables; that is tested by itself.
    let routes: Vec<_> = guarded.chain(open).filter(|(method, _)| method != "DELETE").collect();
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let (client, address) = (Arc::new(client), server.address.clone());
    let mut random = ChaCha8Rng::seed_from_u64(20_261_127);
    let requests: Vec<Request> = (0..REQUESTS).map(|_| request(&mut random, &routes)).collect();
    let answers = stream::iter(requests).map(|request| {
        let (client, url) = (Arc::clone(&client), format!("{address}{}", request.path));
        async move {
            // A connection whose request was answered before its body was read is closed, and the next request
            // may meet that; a handler that panics would close it every time.
            for _ in 0..5 {
                let mut sent = client.request(request.method.clone(), &url);
                for (name, value) in &request.headers {
                    sent = sent.header(*name, value);
                }
                if let Ok(answer) = sent.body(request.body.clone()).send().await {
                    return (request.method, request.path, answer.status().as_u16());
                }
            }
            panic!("no answer: {} {}", request.method, request.path)
        }
    });
    let answers: Vec<_> = answers.buffer_unordered(8).collect().await;
    let failed: Vec<_> = answers.iter().filter(|(_, _, status)| *status >= 500).collect();
    assert!(failed.is_empty(), "{} failed: {:?}", failed.len(), &failed[..failed.len().min(5)]);
    // It was a walk through all of it, not a wall of refusals.
    let good = answers.iter().filter(|(_, _, status)| (200..400).contains(status)).count();
    assert!(good > REQUESTS / 20, "{good}");
    // And nothing came of it that is counted.
    let funnel =
        client.get(format!("{address}/api/v1/funnels/click-to-messenger")).bearer_auth(TOKEN);
    let funnel = serde_json::from_str(&funnel.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(count(&funnel, "opened"), Some(0));
}
