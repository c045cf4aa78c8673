//! Lists over the API: conversations, touchpoints, and one person's journey.

use serde_json::{Value, json};

use crate::support::{World, count};

const RANGE: &str = "from=2026-11-01&to=2026-11-20";

#[tokio::test]
async fn lists_hold_the_rows_that_the_figures_count() {
    let world = World::new();
    world.fill(400, 5, ["2026-11-01", "2026-11-20"]);
    let server = world.serve();
    let funnel = server.json(&format!("/api/v1/funnels/click-to-messenger?{RANGE}")).await;
    let list = server.json(&format!("/api/v1/conversations?{RANGE}")).await;
    let rows = list["conversations"].as_array().unwrap();
    let total = count(&funnel, "opened").unwrap();
    assert_eq!((list["total"].as_u64(), rows.len() as u64), (Some(total), total));
    for stage in ["messaged", "answered", "engaged", "lead", "purchase"] {
        let key = format!("{stage}_at");
        let reached = rows.iter().filter(|row| !row[&key].is_null()).count() as u64;
        assert_eq!(Some(reached), count(&funnel, stage), "{stage}");
    }
    let opened = |row: &Value| row["opened_at"].as_str().unwrap().to_owned();
    assert!(rows.windows(2).all(|pair| opened(&pair[0]) <= opened(&pair[1])));

    // In parts they are the same rows, and as CSV too.
    let mut parts = Vec::new();
    while parts.len() < rows.len() {
        let path = format!("/api/v1/conversations?{RANGE}&offset={}&limit=70", parts.len());
        parts.extend(server.json(&path).await["conversations"].as_array().unwrap().clone());
    }
    assert_eq!(&parts, rows);
    // By cursors too; the header says where the next page is.
    for list in ["conversations", "touchpoints"] {
        let all = server.json(&format!("/api/v1/{list}?{RANGE}&limit=100000")).await;
        let mut path = format!("/api/v1/{list}?{RANGE}&limit=37");
        let mut parts = Vec::new();
        loop {
            let answer = reqwest::get(server.url(&path)).await.unwrap();
            let link = answer.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
            let page: Value = answer.json().await.unwrap();
            assert_eq!(page["total"].is_null(), !parts.is_empty());
            parts.extend(page[list].as_array().unwrap().clone());
            let Some(link) = link else {
                assert!(page["next"].is_null());
                break;
            };
            assert!(link.contains(page["next"].as_str().unwrap()), "{link}");
            path = link.split(['<', '>']).nth(1).unwrap().to_owned();
        }
        assert_eq!(&parts, all[list].as_array().unwrap(), "{list}");
        assert!(parts.len() > 100);
    }
    let (_, csv) = server.get(&format!("/api/v1/conversations?{RANGE}&format=csv")).await;
    assert_eq!(csv.lines().count(), rows.len() + 1);
    assert!(csv.starts_with("opened_at,page_id,person_id,number,channel,source,"), "{csv}");

    let touchpoints = server.json(&format!("/api/v1/touchpoints?{RANGE}&limit=100000")).await;
    assert!(touchpoints["total"].as_u64().unwrap() >= total);

    // The journey of somebody who bought.
    let buyer = rows.iter().find(|row| !row["purchase_at"].is_null()).unwrap();
    let (page, person) = (buyer["page_id"].as_str().unwrap(), buyer["person_id"].as_str().unwrap());
    let journey = server.json(&format!("/api/v1/people/{page}/{person}")).await;
    let events = journey["events"].as_array().unwrap();
    assert!(journey["conversations"].as_array().unwrap().contains(buyer));
    let bought = |event: &&Value| event["kind"] == "conversion" && event["name"] == "purchase";
    let bought = events.iter().find(bought).unwrap();
    assert!(bought["value"].as_f64().unwrap() > 0.0 && bought["currency"].is_string());
    let times: Vec<&str> = events.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted() && times.len() > 3);

    for (path, status, told) in [
        ("/api/v1/people/1/nobody", 404, "nothing is known of person"),
        ("/api/v1/conversations?limit=0", 400, "limit"),
        ("/api/v1/conversations?offset=x", 400, "offset"),
        ("/api/v1/conversations?cursor=x", 400, "this is no cursor"),
        ("/api/v1/touchpoints?by=source", 400, "is not taken here"),
    ] {
        let (found, said) = server.get(path).await;
        assert!(found == status && said.contains(told), "{path}: {found} {said}");
    }
    let empty = server.json("/api/v1/conversations?from=2020-01-01&to=2020-01-02").await;
    assert_eq!((&empty["total"], &empty["conversations"]), (&json!(0), &json!([])));
}
