//! Our conversations beside Meta's: the causes of a difference, and the alert when it is unusual.

use jiff::Span;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::support::World;

const LAST: Date = Date::constant(2026, 11, 20);

/// UTC milliseconds of an hour of a day.
fn at(date: Date, hour: i64) -> i64 {
    date.to_zoned_datetime(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_millisecond()
        + hour * 3_600_000
}

fn item(person: &str, time: i64, key: &str, body: &Value) -> String {
    json!({ "object": "page", "entry": [{ "id": "77", "time": time, "messaging": [{
        "sender": { "id": person }, "recipient": { "id": "77" }, "timestamp": time, key: body,
    }]}]})
    .to_string()
}

fn by_ad(person: &str, time: i64, writes: bool) -> Vec<String> {
    let mut lines =
        vec![item(person, time, "referral", &json!({ "source": "ADS", "ad_id": "11" }))];
    if writes {
        lines.push(item(
            person,
            time + 1000,
            "message",
            &json!({ "mid": format!("m{person}{time}") }),
        ));
    }
    lines
}

#[tokio::test]
async fn both_counts_are_laid_side_by_side_with_what_explains_them() {
    let world = World::new();
    let mut lines = Vec::new();
    let mut spend =
        "Day,Ad ID,Ad name,Account ID,Amount spent (EUR),Messaging conversations started,\
                     New messaging contacts\n"
            .to_owned();
    // Four weeks in which we see about nine of Meta's ten.
    for before in 1..=28_i64 {
        let date = LAST.saturating_sub(Span::new().days(before));
        for person in 0..9 + before % 2 {
            lines.extend(by_ad(&format!("p{before}-{person}"), at(date, 9) + person, true));
        }
        spend.push_str(&[&date.to_string(), ",11,Blue,501,5,10,8\n"].concat());
    }
    // A day on which most of them come without the ad's mark.
    for person in 0..2 {
        lines.extend(by_ad(&format!("last-{person}"), at(LAST, 9) + person, true));
    }
    lines.extend(by_ad("silent", at(LAST, 10), false));
    // Somebody who wrote the day before comes by the ad again.
    lines.extend(by_ad("p1-0", at(LAST, 11), true));
    for person in 0..30 {
        let name = format!("lost-{person}");
        lines.push(item(
            &name,
            at(LAST, 12) + person,
            "message",
            &json!({ "mid": format!("x{person}") }),
        ));
    }
    for ad in ["11,Blue,501,5,40,30", "12,Red,501,5,3,3"] {
        spend.push_str(&[&LAST.to_string(), ",", ad, "\n"].concat());
    }
    let traffic = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", traffic.to_str().unwrap()]);
    let file = world.write("spend.csv", spend);
    world.succeed(&["import", "spend", file.to_str().unwrap()]);

    let server = world.serve();
    let range = "from=2026-11-18&to=2026-11-21";
    let report = server.json(&format!("/api/v1/reconciliation?{range}")).await;
    let days = report["days"].as_array().unwrap();
    assert_eq!(days.len(), 3);
    let last = &days[2];
    assert_eq!((&last["date"], &last["account_id"]), (&json!("2026-11-20"), &json!("501")));
    assert_eq!((&last["ours"], &last["meta"], &last["gap"]), (&json!(2), &json!(43), &json!(-41)));
    assert_eq!((&last["our_first"], &last["meta_first"]), (&json!(2), &json!(33)));
    let causes = &last["causes"];
    assert_eq!(causes["without_referral"], 30);
    assert_eq!((&causes["opened_silently"], &causes["within_7_days"]), (&json!(1), &json!(1)));
    // It was imported long after.
    assert!(causes["late"].as_u64().unwrap() >= 4, "{causes}");
    assert_eq!((&last["is_unusual"], &days[1]["is_unusual"]), (&json!(true), &json!(false)));
    let usual = last["usual"].as_f64().unwrap();
    assert!((usual - 43.0 * 0.95).abs() < 0.5, "{usual}");
    let ads = report["ads"].as_array().unwrap();
    assert_eq!(
        (&ads[0]["ad_id"], &ads[0]["gap"], &ads[0]["ad_name"]),
        (&json!("11"), &json!(-38), &json!("Blue"))
    );
    assert!(ads.iter().any(|ad| ad["ad_id"] == "12" && ad["gap"] == -3));
    let quality = server.json(&format!("/api/v1/quality?{range}")).await;
    let alert = quality["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|alert| alert["kind"] == "reconciliation");
    let text = alert.unwrap()["text"].as_str().unwrap();
    assert!(
        text.contains("On 2026-11-20 we have 2 conversations by ads of act_501, Meta has 43"),
        "{text}"
    );
    let (_, page) = server.get(&format!("/quality?{range}")).await;
    assert!(
        page.contains("id=\"beside-meta\"") && page.contains("30 new threads without a referral"),
        "{page}"
    );
    let (_, csv) = server.get(&format!("/api/v1/reconciliation?{range}&format=csv")).await;
    assert!(csv.contains("\r\n501,2026-11-20,2,43,-41,2,33,30,1,1,"), "{csv}");
}

/// The account has its days in another zone than the report.
#[tokio::test(flavor = "multi_thread")]
async fn days_are_the_accounts() {
    let account = crate::graph::Account {
        id: 501,
        currency: "USD",
        time_zone: "America/Los_Angeles",
        ads: 1,
        first: Date::constant(2026, 11, 1),
        last: LAST,
        correction: 0,
    };
    let ad = account.ad_id(0);
    let fake = crate::graph::FakeGraph::start(vec![account], crate::graph::Trouble::none()).await;
    let mut world = World::new().with("meta.ad_accounts", "501").with("time_zone", "Europe/Paris");
    for (key, value) in fake.settings() {
        world = world.with(key, &value);
    }
    // 23:00 in Los Angeles is 8:00 in Paris, the next day.
    let time = at(Date::constant(2026, 11, 12), 7);
    let lines = [
        item("ann", time, "referral", &json!({ "source": "ADS", "ad_id": ad })),
        item("ann", time + 1000, "message", &json!({ "mid": "m_ann" })),
    ];
    let traffic = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", traffic.to_str().unwrap()]);
    tokio::task::block_in_place(|| world.succeed(&["spend", "sync", "--months", "1"]));
    let server = world.serve();
    let report = server.json("/api/v1/reconciliation?from=2026-11-11&to=2026-11-13").await;
    let days = report["days"].as_array().unwrap();
    let of = |date: &str| days.iter().find(|day| day["date"] == date).unwrap();
    assert_eq!(
        (&of("2026-11-11")["ours"], &of("2026-11-11")["causes"]["moved_by_zone"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        (&of("2026-11-12")["ours"], &of("2026-11-12")["causes"]["moved_by_zone"]),
        (&json!(0), &json!(-1))
    );
    // A day that the period only touches is whole, and one on which Meta counted nothing is there.
    let part = "/api/v1/reconciliation?from=2026-10-30&to=2026-11-11T05:00:00Z";
    let touched = server.json(part).await;
    let days = touched["days"].as_array().unwrap();
    let of = |date: &str| days.iter().find(|day| day["date"] == date).unwrap();
    assert_eq!(of("2026-11-11")["ours"], 1);
    assert_eq!(
        (&of("2026-10-30")["meta"], &of("2026-10-30")["meta_first"]),
        (&json!(0), &json!(0))
    );
    assert!(report["notes"][0].as_str().unwrap().len() > 10);
    assert!(report["notes"].to_string().contains("America/Los_Angeles"), "{report}");
}
