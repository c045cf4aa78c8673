//! Load at a constant rate over some connections, each with a thread and a timetable of its own.
//! A latency runs from the instant at which the timetable wanted the request sent, so that a server
//! that stalls cannot hide the requests that its stall held up.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use collector_bench::requests::Requests;
use serde_json::json;

/// A server that has not answered by then has failed.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// Send prepared requests at a constant rate; print counts and latencies as JSON
#[derive(Parser)]
struct Args {
    /// Where the server listens
    address: SocketAddr,
    /// File of prepared requests
    #[arg(long)]
    requests: PathBuf,
    /// Bytes of each request
    #[arg(long)]
    bytes: usize,
    /// The first request to send
    #[arg(long)]
    first: u64,
    /// How many there are from the first on
    #[arg(long)]
    count: u64,
    /// Requests a second, over all connections
    #[arg(long)]
    rate: f64,
    #[arg(long)]
    seconds: f64,
    #[arg(long, default_value_t = 64)]
    connections: u32,
}

/// What one connection saw.
#[derive(Default)]
struct Seen {
    /// Microseconds of each answer.
    latencies: Vec<u64>,
    /// Answers by status.
    statuses: BTreeMap<u16, u64>,
    /// Why the connection ended early.
    error: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let args = Arc::new(Args::parse());
    let requests = Requests::open(&args.requests, args.bytes, args.first, args.count)?;
    let requests = Arc::new(requests);
    // All connections are open before the first request is due.
    let start = Instant::now() + Duration::from_millis(200);
    let threads: Vec<_> = (0..args.connections)
        .map(|number| {
            let (args, requests) = (args.clone(), requests.clone());
            thread::spawn(move || {
                let mut seen = Seen::default();
                seen.error = talk(&args, &requests, number, start, &mut seen)
                    .err()
                    .map(|error| error.to_string());
                seen
            })
        })
        .collect();
    let mut total = Seen::default();
    let mut errors = BTreeMap::<String, u64>::new();
    let mut answered = Vec::new();
    for thread in threads {
        let seen = thread.join().map_err(|_| anyhow::anyhow!("a connection's thread panicked"))?;
        answered.push(seen.latencies.len());
        total.latencies.extend(seen.latencies);
        for (status, count) in seen.statuses {
            *total.statuses.entry(status).or_default() += count;
        }
        if let Some(error) = seen.error {
            *errors.entry(error).or_default() += 1;
        }
    }
    let took = start.elapsed().as_secs_f64();
    total.latencies.sort_unstable();
    let part = |share| permille(&total.latencies, share);
    println!(
        "{}",
        json!({
            "ok": total.statuses.get(&200).copied().unwrap_or(0),
            "statuses": total.statuses,
            "errors": errors,
            // Of each connection: the n-th sends the requests n, n + connections and so on.
            "answered": answered,
            "seconds": took,
            "p50_us": part(500), "p99_us": part(990), "p999_us": part(999), "max_us": part(1000),
        })
    );
    Ok(())
}

/// Sends every `connections`-th request of the timetable, from `number` on.
fn talk(
    args: &Args,
    requests: &Requests,
    number: u32,
    start: Instant,
    seen: &mut Seen,
) -> io::Result<()> {
    let mut stream = TcpStream::connect(args.address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    let (mut request, mut answer) = (Vec::new(), Vec::new());
    for n in (u64::from(number)..).step_by(args.connections as usize) {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let due = Duration::from_secs_f64(n as f64 / args.rate);
        if due.as_secs_f64() >= args.seconds {
            break;
        }
        let due = start + due;
        requests.read(n, &mut request)?;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        stream.write_all(&request)?;
        let status = read_answer(&mut stream, &mut answer)?;
        let latency = due.elapsed().as_micros();
        seen.latencies.push(u64::try_from(latency).unwrap_or(u64::MAX));
        *seen.statuses.entry(status).or_default() += 1;
    }
    Ok(())
}

/// Reads one answer with a `Content-Length`; its status.
fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> io::Result<u16> {
    answer.clear();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk)?;
        if read == 0 {
            return Err(io::Error::other("the server hung up"));
        }
        answer.extend_from_slice(&chunk[..read]);
        if let Some((status, length)) = parse(answer)
            && answer.len() >= length
        {
            return Ok(status);
        }
    }
}

/// Status and length of an answer whose head is complete.
fn parse(answer: &[u8]) -> Option<(u16, usize)> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = str::from_utf8(&answer[..end]).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some((status, end + body.unwrap_or(0)))
}

/// The latency that `share` of 1000 do not exceed.
fn permille(sorted: &[u64], share: usize) -> Option<u64> {
    sorted.get((sorted.len() * share).div_ceil(1000).saturating_sub(1)).copied()
}
