//! Reports of running servers: whole files, once, whoever dies.

use std::path::Path;
use std::time::Duration;

use messenger_funnel::store::{Store, migrate};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::outside::{Bucket, Hook, Mail};
use crate::support::{World, start_engine};

/// A world with traffic and a report of everything in it, which goes to a folder.
fn stocked(extra: &str) -> (World, String) {
    let world = World::new();
    let traffic = world.generate(400, 3, ["2026-10-01", "2026-11-01"]);
    let path = traffic.to_str().unwrap().to_owned();
    let out = world.folder().join("out");
    let settings = world.write(
        "settings.toml",
        format!(
            "reports_lease_seconds = 2\n{extra}\n\
             [[reports]]\nname = \"touches\"\nquestion = \"touchpoints\"\nrange = \"last_90_days\"\n\
             formats = [\"csv\", \"xlsx\", \"parquet\"]\nto = [\"shelf\"]\n\
             [[reports]]\nname = \"sources\"\ntitle = \"Where people come from\"\nby = [\"source\"]\n\
             range = \"last_month\"\nlocale = \"fr\"\nbom = true\n\
             [destinations.shelf]\nfolder = \"{}\"\n",
            out.display()
        ),
    );
    let settings = settings.to_str().unwrap().to_owned();
    world.succeed(&["--config", &settings, "import", "webhooks", &path]);
    (world, settings)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_makes_reports_and_the_same_inputs_the_same_bytes() {
    let (world, settings) =
        tokio::task::spawn_blocking(|| stocked("time_zone = \"Europe/Paris\"")).await.unwrap();
    let run = |args: &[&str]| {
        tokio::task::block_in_place(|| {
            world.succeed(&[&["--config", &settings][..], args].concat())
        })
    };
    let listed: Value =
        serde_json::from_str(&run(&["report", "list", "--format", "json"])).unwrap();
    assert_eq!(listed["reports"][1]["question"], "funnel click-to-messenger by source, last month");
    assert!(run(&["report", "list"]).contains("funnel click-to-messenger by source"));
    let csv = run(&["report", "run", "sources", "--at", "2026-11-15", "--format", "csv"]);
    assert!(csv.starts_with("\u{feff}source;step;count;rate_from_previous;"), "{csv}");
    let funnel = run(&[
        "funnel",
        "--from",
        "2026-10-01",
        "--to",
        "2026-11-01",
        "--by",
        "source",
        "--format",
        "csv",
        "--locale",
        "fr",
        "--bom",
    ]);
    assert_eq!(csv, funnel);
    // A list as JSON is whole too.
    let told: Value = serde_json::from_str(&run(&[
        "report",
        "run",
        "touches",
        "--at",
        "2026-11-15",
        "--format",
        "json",
    ]))
    .unwrap();
    assert!(told.as_array().unwrap().len() > 400);
    let table = run(&["report", "run", "sources", "--at", "2026-11-15"]);
    assert!(table.starts_with("Where people come from, 2026-10-01 to 2026-10-31 (Europe/Paris)\n"));
    let [one, two] = ["one", "two"].map(|name| world.folder().join(name));
    let told = [&one, &two].map(|folder| {
        let folder = folder.to_str().unwrap();
        run(&["report", "run", "touches", "--at", "2026-11-15T08:00:00Z", "--output", folder])
    });
    assert_eq!(told[0].lines().count(), 4);
    for line in told[0].lines() {
        let name = Path::new(line).file_name().unwrap();
        let inside = Path::new("touches/touches_2026-11-15_080000Z").join(name);
        let [one, two] = [&one, &two].map(|folder| std::fs::read(folder.join(&inside)).unwrap());
        assert!(one == two && one.len() > 500, "{line}");
    }
    let side = one.join("touches/touches_2026-11-15_080000Z/touches_2026-11-15_080000Z.json");
    let side: Value = serde_json::from_slice(&std::fs::read(side).unwrap()).unwrap();
    assert_eq!(side["time_zone"], "Europe/Paris");
    assert_eq!(side["definition_hash"].as_str().unwrap().len(), 64);
    assert!(side["watermark"]["made_at"].as_str().unwrap().starts_with("20"), "{side}");
    let rows = side["files"][0]["rows"].as_u64().unwrap();
    assert!(rows > 400 && side["files"].as_array().unwrap().len() == 3, "{side}");
    let output = world.run(&["--config", &settings, "report", "run", "nothing"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("known are touches, sources"), "{said}");
}

/// Killed wherever it stands, a run ends with one whole set of files.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_leaves_one_complete_delivery() {
    let (world, settings) = tokio::task::spawn_blocking(|| stocked("")).await.unwrap();
    let out = world.folder().join("out");
    let client = reqwest::Client::new();
    let mut asked = Vec::new();
    for round in 0..6_u64 {
        let server =
            crate::support::Server::start(world.command(&["--config", &settings, "serve"]));
        let path = "/api/v1/reports/touches/runs";
        let answer = client.post(server.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 202);
        let run: Value = answer.json().await.unwrap();
        asked.push(run["run"].as_str().unwrap().to_owned());
        // The scheduler looks every 5 seconds.
        tokio::time::sleep(Duration::from_millis(round * 1_150)).await;
        server.kill();
    }
    let server = crate::support::Server::start(world.command(&["--config", &settings, "serve"]));
    let is_done = |told: &Value| {
        let runs = told["runs"].as_array().unwrap();
        runs.len() == 6 && runs.iter().all(|run| run["status"] == "done")
    };
    let started = std::time::Instant::now();
    let told = loop {
        let told = server.json("/api/v1/reports/touches/runs").await;
        if is_done(&told) {
            break told;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{told}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let mut expected: Vec<String> = Vec::new();
    for run in &asked {
        expected.extend(["csv", "json", "parquet", "xlsx"].map(|end| format!("{run}.{end}")));
    }
    expected.sort();
    assert_eq!(names(&out), expected, "{told}");
    for run in told["runs"].as_array().unwrap() {
        for file in run["files"].as_array().unwrap() {
            let (run, file) = (run["run"].as_str().unwrap(), file.as_str().unwrap());
            let path = format!("/api/v1/reports/touches/runs/{run}/{file}");
            let kept = client.get(server.url(&path)).send().await.unwrap().bytes().await.unwrap();
            assert_eq!(std::fs::read(out.join(file)).unwrap(), kept, "{file}");
        }
    }
    let (status, told) = server.get("/api/v1/reports/touches/runs/x/..%2F..%2Fengine.json").await;
    assert_eq!(status, 404, "{told}");
}

/// Two servers with one ClickHouse: what was missed is caught up once, and what is asked for is made once.
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_deliver_once() {
    let (hook, address) = Hook::start().await;
    let (bucket, s3) = Bucket::start().await;
    let (mail, port) = Mail::start().await;
    let folder = TempDir::new().unwrap();
    let engine = start_engine(folder.path()).await.unwrap();
    let endpoint = engine.endpoint("shared");
    let store = Store::new(endpoint.clone());
    migrate(&store).await.unwrap();
    // The schedule has been known for three hours, and nobody was there.
    let now = jiff::Timestamp::now();
    let hours_ago = now.as_millisecond() - 3 * 3_600_000;
    // Due an hour and a half ago, and not again while the test runs.
    let due = jiff::Timestamp::from_millisecond(now.as_millisecond() - 90 * 60_000).unwrap();
    let due = due.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let schedule = format!("{} {} * * *", due.minute(), due.hour());
    let key = format!("{schedule} UTC");
    let known = store.schedule_since("daily", &key, hours_ago).await.unwrap();
    assert_eq!(known, hours_ago);
    let password: &str = secrecy::ExposeSecret::expose_secret(&endpoint.password);
    let toml = format!(
        "[[reports]]\nname = \"daily\"\nschedule = \"{schedule}\"\nrange = \"today\"\n\
         question = \"attribution\"\nto = [\"chat\", \"lake\", \"people\"]\n\
         [destinations.chat]\nwebhook = \"{address}\"\n\
         [destinations.lake]\nbucket = \"s3://lake/raw\"\n\
         options = {{ aws_endpoint = \"{s3}\", aws_access_key_id = \"a-key\", \
                      aws_secret_access_key = \"a-secret\", aws_region = \"eu-west-3\", \
                      aws_allow_http = \"true\" }}\n\
         [destinations.people]\nmail = [\"Ann <ann@shop.example>\", \"bob@shop.example\"]\n\
         [smtp]\nhost = \"127.0.0.1\"\nport = {port}\nencryption = \"none\"\n\
         from = \"Reports <reports@shop.example>\"\n\
         [clickhouse]\nurl = \"{}\"\nuser = \"{}\"\npassword = \"{password}\"\ndatabase = \"shared\"\n",
        endpoint.url, endpoint.user
    );
    let worlds = [World::new(), World::new()];
    let servers = worlds.each_ref().map(|world| {
        let settings = world.write("settings.toml", &toml);
        let args = ["--config", settings.to_str().unwrap(), "serve"];
        crate::support::Server::start(world.command(&args))
    });
    let client = reqwest::Client::new();
    for round in 0..6 {
        let path = servers[round % 2].url("/api/v1/reports/daily/runs");
        assert_eq!(client.post(path).send().await.unwrap().status(), 202);
    }
    let path = "/api/v1/reports/daily/runs";
    let is_done = |told: &Value| {
        let runs = told["runs"].as_array().unwrap();
        runs.len() == 7 && runs.iter().all(|run| run["status"] == "done")
    };
    let told = servers[0].wait_until(path, is_done).await;
    // Whoever comes too late has had time to send it again.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let mut runs: Vec<String> = told["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["run"].as_str().unwrap().to_owned())
        .collect();
    runs.sort();
    let mut posted: Vec<String> = hook.posted().into_iter().map(|(run, _)| run).collect();
    posted.sort();
    assert_eq!(posted, runs);
    let scheduled = told["runs"].as_array().unwrap().iter().filter(|run| run["by_hand"] == false);
    assert_eq!(scheduled.count(), 1, "{told}");
    let objects: Vec<String> = bucket.objects.lock().unwrap().keys().cloned().collect();
    let mut expected: Vec<String> = runs
        .iter()
        .flat_map(|run| ["csv", "json"].map(|end| format!("lake/raw/{run}.{end}")))
        .collect();
    expected.sort();
    assert_eq!(objects, expected);
    let messages = mail.messages.lock().unwrap().clone();
    assert_eq!(messages.len(), 7);
    let (to, message) = &messages[0];
    let html = message.split_once("Content-Type: text/html").unwrap().1;
    let html = html.split_once("\n\n").unwrap().1.split("\n--").next().unwrap().replace('\n', "");
    let html = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, html).unwrap();
    let html = String::from_utf8(html).unwrap();
    assert!(html.contains("cid:chart") && html.contains("<h1"), "{html}");
    assert_eq!(to, &["ann@shop.example", "bob@shop.example"]);
    for part in [
        "Subject: daily, ",
        "Content-Type: image/png",
        "Content-ID: <chart>",
        "filename=\"daily_",
        "Message-ID: <",
        "Content-Type: text/plain",
    ] {
        assert!(message.contains(part), "{part} is missing: {message}");
    }
    drop(servers);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_reached_a_chat_before_the_server_died_is_not_sent_again() {
    let (hook, address) = Hook::start().await;
    let world = World::new();
    let settings = world.write(
        "settings.toml",
        format!(
            "reports_lease_seconds = 2\n[[reports]]\nname = \"all\"\nto = [\"chat\"]\n\
             [destinations.chat]\nwebhook = \"{address}\"\n"
        ),
    );
    let args = ["--config", settings.to_str().unwrap(), "serve"];
    let server = crate::support::Server::start(world.command(&args));
    hook.troubles.lock().unwrap().push(0);
    let client = reqwest::Client::new();
    let path = "/api/v1/reports/all/runs";
    assert_eq!(client.post(server.url(path)).send().await.unwrap().status(), 202);
    let started = std::time::Instant::now();
    while hook.posted().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.kill();
    let server = crate::support::Server::start(world.command(&args));
    let told = server.wait_until(path, |told| told["runs"][0]["status"] == "done").await;
    let delivery = &told["runs"][0]["deliveries"][0];
    assert_eq!(delivery["status"], "uncertain", "{told}");
    assert_eq!((hook.posted().len(), told["runs"][0]["attempt"].as_u64()), (1, Some(2)));
    let (_, page) = server.get("/reports").await;
    assert!(page.contains("a delivery may not have arrived"), "{page}");
}

#[test]
fn settings_of_reports_name_the_key() {
    let report = "[[reports]]\nname = \"a\"\n";
    for (toml, told) in [
        (format!("{report}range = \"ever\"\n"), "reports.a: range: \"ever\" is no range"),
        (format!("{report}to = [\"x\"]\n"), "reports.a: to: there is no destination \"x\""),
        (format!("{report}{report}"), "reports.a: there is a report of that name already"),
        ("[destinations.x]\n".to_owned(), "destinations.x: it is exactly one of folder, bucket"),
        ("[destinations.x]\nmail = [\"a@b.example\"]\n".to_owned(), "smtp.host and smtp.from"),
        ("[destinations.x]\nbucket = \"ftp://a\"\n".to_owned(), "does not begin with s3://"),
        ("[destinations.x]\nwebhook = \"chat\"\n".to_owned(), "webhook: it is no address"),
        ("[smtp]\nhost = \"a\"\nfrom = \"me\"\n".to_owned(), "smtp.from: \"me\" is no address"),
        ("[[server.tokens]]\nname = \"bi\"\n".to_owned(), "token: it has less than 16 letters"),
        (
            "[[server.tokens]]\nname = \"bi\"\ntoken = \"0123456789abcdef\"\nscopes = [\"all\"]\n"
                .to_owned(),
            "scopes: \"all\" is no scope; known are read, people, write, conversions",
        ),
        (
            "[server]\naccess_tokens = [\"0123456789abcdef\"]\n[[server.tokens]]\nname = \"bi\"\n\
             token = \"0123456789abcdef\"\nscopes = [\"read\"]\n"
                .to_owned(),
            "server.tokens[0].token: another token is the same",
        ),
    ] {
        let world = World::new();
        let settings = world.write("settings.toml", &toml);
        let output = world.run(&["--config", settings.to_str().unwrap(), "migrate"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(told), "{toml}: {said}");
    }
}
