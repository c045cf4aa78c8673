//! Workspaces as they are made, changed, chosen and removed, and made of what was before them.

use std::collections::BTreeSet;
use std::sync::Arc;

use messenger_funnel::accounts::{Accounts, Role};
use messenger_funnel::domain::{Timestamp, Workspace};
use messenger_funnel::store::{Store, migrate};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::accounts::{first_user, join, send, serve, user};
use crate::limited::ask;
use crate::support::World;
use crate::workspaces::{agency, call};

#[tokio::test(flavor = "multi_thread")]
async fn people_of_all_walk_within_the_workspace_that_they_chose() {
    let world = World::new();
    let (server, admin) = agency(&world).await;
    let page = ask(&server, &admin, "/links?workspace=acme").await;
    assert!(page.contains("own-") && !page.contains("zqx"), "{page}");
    let links = page.split("href=\"/").skip(1).map(|rest| rest.split('"').next().unwrap());
    for link in links.filter(|link| !link.starts_with("assets/")) {
        let is_outside = ["settings", "workspaces", "l/"].iter().any(|path| link.starts_with(path));
        assert_eq!(link.contains("workspace=acme"), !is_outside, "{link}");
    }
    // What is written down there is the workspace's.
    let goal = [("name", "chosen"), ("figure", "conversations"), ("target", "5"), ("per", "month")];
    let kept = send(&server, "/goals?workspace=acme", &goal, &admin).await;
    assert_eq!(kept.status(), 303);
    assert!(kept.headers()["location"].to_str().unwrap().contains("workspace=acme"));
    assert!(ask(&server, &admin, "/api/v1/goals?workspace=acme").await.contains("chosen"));
    for path in ["/api/v1/goals", "/api/v1/goals?workspace=globex"] {
        assert!(!ask(&server, &admin, path).await.contains("chosen"), "{path}");
    }
    // Two workspaces may have things of one name, and neither knows.
    for (workspace, target) in [("acme", "6"), ("globex", "7")] {
        let same =
            [("name", "same"), ("figure", "conversations"), ("target", target), ("per", "month")];
        let path = format!("/goals?workspace={workspace}");
        assert_eq!(send(&server, &path, &same, &admin).await.status(), 303);
    }
    assert!(ask(&server, &admin, "/api/v1/goals?workspace=acme").await.contains("\"target\":6"));
    assert!(ask(&server, &admin, "/api/v1/goals?workspace=globex").await.contains("\"target\":7"));
    // Its goal counts its own conversations.
    let told: Value =
        serde_json::from_str(&ask(&server, &admin, "/api/v1/goals?workspace=globex").await)
            .unwrap();
    let so_far = told["goals"][0]["so_far"].as_f64().unwrap_or_default();
    assert!(so_far <= 12.0, "{told}");
    for path in ["/settings?workspace=acme", "/workspaces?workspace=acme"] {
        assert_eq!(call(&server, (Method::GET, path), &Value::Null, &admin).await.0, 403, "{path}");
    }
    assert_eq!(call(&server, (Method::GET, "/?workspace=none"), &Value::Null, &admin).await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn workspaces_are_made_changed_and_removed_by_page_command_and_api() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let admin = first_user(&server, &link).await;
    let api = async |method: Method, path: &str, body: Value| {
        let (status, told) = call(&server, (method, path), &body, &admin).await;
        (status, serde_json::from_str::<Value>(&told).unwrap_or_default())
    };
    let made = json!({ "name": "acme", "title": "Acme", "pages": ["2", "1"], "ad_accounts": ["act_5"], "time_zone": "Asia/Tokyo" });
    let (status, told) = api(Method::POST, "/api/v1/workspaces", made.clone()).await;
    assert_eq!(
        (status, &told["pages"], &told["ad_accounts"]),
        (201, &json!(["1", "2"]), &json!(["5"]))
    );
    // What is not there yet is told, not refused.
    assert_eq!(told["unknown"], json!(["1", "2", "5"]));
    assert_eq!(api(Method::POST, "/api/v1/workspaces", made).await.0, 409);
    for wrong in [
        json!({ "name": "A b" }),
        json!({ "name": "b", "pages": ["1') OR (1"] }),
        json!({ "name": "b", "time_zone": "Mars" }),
        json!({ "name": "b", "currency": "EURO" }),
        json!({ "name": "b", "language": "tlh" }),
        json!({ "name": "b", "colour": "red" }),
    ] {
        assert_eq!(api(Method::POST, "/api/v1/workspaces", wrong.clone()).await.0, 400, "{wrong}");
    }
    assert_eq!(api(Method::PUT, "/api/v1/workspaces/none", json!({})).await.0, 404);
    assert_eq!(
        api(Method::PUT, "/api/v1/workspaces/acme", json!({ "pages": ["7"] })).await.1["pages"],
        json!(["7"])
    );
    world.succeed(&[
        "workspace",
        "edit",
        "acme",
        "--title",
        "Acme Shoes",
        "--time-zone",
        "Asia/Tokyo",
    ]);
    world.succeed(&["workspace", "add", "globex", "--pages", "8, 9", "--language", "fr"]);
    let listed = world.succeed(&["workspace", "list", "--json"]);
    for text in ["Acme Shoes", "Asia/Tokyo", "\"8\"", "\"unknown\""] {
        assert!(listed.contains(text), "{listed}");
    }
    // A member reads in the zone and the language of the workspace.
    user(&server, &admin, "vera", "viewer").await;
    let vera = join(&server, &admin, "vera", "globex").await;
    assert!(ask(&server, &vera, "/").await.contains("<html lang=\"fr\">"));
    let asked =
        send(&server, "/settings/users/vera/workspace", &[("workspace", "acme")], &admin).await;
    assert_eq!(asked.status(), 303);
    let vera = join(&server, &admin, "vera", "acme").await;
    assert!(ask(&server, &vera, "/api/v1/ads").await.contains("\"time_zone\":\"Asia/Tokyo\""));
    // A token of it sees it alone, and may do nothing about all.
    let token = [("name", "bi"), ("scope", "read"), ("workspace", "acme")];
    let shown = send(&server, "/settings/tokens", &token, &admin).await.text().await.unwrap();
    let secret = shown.split("<code id=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    let with_token = async |path: &str| {
        let asked = Client::new().get(server.url(path)).bearer_auth(secret);
        asked.send().await.unwrap().status().as_u16()
    };
    assert_eq!(
        [with_token("/api/v1/ads").await, with_token("/api/v1/workspaces").await],
        [200, 403]
    );
    let wide = [("name", "wide"), ("scope", "admin"), ("workspace", "acme")];
    assert_eq!(send(&server, "/settings/tokens", &wide, &admin).await.status(), 400);
    assert_eq!(
        send(&server, "/settings/users/anna/workspace", &[("workspace", "acme")], &admin)
            .await
            .status(),
        400
    );
    assert_eq!(
        send(&server, "/settings/users/vera/workspace", &[("workspace", "none")], &admin)
            .await
            .status(),
        400
    );
    // Who is in it would see nothing: it says so, and stays.
    let (status, told) = api(Method::DELETE, "/api/v1/workspaces/acme", Value::Null).await;
    assert_eq!(status, 409);
    assert!(told["detail"].as_str().unwrap().contains("vera, bi"), "{told}");
    assert_eq!(send(&server, "/settings/tokens/bi/revoke", &[], &admin).await.status(), 303);
    assert_eq!(
        send(&server, "/settings/users/vera/workspace", &[("workspace", "")], &admin)
            .await
            .status(),
        303
    );
    assert_eq!(send(&server, "/settings/workspaces/acme/remove", &[], &admin).await.status(), 303);
    assert_eq!(call(&server, (Method::GET, "/?workspace=acme"), &Value::Null, &admin).await.0, 400);
    // Its name is never given again: what was made in it has it.
    assert_eq!(api(Method::POST, "/api/v1/workspaces", json!({ "name": "acme" })).await.0, 409);
    let settings = ask(&server, &admin, "/settings").await;
    assert!(
        settings.contains("remove workspace") && settings.contains("write workspace"),
        "{settings}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_to_pages_of_before_become_workspaces() {
    let folder = tempfile::TempDir::new().unwrap();
    let engine = crate::support::start_engine(folder.path()).await.unwrap();
    let endpoint = engine.endpoint("a_database");
    let store = Store::new(endpoint.clone());
    migrate(&store).await.unwrap();
    let client = crate::support::client(&endpoint);
    client
        .query(
            "INSERT INTO users (name, role, epoch, version, is_deleted, pages) VALUES \
             ('ann', 'viewer', 3, 10, 0, ['2', '1', '2']), ('ben', 'viewer', 1, 10, 0, ['1', '2']), \
             ('cem', 'analyst', 1, 10, 0, ['1']), ('dora', 'admin', 1, 10, 0, []), ('eve', 'viewer', 1, 10, 1, ['9'])",
        )
        .execute()
        .await
        .unwrap();
    let text = std::fs::read_to_string("queries/schema/migrations/0160_workspaces.sql").unwrap();
    // Statements may run twice.
    for _ in 0..2 {
        for statement in text.split("\n;\n").filter(|statement| !statement.trim().is_empty()) {
            client.query(statement).execute().await.unwrap();
        }
    }
    let users = store.users().await.unwrap();
    let of = |name: &str| users.iter().find(|user| user.name == name).unwrap();
    assert_eq!(users.len(), 4, "{users:?}");
    assert_eq!(of("ann").workspace, of("ben").workspace);
    assert_ne!(of("ann").workspace, of("cem").workspace);
    assert_eq!((of("dora").workspace.as_str(), of("ann").epoch), ("", 3));
    assert!(users.iter().all(|user| user.pages.is_empty()));
    let kept = store.workspaces().await.unwrap();
    let pages: BTreeSet<Vec<String>> =
        kept.iter().map(|kept| kept.workspace.pages.clone()).collect();
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(pages, BTreeSet::from([texts(&["1"]), texts(&["1", "2"])]));
    for kept in kept {
        assert!(!kept.is_removed && kept.workspace.checked().is_ok());
    }
    engine.stop().await;
}

/// What an account pays for messages is of the workspace that has all of its numbers.
#[tokio::test(flavor = "multi_thread")]
async fn costs_of_messages_are_of_who_has_all_numbers_of_the_account() {
    let folder = tempfile::TempDir::new().unwrap();
    let engine = crate::support::start_engine(folder.path()).await.unwrap();
    let endpoint = engine.endpoint("a_database");
    let store = Store::new(endpoint.clone());
    migrate(&store).await.unwrap();
    let client = crate::support::client(&endpoint);
    let fill = [
        "INSERT INTO page_names (page_id, origin, business_account, version) VALUES \
         ('11', 'graph', 'one', 1), ('12', 'graph', 'one', 1), ('21', 'graph', 'two', 1)",
        "INSERT INTO message_costs VALUES \
         ('2026-11-01', 'one', 'EUR', ['FR'], ['marketing'], ['regular'], [3], [0.3], 1), \
         ('2026-11-01', 'two', 'USD', ['US'], ['utility'], ['regular'], [5], [0.5], 1)",
    ];
    for statement in fill {
        client.query(statement).execute().await.unwrap();
    }
    let now = Timestamp(1_800_000_000_000);
    for (name, pages) in [("both", vec!["11", "12"]), ("half", vec!["12"]), ("two", vec!["21"])] {
        let pages = pages.into_iter().map(str::to_owned).collect();
        let workspace = Workspace { name: name.to_owned(), pages, ..Workspace::default() };
        store.save_workspace(&workspace, false, "ann", now).await.unwrap();
    }
    let day = jiff::civil::date(2026, 11, 1);
    let currencies = async |store: &Store| {
        let told = store.message_costs(day, day).await.unwrap();
        told.into_iter().map(|cost| cost.currency).collect::<BTreeSet<String>>()
    };
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(currencies(&store).await, texts(&["EUR", "USD"]));
    for kept in store.workspaces().await.unwrap() {
        let expected: &[&str] = match kept.workspace.name.as_str() {
            "both" => &["EUR"],
            "two" => &["USD"],
            _ => &[],
        };
        let own = store.of_workspace(&Arc::new(kept.workspace));
        assert_eq!(currencies(&own).await, texts(expected));
    }
    engine.stop().await;
}

/// Whoever a provider vouches for and is new is a member of the workspace of the settings, and nobody before it is there.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_new_by_a_provider_is_in_the_workspace_of_the_settings() {
    let folder = tempfile::TempDir::new().unwrap();
    let engine = crate::support::start_engine(folder.path()).await.unwrap();
    let store = Store::new(engine.endpoint("a_database"));
    migrate(&store).await.unwrap();
    let key = cookie::Key::generate();
    let accounts = Accounts::new(store, key, Vec::new(), Vec::new(), false, || 1_800_000_000_000);
    let from = "127.0.0.1".parse().unwrap();
    accounts.add_user("anna", Role::Admin).await.unwrap();
    let new = Some((Role::Viewer, Some("acme")));
    let refused = accounts.let_in("ola", false, new, "Example ID", from).await.unwrap_err();
    assert_eq!(refused.to_string(), "there is no workspace \"acme\"");
    let acme = Workspace { name: "acme".to_owned(), ..Workspace::default() };
    accounts.add_workspace(acme, "anna").await.unwrap();
    accounts.let_in("ola", false, new, "Example ID", from).await.unwrap();
    let known = accounts.known();
    let ola = known.users.iter().find(|user| user.name == "ola").unwrap();
    assert_eq!((ola.workspace.as_str(), ola.role.as_str()), ("acme", "viewer"));
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn goals_are_in_the_currency_of_the_workspace_where_none_is_said() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let admin = first_user(&server, &link).await;
    let made = json!({ "name": "acme", "currency": "CHF" });
    assert_eq!(call(&server, (Method::POST, "/api/v1/workspaces"), &made, &admin).await.0, 201);
    let budget = |name: &str, currency: &str| json!({ "name": name, "figure": "spend", "target": 5, "per": "month", "currency": currency });
    for (goal, address) in [
        (budget("own", ""), "/api/v1/goals?workspace=acme"),
        (budget("said", "EUR"), "/api/v1/goals?workspace=acme"),
        (budget("of-all", ""), "/api/v1/goals"),
    ] {
        assert_eq!(call(&server, (Method::POST, address), &goal, &admin).await.0, 200, "{goal}");
    }
    let told: Value =
        serde_json::from_str(&ask(&server, &admin, "/api/v1/goals?workspace=acme").await).unwrap();
    let currency = |name: &str| {
        let goals = told["goals"].as_array().unwrap();
        let goal = goals.iter().find(|goal| goal["name"] == name).unwrap();
        goal.to_string().contains("CHF")
    };
    assert!(currency("own") && !currency("said"), "{told}");
    assert!(!ask(&server, &admin, "/api/v1/goals").await.contains("CHF"));
}
