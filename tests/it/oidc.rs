//! Logging in by an OpenID Connect provider: a real one (npm's `oidc-provider`), by a real browser.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use fantoccini::Locator;
use reqwest::{Client, redirect};

use crate::accounts::{first_user, send, serve, user};
use crate::support::browser::Browser;
use crate::support::{Server, World};

/// The provider; ended when dropped.
struct Provider {
    child: Child,
    issuer: String,
}

impl Provider {
    fn start(back: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc/provider.mjs");
        let mut command = Command::new("node");
        let mut child = command.arg(script).arg(back).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let issuer = lines.find(|line| line.starts_with("http://127.0.0.1:"));
        let issuer = issuer.expect("npm ci brings the provider");
        // What it says later must not be without a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, issuer }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A server that knows the provider, and the provider; new people become viewers.
fn start(world: World) -> (World, Server, String, Provider) {
    let port = crate::support::free_port();
    let address = format!("http://127.0.0.1:{port}");
    let provider = Provider::start(&format!("{address}/login/oidc/callback"));
    let world = world
        .with("server.listen", &format!("127.0.0.1:{port}"))
        .with("server.public_url", &address)
        .with("server.oidc.name", "Example ID")
        .with("server.oidc.issuer", &provider.issuer)
        .with("server.oidc.client_id", "messenger-funnel")
        .with("server.oidc.client_secret", "a secret that both know")
        .with("server.oidc.domains", "example.com");
    let (server, link) = serve(world.command(&["serve"]));
    (world, server, link, provider)
}

/// Types a name at the provider.
async fn type_name(browser: &Browser, name: &str) {
    let field = browser.client.wait().for_element(Locator::Css("input[name=name]")).await.unwrap();
    assert_eq!(browser.client.title().await.unwrap(), "Provider");
    field.send_keys(name).await.unwrap();
    let button = browser.client.find(Locator::Css("button[type=submit]")).await.unwrap();
    button.click().await.unwrap();
}

#[tokio::test]
async fn somebody_logs_in_by_the_provider_and_lands_where_they_wanted_to_go() {
    let (_world, server, link, _provider) = start(World::new().with("server.oidc.role", "viewer"));
    let browser = Browser::open(900, 700, "light").await;
    let to = |path: &str| server.url(path);
    // Who comes before the first admin would lock everybody out.
    browser.client.goto(&to("/login/oidc")).await.unwrap();
    type_name(&browser, "vera").await;
    browser.client.wait().for_element(Locator::Css("[role=alert]")).await.unwrap();
    assert!(browser.text("[role=alert]").await.contains("one-time link"));

    let admin = first_user(&server, &link).await;
    browser.client.goto(&to("/ads?by=ad")).await.unwrap();
    assert!(browser.text("a.button").await.contains("Log in with Example ID"));
    browser.screenshot("login-by-provider").await;
    browser.client.find(Locator::Css("a.button")).await.unwrap().click().await.unwrap();
    // The provider remembers them.
    browser.client.wait().for_url(&to("/ads?by=ad").parse().unwrap()).await.unwrap();
    browser.client.goto(&to("/settings")).await.unwrap();
    assert!(browser.client.source().await.unwrap().contains("admin"), "a viewer has no settings");
    let settings =
        Client::new().get(to("/settings")).header("cookie", &admin).send().await.unwrap();
    let settings = settings.text().await.unwrap();
    assert!(settings.contains("vera@example.com") && settings.contains("Example ID"), "{settings}");
}

#[tokio::test]
async fn who_is_no_user_or_has_no_verified_address_stays_out() {
    let (_world, server, link, _provider) = start(World::new());
    let admin = first_user(&server, &link).await;
    user(&server, &admin, "vera@example.com", "analyst").await;
    for (name, told) in [("mallory", "is no user here"), ("unverified", "is not verified")] {
        let browser = Browser::open(900, 700, "light").await;
        browser.client.goto(&server.url("/login/oidc")).await.unwrap();
        type_name(&browser, name).await;
        browser.client.wait().for_element(Locator::Css("[role=alert]")).await.unwrap();
        let said = browser.text("[role=alert]").await;
        assert!(said.contains(told), "{said}");
    }
    let browser = Browser::open(900, 700, "light").await;
    browser.client.goto(&server.url("/login/oidc?next=//evil.example")).await.unwrap();
    type_name(&browser, "vera").await;
    browser.client.wait().for_url(&server.url("/").parse().unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_begin_in_this_browser_does_not_end_in_it() {
    let (world, server, link, provider) = start(World::new().with("server.oidc.role", "viewer"));
    first_user(&server, &link).await;
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let leaving = client.get(server.url("/login/oidc")).send().await.unwrap();
    let location = leaving.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.starts_with(&provider.issuer), "{location}");
    for part in ["code_challenge_method=S256", "nonce=", "state=", "scope=openid+email"] {
        assert!(location.contains(part), "{location}");
    }
    let cookie = leaving.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("Max-Age=900"), "{cookie}");
    let state = location.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let back = format!("/login/oidc/callback?code=stolen&state={state}");
    let without = client.get(server.url(&back)).send().await.unwrap();
    assert_eq!(without.status(), 403);
    // With the cookie the provider is asked, and knows no such code.
    let cookie = cookie.split(';').next().unwrap();
    let with = client.get(server.url(&back)).header("cookie", cookie).send().await.unwrap();
    assert_eq!(with.status(), 502);
    let forged = cookie.replace("next=", "next=%2Fsettings");
    let with = client.get(server.url(&back)).header("cookie", forged).send().await.unwrap();
    assert_eq!(with.status(), 403);
    // Whatever stands in the address, the words are ours.
    for error in ["access_denied", "Your+account+is+locked", "server_error", "login_required"] {
        let refused = format!("/login/oidc/callback?error={error}&error_description=call+555-0100");
        let (status, page) = server.get(&refused).await;
        assert_eq!(status, 403);
        let is_ours = page.contains("Example ID ") && page.contains("role=\"alert\"");
        assert!(is_ours && !page.contains("555") && !page.contains("locked"), "{page}");
    }
    let doctor = || world.run(&["doctor"]);
    let said = String::from_utf8_lossy(&tokio::task::block_in_place(doctor).stdout).into_owned();
    assert!(said.contains(&format!("✓ server.oidc {}: answers", provider.issuer)), "{said}");
    // A password still works where the provider is away.
    drop(provider);
    let said = String::from_utf8_lossy(&tokio::task::block_in_place(doctor).stdout).into_owned();
    assert!(said.contains("✗ server.oidc") && said.contains("discovery"), "{said}");
    // What it told of itself some seconds ago still counts.
    let mut status = 303;
    for _ in 0..80 {
        let away = client.get(server.url("/login/oidc")).send().await.unwrap();
        status = away.status().as_u16();
        if status != 303 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(status, 502);
    let form = [("name", "anna"), ("password", "correct horse battery")];
    assert_eq!(send(&server, "/login", &form, "").await.status(), 303);
}

#[test]
fn settings_of_a_provider_are_checked() {
    let world = World::new().with("server.oidc.issuer", "https://id.example.com");
    for (world, told) in [
        (World::new().with("server.oidc.name", "x"), "server.oidc.issuer"),
        (world, "server.oidc.client_id"),
        (
            World::new()
                .with("server.oidc.issuer", "https://id.example.com")
                .with("server.oidc.client_id", "x"),
            "server.public_url must be set",
        ),
    ] {
        let output = world.run(&["config", "check"]);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(told), "{said}");
    }
}
