//! A backup is made beside a running server, and restored elsewhere.

use crate::support::{World, count};
use serde_json::Value;

const RANGE: [&str; 4] = ["--from", "2026-10-01", "--to", "2026-11-01"];
const QUESTION: &str = "/api/v1/funnels/click-to-messenger?from=2026-10-01&to=2026-11-01&by=source";

fn figures(world: &World) -> Vec<Value> {
    let ask = |args: &[&str]| world.json(&[args, &RANGE[..], &["--format", "json"][..]].concat());
    vec![
        ask(&["funnel", "--by", "source"]),
        ask(&["attribution", "--model", "linear"]),
        ask(&["ads", "--by", "ad"]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restored_is_what_was_there() {
    let world = World::new();
    world.fill(300, 9, ["2026-10-01", "2026-11-01"]);
    world.succeed(&["link", "add", "--page", "my.shop", "--ref", "poster", "--slug", "poster"]);
    let before = figures(&world);
    let server = world.serve();
    let late = crate::support::message("100200300400", "late", 1_792_000_000_000, "m-late");
    assert_eq!(server.post(&late).await, 200);
    let opened = count(&before[0], "opened").unwrap();
    server.wait_until(QUESTION, |report| count(report, "opened") == Some(opened + 1)).await;

    let backup = world.folder().join("backup");
    let folder = backup.to_str().unwrap();
    let told = tokio::task::block_in_place(|| world.succeed(&["backup", folder]));
    assert!(told.contains("schema version"), "{told}");
    let twice = tokio::task::block_in_place(|| world.run(&["backup", folder]));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("is not empty"));
    server.interrupt();
    let after = tokio::task::block_in_place(|| figures(&world));
    assert_ne!(before[0], after[0]);

    let other = World::new();
    tokio::task::block_in_place(|| {
        let told = other.succeed(&["restore", folder]);
        assert!(told.contains("restored"), "{told}");
        assert_eq!(figures(&other), after);
        let strict = other.succeed(&["conversations", "rebuild", "--strict"]);
        assert!(strict.contains("0 were missing, 0 should not"), "{strict}");
        assert!(other.succeed(&["link", "list"]).contains("poster"));
        // Into what is there already it is not put.
        let again = other.run(&["restore", folder]);
        assert!(!again.status.success());
        // A damaged backup is refused before anything is written.
        std::fs::write(backup.join("links.native"), "damaged").unwrap();
        let third = World::bare();
        let damaged = third.run(&["restore", folder]);
        assert!(
            String::from_utf8_lossy(&damaged.stderr)
                .contains("links.native: it is not what was written")
        );
        assert!(!third.data_dir().exists());
    });
}
