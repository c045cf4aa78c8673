//! Whatever the umask allows and however open the data folder was: nothing in it can be read by others.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::ads::{TIME, by_ad, thread};
use crate::support::{Server, World, message, succeeded};

/// The same command by a user whose umask takes nothing away.
fn careless(command: &Command) -> Command {
    let mut careless = Command::new("sh");
    careless.args(["-c", "umask 0; exec \"$0\" \"$@\""]).arg(command.get_program());
    careless.args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => careless.env(key, value),
            None => careless.env_remove(key),
        };
    }
    careless
}

/// All in a folder that others may read, write or enter, and how many files and folders there are.
fn open(folder: &Path) -> (Vec<PathBuf>, usize) {
    let (mut open, mut count) = (Vec::new(), 0);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // What is being merged comes and goes.
        let Ok(about) = fs::symlink_metadata(&path) else { continue };
        count += 1;
        if !about.is_symlink() && about.mode() & 0o077 != 0 {
            open.push(path.clone());
        }
        if about.is_dir() && fs::read_dir(&path).is_ok() {
            let (inside, more) = self::open(&path);
            open.extend(inside);
            count += more;
        }
    }
    (open, count)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_can_read_the_data_folder_after_a_busy_day() {
    let world = World::bare();
    let data = world.data_dir();
    // As an earlier version, or a careless copy, left it.
    let old = data.join("reports/weekly/weekly_2026-01-01_0000Z");
    fs::create_dir_all(&old).unwrap();
    fs::create_dir_all(data.join("spend")).unwrap();
    for path in [old.join("weekly.csv"), data.join("links.json"), data.join("spend/1.lock")] {
        fs::write(&path, if path.ends_with("links.json") { "[]" } else { "" }).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
    }
    for path in [&data, &data.join("reports"), &data.join("spend"), &old] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    let [shelf, open_shelf] = ["shelf", "open"].map(|name| world.folder().join(name));
    // The operator lets a group read what is delivered here.
    fs::create_dir(&open_shelf).unwrap();
    fs::set_permissions(&open_shelf, Permissions::from_mode(0o755)).unwrap();
    let settings = world.write(
        "settings.toml",
        format!(
            "[[reports]]\nname = \"touches\"\nquestion = \"touchpoints\"\nrange = \"last_90_days\"\n\
             formats = [\"csv\", \"xlsx\", \"parquet\", \"json\"]\nto = [\"shelf\", \"open\"]\n\
             [destinations.shelf]\nfolder = \"{}\"\n[destinations.open]\nfolder = \"{}\"\n",
            shelf.display(),
            open_shelf.display()
        ),
    );
    let settings = settings.to_str().unwrap().to_owned();
    let run = |args: &[&str]| {
        let args = [&["--config", settings.as_str()], args].concat();
        succeeded(&careless(&world.command(&args)).output().unwrap())
    };
    let traffic =
        world.write("traffic.jsonl", thread("ann", TIME, by_ad("11"), &["LEAD"]).join("\n"));
    run(&["import", "webhooks", traffic.to_str().unwrap()]);
    let spend = "Day,Ad ID,Ad name,Impressions,Link clicks,Amount spent (EUR)\n2026-11-20,11,Blue,8,2,5.50\n";
    run(&["import", "spend", world.write("spend.csv", spend).to_str().unwrap()]);
    run(&["link", "add", "--slug", "counter", "--page", "shop", "--ref", "counter_card"]);

    let server = Server::start(careless(&world.command(&["--config", &settings, "serve"])));
    for number in 0..200 {
        let body = message("77", &format!("p{number}"), TIME + number, &format!("m{number}"));
        assert_eq!(server.post(&body).await, 200);
    }
    let client = reqwest::Client::new();
    let post = |path: &str, body: serde_json::Value| {
        let request = client.post(server.url(path)).json(&body).send();
        async move { request.await.unwrap().status().as_u16() }
    };
    assert_eq!(post("/api/v1/reports/touches/runs", json!({})).await, 202);
    let is_done = |told: &serde_json::Value| told["runs"][0]["status"] == "done";
    server.wait_until("/api/v1/reports/touches/runs", is_done).await;
    // Before files that list them go with somebody who is erased.
    assert_eq!((mode(&shelf), open(&shelf).0), (0o700, Vec::new()));
    let delivered: Vec<u32> =
        fs::read_dir(&open_shelf).unwrap().map(|entry| mode(&entry.unwrap().path())).collect();
    assert_eq!(delivered, [0o640; 5]);
    run(&["erase", "--page", "77", "--person", "p3"]);
    tokio::time::sleep(Duration::from_secs(3)).await;

    let (open_files, count) = open(&data);
    assert_eq!(open_files, Vec::<PathBuf>::new());
    assert!(count > 100, "{count} files are not what a busy server leaves");
    for kept in
        ["journal", "reports/touches", "session.key", "links.json", "erasures", "clickhouse/data"]
    {
        assert!(data.join(kept).exists(), "{kept} is missing");
    }
    // What is not ours stays as it was.
    assert_eq!(mode(&data), 0o755);

    let backup = world.folder().join("backup");
    fs::create_dir(&backup).unwrap();
    fs::set_permissions(&backup, Permissions::from_mode(0o777)).unwrap();
    run(&["backup", backup.to_str().unwrap()]);
    assert_eq!((mode(&backup), open(&backup).0), (0o700, Vec::new()));
    drop(server);
    // After the end too: what is written then is the last that is written.
    assert_eq!(open(&data).0, Vec::<PathBuf>::new());

    // Man pages are for everybody.
    let pages = world.folder().join("man");
    run(&["man", "--folder", pages.to_str().unwrap()]);
    assert_eq!(mode(&pages.join("messenger-funnel.1")) & 0o444, 0o444);
}
