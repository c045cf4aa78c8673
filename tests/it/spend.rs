//! Spend from files: in the funnel before the opening, and beside credit.

use serde_json::{Value, json};

use crate::support::{World, count, message};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const RANGE: [&str; 4] = ["--from", "2026-11-20", "--to", "2026-11-22"];

/// Somebody who comes by an ad, writes, is answered and buys.
fn came_by(ad: &str, person: &str, price: &str) -> Vec<Vec<u8>> {
    let entry = |item: Value, time: i64| json!({ "object": "page", "entry": [{ "id": "77", "time": time, "messaging": [item] }] });
    let item = |time: i64, from: &str, to: &str, key: &str, body: Value| {
        let item = json!({
            "sender": { "id": from }, "recipient": { "id": to }, "timestamp": time, key: body,
        });
        serde_json::to_vec(&entry(item, time)).unwrap()
    };
    vec![
        item(TIME, person, "77", "referral", json!({ "source": "ADS", "ad_id": ad })),
        item(
            TIME + 2_000,
            person,
            "77",
            "postback",
            json!({
                "mid": format!("m_{person}"), "title": "Buy", "payload": format!("PURCHASE:{price}"),
            }),
        ),
    ]
}

fn world() -> World {
    let world = World::new();
    let bodies = [
        came_by("1", "ann", "30.00:EUR"),
        came_by("1", "bob", "10.00:EUR"),
        came_by("2", "cid", "5.00:USD"),
        vec![message("77", "dan", TIME, "m_dan")],
    ]
    .concat();
    let lines: Vec<String> =
        bodies.into_iter().map(|body| String::from_utf8(body).unwrap()).collect();
    let file = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", file.to_str().unwrap()]);
    world
}

#[test]
fn spend_goes_before_the_opening_and_beside_credit() {
    let world = world();
    let ask = |args: &[&str]| world.json(&[args, &RANGE[..], &["--format", "json"]].concat());
    let before = ask(&["funnel", "--by", "ad"]);
    assert_eq!(
        before["steps"][0],
        json!({
            "name": "impressions", "count": null, "rate_from_previous": null, "rate_from_first": null,
        })
    );

    // As Ads Manager exports it: two placements of an ad, a total, an ad that opened nothing.
    let file = world.write(
        "spend.csv",
        "\u{feff}Day,Ad ID,Ad name,Campaign name,Impressions,Link clicks,Amount spent (EUR)\r\n\
         2026-11-20,1,Blue,Autumn,700,20,6.25\r\n\
         2026-11-20,1,Blue,Autumn,300,5,3.75\r\n\
         2026-11-21,2,Red,Autumn,500,10,4\r\n\
         2026-11-21,3,Grey,Autumn,50,1,0.5\r\n\
         2026-11-25,1,Blue,Autumn,9,9,9\r\n\
         ,,,,1559,45,23.5\r\n",
    );
    let path = file.to_str().unwrap();
    let dry = world.succeed(&["import", "spend", "--dry-run", path]);
    assert!(
        dry.contains("3 ads, 4 ad days, 2026-11-20 to 2026-11-25, 23.50 EUR; 1 rows without"),
        "{dry}"
    );
    assert_eq!(ask(&["funnel", "--by", "ad"]), before);
    world.succeed(&["import", "spend", path]);
    // Again: nothing is counted twice.
    world.succeed(&["import", "spend", path]);

    let report = ask(&["funnel", "--by", "ad"]);
    assert_eq!((count(&report, "impressions"), count(&report, "clicks")), (Some(1550), Some(36)));
    assert_eq!(report["steps"][1]["rate_from_previous"], 36.0 / 1550.0);
    let row = |ad: Value| {
        let rows = report["breakdown"].as_array().unwrap();
        rows.iter().find(|row| row["by"]["ad"] == ad).unwrap()
    };
    let one = row(json!("1"));
    assert_eq!((count(one, "impressions"), count(one, "clicks")), (Some(1000), Some(25)));
    assert_eq!(count(one, "opened"), Some(2));
    assert_eq!(one["steps"][2]["rate_from_previous"], 2.0 / 25.0);
    assert_eq!(
        (count(row(json!("3")), "clicks"), count(row(json!("3")), "opened")),
        (Some(1), Some(0))
    );
    assert_eq!(count(row(Value::Null), "impressions"), None);
    let days = ask(&["funnel", "--by", "day"]);
    assert_eq!(days["breakdown"].as_array().unwrap().len(), 2);
    // Of other dimensions spend says nothing, nor of parts of days.
    assert_eq!(count(&ask(&["funnel", "--by", "ref"])["breakdown"][0], "clicks"), None);
    let part =
        ["funnel", "--from", "2026-11-20T05:00:00Z", "--to", "2026-11-22", "--format", "json"];
    assert_eq!(count(&world.json(&part), "impressions"), None);

    let costs = ask(&["attribution", "--costs", "--by", "ad", "--conversion", "purchase"]);
    let rows = costs["channels"].as_array().unwrap();
    let row = |ad: &str| rows.iter().find(|row| row["channel"] == ad).unwrap();
    assert_eq!(row("1")["cost"], 10.0);
    assert_eq!(row("1")["conversions"], 2.0);
    assert_eq!(row("1")["cost_per_conversion"], 5.0);
    assert_eq!((&row("1")["value"], &row("1")["roas"]), (&json!(40.0), &json!(4.0)));
    // Bought in another currency than the ad was paid in: no return can be told.
    assert_eq!((&row("2")["conversions"], &row("2")["roas"]), (&json!(1.0), &Value::Null));
    assert_eq!((&row("3")["cost"], &row("3")["cost_per_conversion"]), (&json!(0.5), &Value::Null));
    let campaign = ask(&["attribution", "--costs", "--by", "campaign", "--conversion", "purchase"]);
    let campaign = &campaign["channels"][0];
    assert_eq!((&campaign["channel"], &campaign["cost"]), (&json!("Autumn"), &json!(14.5)));
    assert_eq!(campaign["conversions"], 3.0);
    let campaigns = ask(&["funnel", "--by", "campaign"]);
    assert_eq!(count(&campaigns["breakdown"][0], "impressions"), Some(1550));
    let whole = ask(&["attribution", "--costs", "--conversion", "purchase", "--model", "markov"]);
    assert_eq!(whole["channels"][0]["channel"], "ad");
    assert_eq!(whole["channels"][0]["cost"], 14.5);
    let table = world.succeed(&[&["attribution", "--costs", "--intervals"][..], &RANGE].concat());
    assert!(table.contains("14.50") && table.contains("ROAS"), "{table}");
    assert_eq!(ask(&["attribution", "--costs", "--by", "ref"])["channels"], json!([]));
}

#[tokio::test]
async fn spend_of_the_marketing_api_reaches_api_and_page() {
    let world = world();
    let rows = [
        json!({ "date_start": "2026-11-20", "date_stop": "2026-11-20", "ad_id": "1", "ad_name": "<b>Blue",
            "impressions": "1000", "inline_link_clicks": "25", "clicks": "60", "spend": "10.00",
            "account_currency": "EUR" }),
        json!({ "date_start": "2026-11-21", "ad_id": "9", "ad_name": "Never", "impressions": 4,
            "spend": 1.5, "account_currency": "USD" }),
    ];
    let text = rows.map(|row| row.to_string()).join("\n");
    world.succeed_with_input(&["import", "spend", "-"], text.as_bytes());
    let server = world.serve();
    let range = "from=2026-11-20&to=2026-11-22";
    let costs = server.json(&format!("/api/v1/attribution/costs?{range}&intervals=true")).await;
    assert_eq!(costs["channels"][0]["cost"], 10.0);
    assert_eq!(costs["channels"][1]["currency"], "USD");
    assert!(costs["channels"][0]["cost_per_conversion_interval"].is_array());
    let (_, csv) = server.get(&format!("/api/v1/attribution/costs?{range}&format=csv")).await;
    assert!(csv.starts_with("channel,currency,cost,conversions,cost_per_conversion,"), "{csv}");
    let (_, page) = server.get(&format!("/attribution?{range}")).await;
    assert!(page.contains("What it cost") && page.contains("10.00\u{a0}EUR"), "{page}");
    let (_, page) = server.get(&format!("/?{range}")).await;
    assert!(page.contains("data-step=\"impressions\"") && page.contains("1\u{202f}004"), "{page}");
    assert!(page.contains("&#60;b&#62;Blue") || page.contains("&lt;b&gt;Blue"), "{page}");
}

#[test]
fn bad_spend_is_told_by_line_and_column_and_nothing_is_imported() {
    let world = World::new();
    let cases = [
        (
            "a.csv",
            "Day,Ad ID,Amount spent (EUR)\n2026-11-20,1,1\n20.11.2026,1,1\n",
            "line 3: date: \"20.11.2026\"",
        ),
        (
            "b.csv",
            "Day,Ad ID,Amount spent (EUR)\n2026-11-20,1,\"1,50\"\n",
            "line 2: spend: \"1,50\"",
        ),
        ("c.csv", "Day,Ad ID,Amount spent\n2026-11-20,1,1\n", "line 2: currency: \"\""),
        (
            "d.csv",
            "Day,Amount spent (EUR)\n2026-11-20,1\n",
            "line 2: there is no column ad_id; here are: amount",
        ),
        ("e.jsonl", "{\"ad_id\":\"1\"\n", "line 1"),
        (
            "f.csv",
            "Day,Ad ID,Impressions,Amount spent (EUR)\n2026-11-20,1,many,1\n",
            "line 2: impressions: \"many\"",
        ),
        (
            "g.csv",
            "Day,Ad ID,Amount spent (EUR)\n2026-11-20,1,-1\n",
            "line 2: spend: \"-1\" is negative",
        ),
    ];
    for (name, text, told) in cases {
        let path = world.write(name, text);
        let output = world.run(&["import", "spend", path.to_str().unwrap()]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {errors}");
        assert!(errors.contains(told) && errors.contains(name), "{name}: {errors}");
    }
    assert!(!world.data_dir().exists());
}
