//! The command line: what it prints, what it refuses, and with which exit code.

use serde_json::{Value, json};

use crate::support::{World, count, message, payloads, program, succeeded};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const DAY: i64 = 86_400_000;

fn item(person: &str, time: i64, key: &str, body: Value) -> String {
    json!({ "object": "page", "entry": [{ "id": "1", "time": time, "messaging": [{
        "sender": { "id": person }, "recipient": { "id": "1" }, "timestamp": time, key: body,
    }]}]})
    .to_string()
}

fn echo(person: &str, time: i64, mid: &str) -> String {
    json!({ "object": "page", "entry": [{ "id": "1", "time": time, "messaging": [{
        "sender": { "id": "1" }, "recipient": { "id": person }, "timestamp": time,
        "message": { "mid": mid, "is_echo": true },
    }]}]})
    .to_string()
}

/// One person who came from an ad and bought, and one who came from a link and left.
fn history() -> String {
    let referral = json!({ "source": "ADS", "type": "OPEN_THREAD", "ad_id": "120211234567890101" });
    let link = json!({ "source": "SHORTLINK", "type": "OPEN_THREAD", "ref": "=1+1" });
    [
        item(
            "ann",
            TIME,
            "postback",
            json!({ "mid": "p1", "payload": "GS", "referral": referral }),
        ),
        item("ann", TIME + 1000, "message", json!({ "mid": "m1", "text": "hi" })),
        echo("ann", TIME + 2000, "e1"),
        item("ann", TIME + 3000, "message", json!({ "mid": "m2", "text": "how much?" })),
        item(
            "ann",
            TIME + 4000,
            "message",
            json!({ "mid": "m3", "text": "x", "quick_reply": { "payload": "+33 1 23 45 67 89" } }),
        ),
        item(
            "ann",
            TIME + 2 * DAY,
            "postback",
            json!({ "mid": "p2", "payload": "PURCHASE:49.90:EUR" }),
        ),
        item("bob", TIME + 5000, "referral", link),
    ]
    .join("\n")
}

#[test]
fn a_funnel_as_json_csv_and_table() {
    let world = World::new();
    let said = world.succeed_with_input(&["import", "webhooks", "-"], history().as_bytes());
    assert_eq!(said, "imported 7 webhooks\n");
    let range = ["--from", "2026-11-20", "--to", "2026-11-21"];
    let ask = |more: &[&str]| world.succeed(&[&["funnel"], &range[..], more].concat());

    let report: Value =
        serde_json::from_str(&ask(&["--by", "source", "--format", "json"])).unwrap();
    assert_eq!(report["funnel"], "click-to-messenger");
    assert_eq!(report["from"], "2026-11-20T00:00:00.000Z");
    assert_eq!(report["to"], "2026-11-21T00:00:00.000Z");
    assert_eq!(report["time_zone"], "UTC");
    assert_eq!(report["unit"], "conversation");
    let step = |name, count: Option<u64>, previous: Option<f64>, first: Option<f64>| json!({ "name": name, "count": count, "rate_from_previous": previous, "rate_from_first": first });
    assert_eq!(
        report["steps"],
        json!([
            step("impressions", None, None, None),
            step("clicks", None, None, None),
            step("opened", Some(2), None, Some(1.0)),
            step("messaged", Some(1), Some(0.5), Some(0.5)),
            step("answered", Some(1), Some(1.0), Some(0.5)),
            step("engaged", Some(1), Some(1.0), Some(0.5)),
            step("lead", Some(1), Some(1.0), Some(0.5)),
            step("purchase", Some(1), Some(1.0), Some(0.5)),
        ])
    );
    assert_eq!(report["breakdown"][0]["by"], json!({ "source": "ad" }));
    assert_eq!(count(&report["breakdown"][1], "opened"), Some(1));

    let csv = ask(&["--by", "ref", "--format", "csv"]);
    assert!(csv.starts_with("ref,step,count,rate_from_previous,rate_from_first\r\n"), "{csv}");
    assert!(csv.contains("\r\n'=1+1,opened,1,,1\r\n"), "a formula passes: {csv}");
    let csv = ask(&["--by", "ad", "--format", "csv"]);
    assert!(csv.contains("\r\n120211234567890101,purchase,1,1,1\r\n"), "{csv}");

    let table = ask(&["--format", "table"]);
    assert!(table.contains("purchase") && table.contains("50 %"), "{table}");

    // A conversation belongs to the range in which it was opened.
    let later =
        world.json(&["funnel", "--from", "2026-11-21", "--to", "2026-11-30", "--format", "json"]);
    assert_eq!(count(&later, "opened"), Some(0));
    // Instants, and the end exclusive.
    let exact =
        ["--from", "2026-11-20T10:00:00Z", "--to", "2026-11-20T10:00:05Z", "--format", "json"];
    assert_eq!(count(&world.json(&[&["funnel"], &exact[..]].concat()), "opened"), Some(1));

    let credit = world.json(&[
        "attribution",
        "--from",
        "2026-11-20",
        "--to",
        "2026-11-30",
        "--format",
        "json",
    ]);
    assert_eq!(
        credit,
        json!({
            "model": "last",
            "parameters": {},
            "lookback_days": 28,
            "clock": "conversion",
            "conversion": null,
            "channels": [
                { "channel": "ad", "conversions": 1.0, "value": null, "currency": null },
                { "channel": "ad", "conversions": 1.0, "value": 49.9, "currency": "EUR" },
            ],
            "total_conversions": 2.0,
            "notes": [
                "Only 2 conversions: differences between channels may well be chance; intervals \
                 tell how much.",
                "100 % of the conversions came by one path: ad.",
                "100 % of the conversions had a single touchpoint: on those all models agree.",
            ],
        })
    );
}

#[test]
fn a_day_is_a_day_in_the_configured_zone() {
    let world = World::new().with("time_zone", "Pacific/Auckland");
    // 2026-11-20T11:30Z is the 21st, half past midnight, in Auckland.
    let body = message("1", "ann", TIME + 90 * 60_000, "m1");
    world.succeed_with_input(&["import", "webhooks", "-"], &body);
    let report = world.json(&[
        "funnel",
        "--from",
        "2026-11-21",
        "--to",
        "2026-11-22",
        "--by",
        "day,hour",
        "--format",
        "json",
    ]);
    assert_eq!(report["time_zone"], "Pacific/Auckland");
    assert_eq!(report["breakdown"][0]["by"], json!({ "day": "2026-11-21", "hour": "00" }));
    assert_eq!(count(&report, "opened"), Some(1));
}

#[test]
fn a_broken_line_is_named_and_the_others_are_imported() {
    let world = World::new();
    let good = String::from_utf8(message("1", "ann", TIME, "m1")).unwrap();
    let other = String::from_utf8(message("1", "bob", TIME, "m2")).unwrap();
    let file = world.write("history.jsonl", format!("{good}\n{{\"object\":\n\n{other}"));
    let output = world.run(&["import", "webhooks", file.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("history.jsonl, line 2: not JSON"), "{said}");
    let report =
        world.json(&["funnel", "--from", "2026-11-20", "--to", "2026-11-21", "--format", "json"]);
    assert_eq!(count(&report, "opened"), Some(2));
}

#[test]
fn a_list_of_webhooks_is_all_of_them_and_what_is_none_is_named() {
    let world = World::new();
    let [ann, bob] = [("ann", "m1"), ("bob", "m2")]
        .map(|(who, mid)| String::from_utf8(message("1", who, TIME, mid)).unwrap());
    let file = world.write("list.jsonl", format!("[{ann}, {bob}]\n3\n[{ann}, 3]"));
    let output = world.run(&["import", "webhooks", file.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    for line in ["line 2: a webhook body is a JSON object", "line 3: a webhook body"] {
        assert!(said.contains(line), "{said}");
    }
    let report =
        world.json(&["funnel", "--from", "2026-11-20", "--to", "2026-11-21", "--format", "json"]);
    assert_eq!(count(&report, "opened"), Some(2));
}

#[test]
fn all_real_payloads_can_be_imported_even_twice() {
    let world = World::new();
    let lines: Vec<String> = payloads()
        .into_iter()
        .map(|(_, body)| serde_json::from_slice::<Value>(&body).unwrap().to_string())
        .collect();
    let lines = lines.join("\n");
    let range =
        ["--from", "2000-01-01", "--to", "2030-01-01", "--by", "source", "--format", "json"];
    world.succeed_with_input(&["import", "webhooks", "-"], lines.as_bytes());
    let first = world.json(&[&["funnel"], &range[..]].concat());
    world.succeed_with_input(&["import", "webhooks", "-"], lines.as_bytes());
    assert_eq!(world.json(&[&["funnel"], &range[..]].concat()), first);
    assert!(count(&first, "opened").unwrap() > 10);
}

#[test]
fn bad_usage_is_code_2_and_names_what_is_wrong() {
    let world = World::new();
    let cases: [(&[&str], &str); 8] = [
        (&["funnel", "--by", "colour"], "by: unknown dimension \"colour\"; known are source, page"),
        (&["funnel", "--from", "yesterday"], "from: \"yesterday\" is neither a date"),
        (&["funnel", "--to", "2026-02-30"], "to: \"2026-02-30\" is neither a date"),
        (&["funnel", "--from", "2026-02-02", "--to", "2026-02-01"], "the range is empty"),
        (
            &["funnel", "--format", "xml"],
            "format: unknown format \"xml\"; known are table, json, csv",
        ),
        (&["attribution", "--model", "magic"], "model: unknown attribution model \"magic\""),
        (&["import", "webhooks"], "<FILE>"),
        (&["frobnicate"], "frobnicate"),
    ];
    for (args, expected) in cases {
        let output = world.run(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(expected), "{args:?}: {said}");
    }
    let cases: [(&[&str], &str); 2] = [
        (&["funnel", "my-funnel"], "there is no funnel \"my-funnel\""),
        (&["import", "webhooks", "nowhere.jsonl"], "nowhere.jsonl"),
    ];
    for (args, expected) in cases {
        let output = world.run(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert!(said.contains(expected), "{args:?}: {said}");
    }
}

#[test]
fn settings_come_from_file_environment_and_secret_files() {
    let world = World::new();
    let run = |text: &str, env: &[(&str, &str)]| {
        let file = world.write("settings.toml", text);
        let mut command = program();
        command.args(["--config", file.to_str().unwrap(), "funnel"]).envs(env.iter().copied());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let data = format!("data_dir = {:?}\n", world.data_dir());
    assert_eq!(run(&format!("{data}[meta]\napp_secrets = [\"a\", \"b\"]\n"), &[]).0, Some(0));
    for (text, expected) in [
        ("[meta]\napp_secret = \"x\"\n", "app_secret"),
        ("time_zone = \"Mars/Olympus\"\n", "time_zone: \"Mars/Olympus\""),
        ("[server]\nlisten = \"here\"\n", "server.listen: \"here\""),
        ("[clickhouse]\nurl = \"localhost\"\n", "clickhouse.url"),
        ("[clickhouse]\npassword_file = \"/nowhere/secret\"\n", "/nowhere/secret"),
        (
            "[[conversions.rules]]\nname = \"lead\"\nkind = \"read\"\npayload = \"x\"\n",
            "conversions.rules[0].kind",
        ),
        (
            "[[conversions.rules]]\nname = \"lead\"\nkind = \"message\"\npayload = \"(\"\n",
            "conversions.rules[0].payload",
        ),
        ("not toml", "settings.toml"),
    ] {
        let (code, said) = run(&format!("{data}{text}"), &[]);
        assert_eq!(code, Some(1), "{text}: {said}");
        assert!(said.contains(expected), "{text}: {said}");
    }
    // The environment wins over the file.
    let (code, said) = run(&data, &[("MESSENGER_FUNNEL__TIME_ZONE", "Nowhere")]);
    assert!(code == Some(1) && said.contains("time_zone"), "{said}");
    let (_, said) = run(&data, &[("MESSENGER_FUNNEL__SERVER__LISTN", "x")]);
    assert!(said.contains("listn"), "{said}");
}

#[test]
fn migrate_says_the_version_and_a_second_run_is_harmless() {
    let world = World::new();
    let first = world.succeed(&["migrate"]);
    assert!(first.starts_with("the database is at schema version "), "{first}");
    assert_eq!(world.succeed(&["migrate"]), first);
}

/// Reading while a server runs: the command uses the server's engine.
#[tokio::test]
async fn commands_work_beside_a_running_server() {
    let world = World::new();
    let server = world.serve();
    world.succeed_with_input(&["import", "webhooks", "-"], history().as_bytes());
    let range = ["--from", "2026-11-20", "--to", "2026-11-21", "--format", "json"];
    let report = world.json(&[&["funnel"], &range[..]].concat());
    assert_eq!(count(&report, "opened"), Some(2));
    let path = "/api/v1/funnels/click-to-messenger?from=2026-11-20&to=2026-11-21";
    assert_eq!(server.json(path).await, report);
    let second = world.run(&["serve"]);
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("in use") && said.contains(&server.process().to_string()), "{said}");
}

/// Commands at once without a server: whoever comes first runs the engine for all.
#[test]
fn commands_share_an_engine() {
    let world = World::new();
    let running: Vec<_> = (0..5)
        .map(|number| {
            let person = format!("p{number}");
            let body = message("1", &person, TIME, &format!("m{number}"));
            let file = world.write(&format!("{number}.jsonl"), body);
            let mut command = world.command(&["import", "webhooks", file.to_str().unwrap()]);
            command.stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut command in running {
        assert!(command.wait().unwrap().success());
    }
    let range = ["--from", "2026-11-20", "--to", "2026-11-21", "--format", "json"];
    assert_eq!(count(&world.json(&[&["funnel"], &range[..]].concat()), "opened"), Some(5));
}

#[test]
fn help_tells_every_command() {
    let help = succeeded(&program().arg("--help").output().unwrap());
    for command in ["serve", "demo", "migrate", "import", "generate", "funnel", "attribution"] {
        assert!(help.contains(command), "{help}");
    }
    assert!(!help.contains("engine "), "the hidden subcommand shows: {help}");
}

/// The first delivery of an event stays, whatever a later one looks like; and the largest amounts
/// are amounts.
#[test]
fn a_redelivery_in_another_shape_changes_no_figure() {
    let world = World::new();
    let mut lines = Vec::new();
    let mut again = Vec::new();
    for person in 0..20 {
        let name = format!("p{person}");
        let written = message("1", &name, TIME, &format!("m{person}"));
        let mut batch: Value = serde_json::from_slice(&written).unwrap();
        let answer: Value =
            serde_json::from_str(&echo(&name, TIME, &format!("e{person}"))).unwrap();
        let items = batch["entry"][0]["messaging"].as_array_mut().unwrap();
        items.push(answer["entry"][0]["messaging"][0].clone());
        lines.push(batch.to_string());
        again.push(answer.to_string());
    }
    lines.push(item(
        "rich",
        TIME,
        "postback",
        json!({ "mid": "p", "payload": "PURCHASE:99999999999:VND" }),
    ));
    world.succeed_with_input(&["import", "webhooks", "-"], lines.join("\n").as_bytes());
    let range = ["--from", "2026-11-20", "--to", "2026-11-21", "--format", "json"];
    let first = world.json(&[&["funnel"], &range[..]].concat());
    assert_eq!(count(&first, "answered"), Some(20));
    let credit = world.json(&[&["attribution"], &range[..]].concat());
    assert_eq!(credit["channels"][0]["value"], 99_999_999_999.0);
    world.succeed_with_input(&["import", "webhooks", "-"], again.join("\n").as_bytes());
    assert_eq!(world.json(&[&["funnel"], &range[..]].concat()), first);
    // New rules over the same file make what they say, and nothing twice.
    let rules = world.write(
        "rules.toml",
        format!("data_dir = {:?}\n[[conversions.rules]]\nname = \"lead\"\nkind = \"postback\"\npayload = \"^PURCHASE\"\n", world.data_dir()),
    );
    let with_rules = ["--config", rules.to_str().unwrap(), "import", "webhooks", "-"];
    world.succeed_with_input(&with_rules, lines.join("\n").as_bytes());
    let credit = world.json(&[&["attribution"], &range[..]].concat());
    assert_eq!(credit["total_conversions"], 2.0);
}
