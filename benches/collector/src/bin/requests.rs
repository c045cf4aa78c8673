//! Prepares webhook requests with right signatures: first messages of distinct people who came from
//! ads, each with a mid of its own and a time of its own.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Parser;
use collector_bench::signature;

/// Times lie this many milliseconds before `--until` at most.
const SPREAD_MS: u64 = 3_600_000;
/// No divisor in common with `PEOPLE`: its multiples run through all people out of order.
const STRIDE: u64 = 618_033_988_751;
const PEOPLE: u64 = 1_000_000_000_000;
const WORDS: &str =
    "Hello, is the table from your ad still there, and do you deliver on Saturdays? ";

/// Write distinct webhook requests of one length to a file, and print that length in bytes
#[derive(Parser)]
struct Args {
    /// How many
    #[arg(long, value_parser = clap::value_parser!(u64).range(..20_000_000))]
    count: u64,
    /// Bytes of each body
    #[arg(long, default_value_t = 600)]
    body_bytes: usize,
    /// The app secret
    #[arg(long)]
    secret: String,
    /// The instant before which all events happened, in milliseconds since 1970
    #[arg(long)]
    until: u64,
    /// Where to
    #[arg(long)]
    output: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let shortest = body(0, args.until, "").len();
    let padding = args
        .body_bytes
        .checked_sub(shortest)
        .with_context(|| format!("--body-bytes: the shortest body takes {shortest} bytes"))?;
    let text: String = WORDS.chars().cycle().take(padding).collect();
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&args.output)?);
    let length = request(&args.secret, &body(0, args.until, &text)).len();
    for n in 0..args.count {
        let request = request(&args.secret, &body(n, args.until - 1 - n % SPREAD_MS, &text));
        ensure!(request.len() == length, "request {n} has {} bytes, not {length}", request.len());
        file.write_all(request.as_bytes())?;
    }
    // What is still to be written to disk would disturb the measurement.
    file.into_inner()?.sync_all()?;
    println!("{length}");
    Ok(())
}

fn request(secret: &str, body: &str) -> String {
    format!(
        "POST /webhooks/meta HTTP/1.1\r\n\
         Host: 127.0.0.1\r\n\
         User-Agent: facebookexternalua\r\n\
         Accept: */*\r\n\
         Content-Type: application/json\r\n\
         X-Hub-Signature-256: {}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        signature::sign(secret, body.as_bytes()),
        body.len(),
    )
}

/// The `n`-th body; its length depends on that of `text` only.
fn body(n: u64, time: u64, text: &str) -> String {
    let person = n * STRIDE % PEOPLE;
    let page = n % 8;
    let ad = n % 40;
    let mid = person ^ time.rotate_left(17);
    format!(
        r#"{{"object":"page","entry":[{{"id":"10200000000000{page}","time":{time},"messaging":[{{"sender":{{"id":"7000{person:012}"}},"recipient":{{"id":"10200000000000{page}"}},"timestamp":{time},"message":{{"mid":"m_{mid:016x}{n:016x}","text":"{text}","referral":{{"ref":"autumn-{ad:02}","source":"ADS","type":"OPEN_THREAD","ad_id":"1202100000000{ad:02}","ads_context_data":{{"ad_title":"Oak tables, made to measure","post_id":"10200000000000{page}_3300000000{ad:02}"}}}}}}}}]}}]}}"#
    )
}
