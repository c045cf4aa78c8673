//! Follows `docs/guides/ten-steps.md`: a manager, an analyst and an agency take their steps on the demo, and see what is
//! written beside each.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use reqwest::Client;

use crate::accounts::{first_user, user};
use crate::support::{Server, World};

/// A step: what is asked, and what appears.
struct Step {
    asked: String,
    appears: String,
}

/// The steps of a section, by the role in its title.
fn steps() -> Vec<(String, Vec<Step>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides/ten-steps.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut roles: Vec<(String, Vec<Step>)> = Vec::new();
    for line in text.lines() {
        if let Some((_, role)) = line.strip_prefix("## ").and_then(|line| line.split_once("(role "))
        {
            roles.push((role.trim_end_matches(')').to_owned(), Vec::new()));
        }
        let cells: Vec<&str> = line.split(" | ").collect();
        let code = |cell: &str| cell.trim_end_matches(" |").trim_matches('`').to_owned();
        if let ([_, asked, appears], Some((_, steps))) = (&cells[..], roles.last_mut())
            && asked.starts_with('`')
        {
            steps.push(Step { asked: code(asked), appears: code(appears) });
        }
    }
    roles
}

/// The demo, and the path of the link that makes its first user.
fn demo(world: &World) -> (Server, String) {
    let mut command = world.command(&["demo", "--people", "300", "--days", "40"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find_map(|line| {
        Some(line.strip_prefix("The dashboard: ")?.trim_end_matches('/').to_owned())
    });
    let address = address.expect("the demo tells its address");
    let link = lines.find_map(|line| Some(format!("/welcome/{}", line.split_once("/welcome/")?.1)));
    let link = link.expect("the demo tells how the first user is made");
    // What it says later must not be without a reader.
    std::thread::spawn(move || lines.for_each(drop));
    (Server::of(child, address), link)
}

async fn take(server: &Server, asked: &str, cookie: &str) -> (u16, String) {
    let client = Client::new();
    let request = match asked.strip_prefix("POST ").and_then(|rest| rest.split_once(' ')) {
        Some((path, body)) => client
            .post(server.url(path))
            .header("content-type", "application/json")
            .body(body.to_owned()),
        None => client.get(server.url(asked)),
    };
    let answer = request.header("cookie", cookie).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_an_analyst_and_an_agency_take_their_steps() {
    let world = World::new();
    let (server, link) = tokio::task::block_in_place(|| demo(&world));
    let admin = first_user(&server, &link).await;
    let roles = steps();
    assert_eq!(roles.len(), 3);
    for (role, steps) in roles {
        assert_eq!(steps.len(), 10, "{role}");
        let cookie = match role.as_str() {
            "admin" => admin.clone(),
            role => user(&server, &admin, role, role).await,
        };
        for Step { asked, appears } in steps {
            let (status, told) = take(&server, &asked, &cookie).await;
            assert!(status < 300, "{role}: {asked}: {status} {told}");
            let told = told.replace("&#39;", "'").replace("&#38;", "&");
            assert!(told.contains(&appears), "{role}: {asked} does not say {appears:?}: {told}");
        }
    }
}
