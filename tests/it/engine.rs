//! The embedded engine's traps: who owns the folder, how it ends, what is said when it cannot
//! start.

use std::time::{Duration, Instant};

use messenger_funnel::store::Store;
use messenger_funnel::store::engine::{Engine, EngineError, EngineProgram, attach, locate};
use tempfile::TempDir;

use crate::support::{World, executable, is_alive, signal, start_engine, succeeded};

fn engine_program() -> EngineProgram {
    locate(None, executable(), std::env::var_os("PATH")).unwrap()
}

async fn start(folder: &TempDir) -> Result<Engine, EngineError> {
    start_engine(folder.path()).await
}

fn children(process: u32) -> Vec<u32> {
    let path = format!("/proc/{process}/task/{process}/children");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut found: Vec<u32> = text.split_whitespace().filter_map(|id| id.parse().ok()).collect();
    for entry in std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten()
    {
        let text = std::fs::read_to_string(entry.path().join("children")).unwrap_or_default();
        found.extend(text.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
    }
    found.sort_unstable();
    found.dedup();
    found
}

async fn wait_for_end(process: u32) {
    let started = Instant::now();
    while is_alive(process) {
        assert!(started.elapsed() < Duration::from_secs(60), "process {process} lives on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn it_answers_only_with_its_password_and_only_on_loopback() {
    let folder = TempDir::new().unwrap();
    let engine = start(&folder).await.unwrap();
    let endpoint = engine.endpoint("default");
    assert!(endpoint.url.starts_with("http://127.0.0.1:"));
    Store::new(endpoint.clone()).ping().await.unwrap();
    let mut wrong = endpoint.clone();
    wrong.password = "wrong".to_owned().into();
    Store::new(wrong).ping().await.unwrap_err();
    // The engine's own session needs the user `default`; over HTTP it can read nothing.
    let mut default = endpoint;
    default.user = String::new();
    let client = clickhouse::Client::default().with_url(&default.url);
    for question in ["SELECT count() FROM system.parts", "SELECT count() FROM system.processes"] {
        client.query(question).fetch_one::<u64>().await.unwrap_err();
    }
    client.query("CREATE DATABASE mine").execute().await.unwrap_err();
    engine.stop().await;
}

#[tokio::test]
async fn a_folder_has_one_owner_and_others_attach() {
    let folder = TempDir::new().unwrap();
    let engine = start(&folder).await.unwrap();
    let error = start(&folder).await.unwrap_err();
    assert!(matches!(error, EngineError::InUse { .. }), "{error}");
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    let attached = attach(folder.path(), "default").await.unwrap().unwrap();
    Store::new(attached.endpoint.clone()).ping().await.unwrap();
    drop(attached);
    engine.stop().await;
    assert!(attach(folder.path(), "default").await.unwrap().is_none());
    // Free again at once, data and all.
    start(&folder).await.unwrap().stop().await;
}

/// An engine on the same files that is not ours (its parent was killed): it ends with exit code 0
/// at once, which must not pass for a start.
#[tokio::test]
async fn a_locked_data_folder_is_a_clear_error_or_waited_for() {
    let folder = TempDir::new().unwrap();
    let other = TempDir::new().unwrap();
    let engine = start(&folder).await.unwrap();
    std::fs::create_dir_all(other.path().join("clickhouse")).unwrap();
    std::os::unix::fs::symlink(
        folder.path().join("clickhouse/data"),
        other.path().join("clickhouse/data"),
    )
    .unwrap();
    let release = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(2)).await;
        engine.stop().await;
    });
    let started = Instant::now();
    let second = start(&other).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1), "it did not wait for the lock");
    Store::new(second.endpoint("default")).ping().await.unwrap();
    release.await.unwrap();
    second.stop().await;
}

#[tokio::test]
async fn it_dies_with_a_parent_that_is_killed() {
    let world = World::new();
    let server = world.serve();
    let engines = children(server.process());
    assert_eq!(engines.len(), 1, "{engines:?}");
    server.kill();
    wait_for_end(engines[0]).await;
}

#[tokio::test]
async fn ctrl_c_is_for_the_parent_which_ends_it() {
    let world = World::new();
    let server = world.serve();
    let engine = children(server.process())[0];
    // In a terminal Ctrl-C goes to the whole group of the server: the engine is not in it.
    let group = |process: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        stat.rsplit(')').next().unwrap().split_whitespace().nth(2).unwrap().to_owned()
    };
    assert_ne!(group(engine), group(server.process()));
    server.interrupt();
    wait_for_end(engine).await;
}

#[tokio::test]
async fn a_server_whose_engine_dies_says_so_and_starts_another() {
    let world = World::new();
    let server = world.serve();
    let engine = children(server.process())[0];
    signal(engine, libc::SIGKILL);
    wait_for_end(engine).await;
    let started = Instant::now();
    loop {
        let others: Vec<u32> =
            children(server.process()).into_iter().filter(|child| *child != engine).collect();
        if !others.is_empty() && server.get("/readyz").await.0 == 200 {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "there is no other engine");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(server.get("/api/v1/funnels/click-to-messenger").await.0, 200);
    // It, too, is ended with the server.
    let other = children(server.process())[0];
    server.interrupt();
    wait_for_end(other).await;
}

#[test]
fn without_a_library_the_error_says_how_to_get_one() {
    let folder = TempDir::new().unwrap();
    // A copy of the program elsewhere, so that no node_modules lies above it.
    let copy = folder.path().join("messenger-funnel");
    std::fs::copy(executable(), &copy).unwrap();
    let output = std::process::Command::new(&copy)
        .arg("funnel")
        .current_dir(folder.path())
        .env("PATH", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("npm ci") && said.contains("clickhouse.url"), "{said}");

    let world = World::new().with("libchdb", "/nowhere/libchdb.so");
    let output = world.run(&["funnel"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("/nowhere/libchdb.so") && said.contains("npm ci"), "{said}");
}

#[test]
fn a_file_that_is_no_library_is_a_clear_error() {
    let world = World::new();
    let fake = world.write("libchdb.so", "not a library");
    let world = world.with("libchdb", fake.to_str().unwrap());
    let output = world.run(&["funnel"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("did not start") && said.contains("libchdb.so"), "{said}");
}

/// An official `clickhouse` binary takes the same arguments; the library, wrapped in a small
/// program of that name, stands in for it.
#[test]
fn a_clickhouse_binary_on_the_path_serves_as_well() {
    let EngineProgram::Library(library) = engine_program() else { return };
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("messenger-funnel");
    std::fs::copy(executable(), &copy).unwrap();
    let script = format!(
        "#!/bin/sh\nshift\nfor argument; do case $argument in --http_port=*) port=${{argument#*=}};; \
         --path=*) data=${{argument#*=}};; esac; done\n\
         exec {} engine --library {} --port $port --folder ${{data%/data}} 0</dev/zero\n",
        executable().display(),
        library.display()
    );
    let binary = folder.path().join("clickhouse");
    std::fs::write(&binary, script).unwrap();
    std::fs::set_permissions(&binary, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let found = locate(None, &copy, Some(path.clone().into()));
    // Run from this project the library would be found first: that is the rule.
    assert_eq!(found.unwrap(), EngineProgram::Library(library));
    let output = std::process::Command::new(&copy)
        .args(["funnel", "--format", "json"])
        .current_dir(folder.path())
        .env("PATH", path)
        .env("MESSENGER_FUNNEL__DATA_DIR", folder.path().join("data"))
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_str(&succeeded(&output)).unwrap();
    assert_eq!(report["funnel"], "click-to-messenger");
}
