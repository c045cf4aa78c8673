//! Users, roles, sessions and tokens; and every route without, with wrong and with too small rights.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use messenger_funnel::web::routes::route_needs;
use reqwest::{Client, Method, StatusCode, redirect};

use crate::support::browser::Browser;
use crate::support::{Server, World};
use fantoccini::Locator;

pub const PASSWORD: &str = "correct horse battery";

fn client() -> Client {
    Client::builder().redirect(redirect::Policy::none()).build().unwrap()
}

/// A server, and the path of the link that makes its first user.
pub fn serve(mut command: Command) -> (Server, String) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find_map(|line| Some(line.split_once("listens on ")?.1.to_owned()));
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let Some(address) = address else {
        panic!("it ended: {}", log.collect::<Vec<_>>().join("\n"));
    };
    let link = log.find_map(|line| {
        let (_, code) = line.split_once("/welcome/")?;
        let code: String = code.chars().take_while(char::is_ascii_alphanumeric).collect();
        Some(format!("/welcome/{code}"))
    });
    let link = link.unwrap();
    // What it says later must not be without a reader.
    std::thread::spawn(move || log.for_each(|line| eprintln!("{line}")));
    (Server::of(child, address), link)
}

pub async fn send(
    server: &Server,
    path: &str,
    form: &[(&str, &str)],
    cookie: &str,
) -> reqwest::Response {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = client()
        .post(server.url(path))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", cookie)
        .body(body);
    request.send().await.unwrap()
}

fn cookie_of(answer: &reqwest::Response) -> String {
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

/// Makes the first user; the cookie of their session.
pub async fn first_user(server: &Server, link: &str) -> String {
    let form = [("name", "anna"), ("password", PASSWORD), ("again", PASSWORD)];
    let made = send(server, link, &form, "").await;
    assert_eq!(made.status(), StatusCode::SEE_OTHER);
    cookie_of(&made)
}

/// Makes another user with a password; the cookie of their session.
pub async fn user(server: &Server, admin: &str, name: &str, role: &str) -> String {
    let made = send(server, "/settings/users", &[("name", name), ("role", role)], admin).await;
    let page = made.text().await.unwrap();
    let link = page.split("<code id=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    let link = link.strip_prefix(&server.address).unwrap();
    let form = [("password", PASSWORD), ("again", PASSWORD)];
    cookie_of(&send(server, link, &form, "").await)
}

/// Makes a workspace of some Pages and ad accounts, with commas.
pub async fn workspace(server: &Server, admin: &str, name: &str, pages: &str, accounts: &str) {
    let form = [("name", name), ("pages", pages), ("ad_accounts", accounts)];
    assert_eq!(send(server, "/settings/workspaces", &form, admin).await.status(), 303);
}

/// Makes a user a member of a workspace; the cookie of their next session.
pub async fn join(server: &Server, admin: &str, name: &str, workspace: &str) -> String {
    let path = format!("/settings/users/{name}/workspace");
    assert_eq!(send(server, &path, &[("workspace", workspace)], admin).await.status(), 303);
    cookie_of(&send(server, "/login", &[("name", name), ("password", PASSWORD)], "").await)
}

#[tokio::test]
async fn the_first_user_closes_the_door_and_lets_others_in() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    assert_eq!(server.get("/api/v1/funnels").await.0, 200);
    assert_eq!(server.get("/welcome/0123456789").await.0, 404);
    let short = [("name", "anna"), ("password", "short"), ("again", "short")];
    assert_eq!(send(&server, &link, &short, "").await.status(), 400);
    let at_once = ["eve", "mallory"].map(|name| {
        let form = [("name", name), ("password", PASSWORD), ("again", PASSWORD)];
        let (server, link) = (&server, &link);
        async move { send(server, link, &form, "").await.status().as_u16() }
    });
    let [one, other] = at_once;
    let mut statuses = <[u16; 2]>::from(tokio::join!(one, other));
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404], "the link is good once, also for two at once");
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let anna = first_user(&server, &link).await;
    assert_eq!(server.get(&link).await.0, 404, "the link is good once");
    // From now on nobody is let in for being here.
    assert_eq!(server.get("/api/v1/funnels").await.0, 401);
    let page =
        client().get(server.url("/ads?by=ad")).header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.headers()["location"], "/login?next=%2Fads%3Fby%3Dad");
    let get = async |path: &str, cookie: &str| {
        client()
            .get(server.url(path))
            .header("cookie", cookie)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    assert_eq!(get("/settings", &anna).await, 200);

    let vera = user(&server, &anna, "vera", "viewer").await;
    assert_eq!(get("/ads", &vera).await, 200);
    assert_eq!(get("/settings", &vera).await, 403);
    assert_eq!(get("/api/v1/conversations", &vera).await, 403);
    // Another role ends the session; the new one has its rights.
    let given = send(&server, "/settings/users/vera/role", &[("role", "analyst")], &anna).await;
    assert_eq!(given.status(), 303);
    assert_eq!(get("/ads", &vera).await, 401);
    let wrong =
        send(&server, "/login", &[("name", "vera"), ("password", "something else!")], "").await;
    assert_eq!(wrong.status(), 401);
    let form = [("name", "vera"), ("password", PASSWORD), ("next", "/ads")];
    let back = send(&server, "/login", &form, "").await;
    assert_eq!(
        (back.status().as_u16(), back.headers()["location"].as_bytes()),
        (303, &b"/ads"[..])
    );
    let vera = cookie_of(&back);
    assert_eq!(get("/api/v1/conversations", &vera).await, 200);
    // A forged cookie is none, nor is one of another server.
    assert_eq!(get("/ads", &vera.replace("vera", "anna")).await, 401);
    let other = World::new();
    let (elsewhere, link) = serve(other.command(&["serve"]));
    let foreign = first_user(&elsewhere, &link).await;
    assert_eq!(get("/ads", &foreign).await, 401);

    // Letters' size makes no other user, and no way round the last admin.
    let form = [("name", "ANNA"), ("role", "viewer")];
    let twice = send(&server, "/settings/users", &form, &anna).await;
    assert!(twice.text().await.unwrap().contains("there is a user"));
    let alone = send(&server, "/settings/users/ANNA/remove", &[], &anna).await;
    assert!(alone.text().await.unwrap().contains("this is the only admin"));
    for odd in [".", ".."] {
        let form = [("name", odd), ("role", "viewer")];
        assert_eq!(send(&server, "/settings/users", &form, &anna).await.status(), 400);
    }
    // Who sets a password while an admin removes them is out.
    let form = [("name", "otto"), ("role", "viewer")];
    let made = send(&server, "/settings/users", &form, &anna).await;
    let page = made.text().await.unwrap();
    let link = page.split("<code id=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    let link = link.strip_prefix(&server.address).unwrap();
    let form = [("password", PASSWORD), ("again", PASSWORD)];
    let later = async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        send(&server, "/settings/users/otto/remove", &[], &anna).await.status().as_u16()
    };
    let (accepted, removed) = tokio::join!(send(&server, link, &form, ""), later);
    assert_eq!(removed, 303);
    // Unless the removal came first, and the link was good no more.
    if accepted.status() != 404 {
        assert_eq!(get("/ads", &cookie_of(&accepted)).await, 401);
    }
    // Logging out forgets a token's cookie too.
    let out = send(&server, "/logout", &[], &anna).await;
    let forgotten: Vec<_> = out.headers().get_all("set-cookie").iter().collect();
    assert_eq!(forgotten.len(), 2);

    // The last admin stays; removed users are out at once.
    let alone = send(&server, "/settings/users/anna/remove", &[], &anna).await;
    assert!(alone.text().await.unwrap().contains("this is the only admin"));
    assert_eq!(send(&server, "/settings/users/vera/remove", &[], &anna).await.status(), 303);
    assert_eq!(get("/ads", &vera).await, 401);
    // It was all written down, without a password.
    let page = client().get(server.url("/settings")).header("cookie", &anna).send().await.unwrap();
    let page = page.text().await.unwrap();
    for act in ["fail to log in", "set a password", "POST /settings/users/{name}/remove"] {
        assert!(page.contains(act), "{act}");
    }
    assert!(!page.contains(PASSWORD) && !page.contains("argon2"));
}

#[tokio::test]
async fn guessing_is_slowed_down_and_tokens_are_hashed_scoped_and_revoked() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let anna = first_user(&server, &link).await;
    let mut statuses = Vec::new();
    for _ in 0..10 {
        let form = [("name", "ben"), ("password", "guess after guess")];
        let answer = send(&server, "/login", &form, "").await;
        if answer.status() == 429 {
            assert!(answer.headers().contains_key("retry-after"));
        }
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses[..6], [401; 6]);
    assert_eq!(statuses[7..], [429; 3]);

    let form = [("name", "bi"), ("scope", "read"), ("days", "30")];
    let made = send(&server, "/settings/tokens", &form, &anna).await.text().await.unwrap();
    let token =
        made.split("<code id=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let get = async |path: &str| {
        client().get(server.url(path)).bearer_auth(&token).send().await.unwrap().status().as_u16()
    };
    assert_eq!((get("/api/v1/funnels").await, get("/api/v1/touchpoints").await), (200, 403));
    let page = client().get(server.url("/settings")).header("cookie", &anna).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("by anna") && !page.contains(&token));
    assert_eq!(crate::erasure::holding(world.folder(), &token), Vec::<std::path::PathBuf>::new());
    assert_eq!(send(&server, "/settings/tokens/bi/revoke", &[], &anna).await.status(), 303);
    assert_eq!(get("/api/v1/funnels").await, 401);
    for wrong in [
        &[("name", "no scope")][..],
        &[("name", "x"), ("scope", "all")],
        &[("name", "x"), ("scope", "read"), ("days", "soon")],
        &[("name", "x"), ("scope", "read"), ("days", "0")],
    ] {
        assert_eq!(
            send(&server, "/settings/tokens", wrong, &anna).await.status(),
            400,
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn who_may_not_see_people_sees_pseudonyms() {
    let world = World::new();
    let tokens = [("viewer", "[\"read\"]"), ("analyst", "[\"read\", \"people\"]")].map(|(name, scopes)| {
        format!("[[server.tokens]]\nname = \"{name}\"\ntoken = \"the token of {name}\"\nscopes = {scopes}\n")
    });
    let settings = world.write("settings.toml", tokens.concat());
    let server = Server::start(world.command(&["--config", settings.to_str().unwrap(), "serve"]));
    let now = jiff::Timestamp::now().as_millisecond();
    let person = "7100000000000001";
    assert_eq!(server.post(&crate::support::message("1", person, now - 60_000, "m1")).await, 200);
    let ask = async |path: &str, name: &str| {
        let request = client().get(server.url(path)).bearer_auth(format!("the token of {name}"));
        request.send().await.unwrap().text().await.unwrap()
    };
    let path = "/api/v1/response-times";
    for _ in 0..100 {
        if ask(path, "analyst").await.contains(person) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for path in [path, "/conversations"] {
        let (analyst, viewer) = (ask(path, "analyst").await, ask(path, "viewer").await);
        assert!(analyst.contains(person) && !analyst.contains("p-"), "{analyst}");
        assert!(!viewer.contains(person) && viewer.contains("p-"), "{viewer}");
        assert_eq!(viewer, ask(path, "viewer").await);
    }
}

#[tokio::test]
async fn every_route_needs_its_right() {
    let scopes = ["read", "people", "write", "conversions", "admin"];
    let world = World::new();
    let tokens = scopes.map(|scope| {
        let others: Vec<&str> = scopes.into_iter().filter(|other| *other != scope).collect();
        format!(
            "[[server.tokens]]\nname = \"only {scope}\"\ntoken = \"has only the scope {scope}\"\nscopes = [\"{scope}\"]\n\
             [[server.tokens]]\nname = \"all but {scope}\"\ntoken = \"has all scopes but {scope}\"\nscopes = {others:?}\n"
        )
    });
    let settings = world.write("settings.toml", tokens.concat());
    let server = Server::start(world.command(&["--config", settings.to_str().unwrap(), "serve"]));
    let ask = async |method: &str, path: &str, token: Option<String>| {
        let path = path
            .replace("{page}", "1")
            .replace("{id}", "nobody")
            .replace("{slug}", "none")
            .replace("{code}", "0123")
            .replace("{run}", "none")
            .replace("{file}", "none")
            .replace("{name}", "none");
        let mut request =
            client().request(Method::from_bytes(method.as_bytes()).unwrap(), server.url(&path));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap().status().as_u16()
    };
    let mut walked = 0;
    for (method, path, scope) in route_needs() {
        assert_eq!(ask(method, path, None).await, 401, "{method} {path} without a token");
        let wrong = "is a token that nobody has".to_owned();
        assert_eq!(ask(method, path, Some(wrong)).await, 401, "{method} {path} with a wrong token");
        let others = format!("has all scopes but {scope}");
        assert_eq!(ask(method, path, Some(others)).await, 403, "{method} {path} without {scope}");
        let own = ask(method, path, Some(format!("has only the scope {scope}"))).await;
        assert!(
            own != 401 && own != 403 && own != 405 && own < 500,
            "{method} {path} with {scope}: {own}"
        );
        walked += 1;
    }
    assert!(walked > 50);
    // What the description tells of has its line, and so has every page.
    let token = Some("has only the scope read".to_owned());
    assert_eq!(ask("GET", "/api/v1/openapi.json", token).await, 200);
    let described = client().get(server.url("/api/v1/openapi.json"));
    let described = described.bearer_auth("has only the scope read").send().await.unwrap();
    let described: serde_json::Value =
        serde_json::from_str(&described.text().await.unwrap()).unwrap();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let method = method.to_uppercase();
            let has_line = route_needs().any(|(one, at, _)| one == method && at == path);
            assert!(has_line, "{method} {path} has no line");
        }
    }
}

#[tokio::test]
async fn a_browser_logs_in_and_makes_a_user() {
    let world = World::new();
    let (server, link) = serve(world.command(&["serve"]));
    let browser = Browser::open(1000, 900, "light").await;
    let client = &browser.client;
    client.goto(&server.url(&link)).await.unwrap();
    browser.screenshot("welcome").await;
    let form = client.form(Locator::Css("form")).await.unwrap();
    form.set_by_name("name", "anna").await.unwrap();
    form.set_by_name("password", PASSWORD).await.unwrap();
    form.set_by_name("again", PASSWORD).await.unwrap();
    form.submit().await.unwrap();
    client.wait().for_element(Locator::Css("nav.pages")).await.unwrap();
    client.goto(&server.url("/settings")).await.unwrap();
    browser.screenshot("settings").await;
    assert!(browser.text("#users").await.contains("anna"));
    assert!(!browser.overflows().await);
    let form = client.form(Locator::Css("form[action='/settings/users']")).await.unwrap();
    form.set_by_name("name", "vera").await.unwrap();
    form.submit().await.unwrap();
    let link =
        client.wait().for_element(Locator::Css("#secret")).await.unwrap().text().await.unwrap();
    assert!(link.contains("/welcome/"), "{link}");
    client
        .find(Locator::Css("form[action='/logout'] button"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    client.wait().for_element(Locator::Css("form[action='/login']")).await.unwrap();
    browser.screenshot("login").await;
    assert_eq!(browser.run("return document.querySelectorAll('script, [style]').length").await, 0);
}
