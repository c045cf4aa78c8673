//! Alerts and reports of workspaces: found by their own figures, and told to their own destinations.

use reqwest::Client;
use serde_json::{Value, json};

use crate::alerts::{API, RULES, incident, more_than, wait, yesterday};
use crate::support::outside::Hook;
use crate::support::{Server, World};

async fn post(server: &Server, path: &str, body: &Value) -> (u16, String) {
    let sent = Client::new().post(server.url(path)).json(body).send().await.unwrap();
    (sent.status().as_u16(), sent.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_told_of_its_own_incidents_and_reports() {
    let (own, own_address) = Hook::start().await;
    let (all, all_address) = Hook::start().await;
    let world = World::new();
    let settings = format!(
        "[server]\npublic_url = \"https://funnel.example\"\n[alerts]\nto = [\"all\"]\n\
         [destinations.own]\nwebhook = \"{own_address}\"\nworkspace = \"acme\"\n\
         [destinations.all]\nwebhook = \"{all_address}\"\n"
    );
    let settings = world.write("settings.toml", settings);
    let traffic = yesterday(&world);
    let args = ["--config", settings.to_str().unwrap(), "serve"];
    tokio::task::block_in_place(|| world.succeed(&["import", "webhooks", &traffic]));
    let server = Server::start(world.command(&args));
    for (name, page) in [("acme", "1"), ("globex", "2")] {
        let made = json!({ "name": name, "pages": [page] });
        assert_eq!(post(&server, "/api/v1/workspaces", &made).await.0, 201);
        // Both call their rule the same.
        let rule = if name == "acme" {
            let to = json!(["own"]);
            let mut rule = more_than(2.0);
            rule["to"] = to;
            rule
        } else {
            more_than(2.0)
        };
        let kept = post(&server, &format!("{RULES}?workspace={name}"), &rule).await;
        assert_eq!(kept.0, 200, "{}", kept.1);
    }
    let fewer = json!({ "name": "few", "kind": "bound", "figure": "conversations", "over": "1d", "below": 0.5 });
    assert_eq!(post(&server, &format!("{RULES}?workspace=globex"), &fewer).await.0, 200);
    // Another's destination, and that of people of all, is none of its own.
    for to in ["own", "all"] {
        let mut rule = fewer.clone();
        rule["to"] = json!([to]);
        let (status, told) = post(&server, &format!("{RULES}?workspace=globex"), &rule).await;
        assert!(status == 400 && told.contains(to), "{status} {told}");
    }
    // Which Pages a webhook is of is not written down.
    let of_all = json!({ "name": "silent", "kind": "webhooks_stopped" });
    assert_eq!(post(&server, &format!("{RULES}?workspace=acme"), &of_all).await.0, 400);
    server.interrupt();

    let server = Server::start(world.command(&args));
    let of_acme = format!("{API}?workspace=acme");
    let is_told = |told: &Value| {
        incident(told, "many").is_some_and(|one| one["notices"][0]["status"] == "sent")
    };
    let told = wait(&server, &of_acme, is_told).await;
    let found = incident(&told, "many").unwrap();
    assert_eq!(found["text"], "Conversations over the last day: 3, above 2");
    assert!(incident(&told, "few").is_none());
    let text = own.posted()[0].1["text"].as_str().unwrap().to_owned();
    assert!(text.contains("https://funnel.example/alerts?workspace=acme#incident-"), "{text}");
    let of_globex = format!("{API}?workspace=globex");
    let told = wait(&server, &of_globex, |told| incident(told, "few").is_some()).await;
    assert!(incident(&told, "many").is_none(), "{told}");
    let whole = server.json(API).await;
    assert!(incident(&whole, "many").is_none() && incident(&whole, "few").is_none(), "{whole}");
    // Nobody of another takes note of it.
    let id = found["id"].as_str().unwrap();
    let act = |workspace: &str| format!("{API}/{id}/acknowledge{workspace}");
    for workspace in ["", "?workspace=globex"] {
        assert_eq!(post(&server, &act(workspace), &json!({})).await.0, 404, "{workspace}");
    }
    assert_eq!(post(&server, &act("?workspace=acme"), &json!({})).await.0, 204);

    // A report of it is of its figures, and goes to its destination alone.
    let form = [
        ("name", "weekly"),
        ("is_new", "1"),
        ("question", "funnel"),
        ("funnel", "click-to-messenger"),
        ("range", "yesterday"),
        ("formats", "json"),
        ("every", "hand"),
        ("to", "own"),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    for (workspace, status) in [("globex", 400), ("acme", 303)] {
        let kept = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let kept = kept
            .post(server.url(&format!("/reports?workspace={workspace}")))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.clone());
        assert_eq!(kept.send().await.unwrap().status(), status, "{workspace}");
    }
    let runs = "/api/v1/reports/weekly/runs";
    assert_eq!(post(&server, &format!("{runs}?workspace=acme"), &json!(null)).await.0, 202);
    let is_done = |told: &Value| told["runs"][0]["status"] == "done";
    let told = wait(&server, &format!("{runs}?workspace=acme"), is_done).await;
    assert_eq!(told["runs"][0]["deliveries"][0]["status"], "sent");
    let text = own.posted().pop().unwrap().1["text"].as_str().unwrap().to_owned();
    assert!(text.contains("https://funnel.example/reports/weekly?workspace=acme"), "{text}");
    assert!(text.contains("opened") && text.contains('3'), "{text}");
    assert!(all.posted().is_empty());
}
