//! Filters: what is left is what a breakdown says, in the funnel, in rows and in reports.

use serde_json::Value;

use crate::support::{World, count, counts};

const RANGE: &str = "from=2026-10-01&to=2026-11-01";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_what_a_breakdown_tells() {
    let world = World::new();
    world.write(
        "own.toml",
        "[[funnels]]\nname = \"own\"\n[[funnels.steps]]\nname = \"wrote\"\nkind = \"message\"\n\
         [[funnels.steps]]\nname = \"bought\"\nconversion = \"purchase\"\n",
    );
    let settings = world.folder().join("own.toml");
    let settings = settings.to_str().unwrap();
    tokio::task::block_in_place(|| {
        world.fill(300, 4, ["2026-10-01", "2026-11-01"]);
        let spend = world.write(
            "spend.csv",
            "Day,Ad ID,Campaign name,Currency,Amount spent (EUR),Impressions,Link clicks\n\
             2026-10-05,120211234567890101,Autumn,EUR,12.50,1000,50\n\
             2026-10-05,120211234567890301,Winter,EUR,1.50,300,9\n",
        );
        world.succeed(&["import", "spend", spend.to_str().unwrap()]);
    });
    let server = crate::support::Server::start(world.command(&["--config", settings, "serve"]));
    let mut compared = 0;
    for funnel in ["click-to-messenger", "own"] {
        for dimension in ["source", "page", "channel", "country", "ad", "campaign", "link", "ref"] {
            let path = format!("/api/v1/funnels/{funnel}?{RANGE}&by={dimension}");
            let whole = server.json(&path).await;
            for row in whole["breakdown"].as_array().unwrap() {
                let value = row["by"][dimension].as_str().unwrap_or("(none)");
                let filter: String =
                    form_urlencoded::byte_serialize(format!("{dimension}={value}").as_bytes())
                        .collect();
                let left =
                    server.json(&format!("/api/v1/funnels/{funnel}?{RANGE}&filter={filter}")).await;
                assert_eq!(
                    counts(&left["steps"]),
                    counts(&row["steps"]),
                    "{funnel} {dimension} {value}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 60, "{compared}");
    // Two at once, and rows.
    let both =
        format!("/api/v1/funnels/click-to-messenger?{RANGE}&filter=source=ad;channel=messenger");
    let both = server.json(&both).await;
    let list = format!("/api/v1/conversations?{RANGE}&filter=source=ad;channel=messenger&limit=40");
    let mut path = list.clone();
    let mut rows: Vec<Value> = Vec::new();
    loop {
        let page = server.json(&path).await;
        if rows.is_empty() {
            assert_eq!(page["total"].as_u64(), count(&both, "opened"));
        }
        rows.extend(page["conversations"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{list}&cursor={next}");
    }
    assert_eq!(Some(rows.len() as u64), count(&both, "opened"));
    assert!(rows.iter().all(|row| row["source"] == "ad" && row["channel"] == "messenger"));
    let (_, csv) = server.get(&format!("{list}&format=csv")).await;
    assert_eq!(csv.lines().count(), 41);
    // Impressions are those of the campaign; of a Page nobody knows them.
    let path = format!("/api/v1/funnels/click-to-messenger?{RANGE}&filter=campaign=Winter");
    assert_eq!(count(&server.json(&path).await, "impressions"), Some(300));
    let path = format!("/api/v1/funnels/click-to-messenger?{RANGE}&filter=page=104857600000001");
    assert_eq!(count(&server.json(&path).await, "impressions"), None);
    for (path, told) in [
        ("funnels/click-to-messenger?filter=moon=full", "moon"),
        ("funnels/click-to-messenger?filter=source", "is no filter such as source=ad"),
        ("conversations?filter=ref.campaign=x", "not by ref.campaign"),
        ("ads?filter=source=ad", "\\\"filter\\\" is not taken here"),
    ] {
        let (status, said) = server.get(&format!("/api/v1/{path}")).await;
        assert!(status == 400 && said.contains(told), "{path}: {said}");
    }
}
