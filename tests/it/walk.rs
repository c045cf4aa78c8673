//! Follows `docs/start/connecting.md`: every command in it is run, and must answer what stands below it.

use std::path::Path;
use std::process::Command;

use crate::accounts::{first_user, send, serve};
use crate::doctor::ALL;
use crate::graph::{FakeGraph, Page, Trouble};
use crate::support::{World, executable, free_port};

/// The fenced blocks of a text: language and content, in order.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, content)), None) => {
                content.push_str(line);
                content.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Whether a line was said; `…` stands for anything.
fn is_said(said: &str, wanted: &str) -> bool {
    said.lines().any(|line| {
        let mut rest = line;
        wanted.split('…').all(|part| {
            let found = rest.find(part);
            rest = found.map_or("", |place| &rest[place + part.len()..]);
            found.is_some()
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_connects_a_meta_app() {
    let fake = FakeGraph::start(vec![], Trouble::none()).await;
    fake.with(|inner| {
        let page =
            Page { id: "1", token: "token-of-one", fields: ALL.to_vec(), has_get_started: true };
        inner.pages = vec![page];
    });
    let port = free_port();
    let here = format!("http://127.0.0.1:{port}");
    let mut world = World::new().with("meta.page_tokens.1", "token-of-one");
    for (key, value) in fake.settings() {
        world = world.with(key, &value);
    }
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/start/connecting.md");
    let blocks = blocks(&std::fs::read_to_string(text).unwrap());
    let (_, settings) = blocks.iter().find(|(language, _)| language == "toml").unwrap();
    let settings = settings.replace("127.0.0.1:8080", &format!("127.0.0.1:{port}"));
    world.write("messenger-funnel.toml", settings);
    // The engine, where `npm ci` puts it: the program itself may have been built anywhere.
    let engine = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules");
    std::os::unix::fs::symlink(engine, world.folder().join("node_modules")).unwrap();

    // As the newcomer's shell has it: in the folder of the settings, with the program on the path.
    let run = |script: &str, token: &str| {
        let script = script.replace("https://your.host", &here);
        let mut command = Command::new("bash");
        for (name, value) in world.command(&[]).get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        for name in ["META__APP_SECRETS", "META__VERIFY_TOKEN", "SERVER__LISTEN"] {
            command.env_remove(format!("MESSENGER_FUNNEL__{name}"));
        }
        let programs = executable().parent().unwrap().display().to_string();
        let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
        command.env("PATH", path).env("TOKEN", token).current_dir(world.folder());
        let output = command.args(["-euo", "pipefail", "-c", &script]).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&said).into_owned()
    };
    let mut followed = 0;
    let mut server = None;
    let mut token = String::new();
    for (place, (language, script)) in blocks.iter().enumerate() {
        if language != "sh" {
            continue;
        }
        if followed == 1 {
            // Step 2, behind the first commands.
            let (running, link) = serve_here(&world);
            let admin = first_user(&running, &link).await;
            let form = [("name", "walk"), ("scope", "read")];
            let made =
                send(&running, "/settings/tokens", &form, &admin).await.text().await.unwrap();
            let shown = made.split("<code id=\"secret\">").nth(1).unwrap();
            shown.split('<').next().unwrap().clone_into(&mut token);
            server = Some(running);
        }
        let (kind, wanted) = &blocks[place + 1];
        assert_eq!(kind, "text", "what should be seen stands below: {script}");
        let mut said = String::new();
        for _ in 0..100 {
            said = tokio::task::block_in_place(|| run(script, &token));
            // Only what a step made shows a little later.
            let is_there = wanted.lines().all(|line| is_said(&said, line));
            if is_there || !script.contains("$TOKEN") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        for line in wanted.lines() {
            assert!(is_said(&said, line), "{script}\nshould say {line:?}, and says:\n{said}");
        }
        followed += 1;
    }
    assert_eq!(followed, 7);
    drop(server);
}

fn serve_here(world: &World) -> (crate::support::Server, String) {
    let file = world.folder().join("messenger-funnel.toml").display().to_string();
    let mut command = world.command(&["--config", &file, "serve"]);
    for name in ["META__APP_SECRETS", "META__VERIFY_TOKEN", "SERVER__LISTEN"] {
        command.env_remove(format!("MESSENGER_FUNNEL__{name}"));
    }
    command.current_dir(world.folder());
    serve(command)
}
