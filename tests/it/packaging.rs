//! What an operator installs: settings that are checked, man pages, completions, a unit, alert rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use messenger_funnel::config::SECTIONS;
use messenger_funnel::operations::{METRICS, MetricKind};
use regex::Regex;

use crate::support::World;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn settings_are_checked_without_starting_anything() {
    let world = World::bare();
    let told = world.succeed(&["config", "check"]);
    assert!(
        told.contains("the settings are right") && told.contains("server.public_url"),
        "{told}"
    );
    assert!(!world.data_dir().exists());
    let wrong = world.write("wrong.toml", "[server]\nlistn = \"127.0.0.1:80\"\n");
    let refused = world.run(&["--config", wrong.to_str().unwrap(), "config", "check"]);
    let error = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    assert!(error.contains("wrong.toml") && error.contains("did you mean `listen`?"), "{error}");
    let wrong = world.write("wrong.toml", "[server]\ntrusted_proxies = [\"10.0.0.0/99\"]\n");
    let refused = world.run(&["--config", wrong.to_str().unwrap(), "config", "check"]);
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(error.contains("server.trusted_proxies: \"10.0.0.0/99\""), "{error}");
}

#[test]
fn shells_and_man_pages_know_every_command() {
    let world = World::new();
    let bash = world.succeed(&["completions", "bash"]);
    let page = world.succeed(&["man"]);
    for command in ["serve", "erase", "backup", "attribution"] {
        assert!(bash.contains(command) && page.contains(command), "{command}");
    }
    assert_eq!(world.run(&["completions", "abacus"]).status.code(), Some(2));
    let folder = world.folder().join("man");
    world.succeed(&["man", "--folder", folder.to_str().unwrap()]);
    let erase = fs::read_to_string(folder.join("messenger-funnel-erase.1")).unwrap();
    assert!(erase.contains("\\-\\-person"), "{erase}");
}

#[test]
fn metrics_that_are_recorded_are_described_and_others_are_not_named() {
    let mut sources = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources += &fs::read_to_string(path).unwrap();
            }
        }
    }
    let known: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
    let metric = Regex::new("messenger_funnel_[a-z_]+").unwrap();
    for name in ["dashboards/prometheus/alerts.yaml", "docs/operating/running.md"] {
        let text = file(name);
        let named: BTreeSet<&str> = metric.find_iter(&text).map(|found| found.as_str()).collect();
        assert!(!named.is_empty(), "{name}");
        for one in named {
            assert!(known.contains(one), "{name}: {one} is no metric");
        }
    }
    // What is recorded is described, and as what it is.
    let recorded = Regex::new(
        "(counter|gauge)!\\(\\s*\"(messenger_funnel_[a-z_]+)\"(?:,\\s*\"([a-z]+)\" =>)?",
    );
    let mut found = BTreeSet::new();
    for one in recorded.unwrap().captures_iter(&sources) {
        let metric = METRICS.iter().find(|metric| metric.name == &one[2]);
        let metric = metric.unwrap_or_else(|| panic!("{} is not in METRICS", &one[2]));
        let kind = if &one[1] == "counter" { MetricKind::Counter } else { MetricKind::Gauge };
        assert_eq!(metric.kind, kind, "{}", metric.name);
        let label = one.get(3).map(|label| label.as_str());
        assert_eq!(metric.label.map(|(label, _)| label), label, "{}", metric.name);
        found.insert(metric.name);
    }
    assert_eq!(found, known, "METRICS describes what nothing records");
}

#[test]
fn the_unit_starts_what_there_is() {
    let unit = file("packaging/messenger-funnel.service");
    let world = World::new();
    for line in unit.lines().filter(|line| line.starts_with("ExecStart")) {
        let command: Vec<&str> = line.split_once('=').unwrap().1.split(' ').collect();
        assert_eq!(command[1], "--config");
        let help = [&command[3..], &["--help"]].concat();
        world.succeed(&help);
    }
    let compose = file("packaging/compose.yaml");
    for (_, key) in compose.lines().filter_map(|line| line.trim().split_once("MESSENGER_FUNNEL__"))
    {
        let (key, value) = key.split_once(": ").unwrap();
        // Its secrets lie in files that are not here.
        if !key.ends_with("_FILE") {
            let checked = World::new().with(&key.to_lowercase().replace("__", "."), value);
            checked.succeed(&["config", "check"]);
        }
    }
}

#[test]
fn the_settings_of_the_package_are_right_and_name_keys_that_there_are() {
    let world = World::bare();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/messenger-funnel.toml");
    let told = world.succeed(&["--config", path.to_str().unwrap(), "config", "check"]);
    assert!(told.contains("the settings are right"), "{told}");
    let (mut section, mut looked_at) = ("", 0);
    for line in file("packaging/messenger-funnel.toml").lines() {
        if line.starts_with('[') {
            section = SECTIONS.iter().find(|known| known.head == line).unwrap().head;
        } else if let Some((name, _)) = line.trim_start_matches("# ").split_once(" = ") {
            let known = SECTIONS.iter().find(|known| known.head == section).unwrap();
            assert!(known.keys.iter().any(|key| key.name == name), "{section} {line}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 10, "{looked_at}");
}

/// `tests/dist.sh` installs it; this finds cheaply what has been moved or renamed.
#[test]
fn archive_and_package_are_made_of_what_there_is_and_fit_the_unit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recipe = file("packaging/dist");
    let path = Regex::new(r"(?:packaging|dashboards)/[\w./-]+|LICENSE-[A-Z]+").unwrap();
    let named: BTreeSet<&str> = path.find_iter(&recipe).map(|found| found.as_str()).collect();
    assert!(named.len() >= 7, "{named:?}");
    for name in named {
        assert!(root.join(name).exists(), "packaging/dist: there is no {name}");
    }
    let manifest: toml::Table = file("Cargo.toml").parse().unwrap();
    let package = &manifest["package"]["metadata"]["deb"];
    let unit = file("packaging/messenger-funnel.service");
    let of_unit = |key: &str| -> Vec<&str> {
        unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
    };
    let settings = package["conf-files"][0].as_str().unwrap();
    let started = [of_unit("ExecStart"), of_unit("ExecStartPre")].concat();
    assert_eq!(started.len(), 2);
    for command in started {
        let start = format!("/usr/lib/messenger-funnel/messenger-funnel --config {settings} ");
        assert!(command.starts_with(&start), "{command}");
    }
    let tree = file("packaging/deb");
    for installed in [
        "$root/usr/lib/messenger-funnel\" \"$from/messenger-funnel\" \"$from/libchdb.so\"",
        "$root/usr/lib/systemd/system\" \"$from/messenger-funnel.service\"",
        "$root/etc/messenger-funnel\" \"$from/messenger-funnel.toml\"",
    ] {
        assert!(tree.contains(installed), "packaging/deb does not install {installed}");
    }
    let assets = package["assets"].as_array().unwrap();
    for asset in assets {
        let from = asset[0].as_str().unwrap().strip_prefix("dist/debian/").unwrap();
        assert!(from.starts_with(asset[1].as_str().unwrap()), "{asset}");
    }
    let scripts = package["maintainer-scripts"].as_str().unwrap();
    for name in ["postinst", "prerm", "postrm"] {
        let script = root.join(scripts).join(name);
        let checked = Command::new("sh").arg("-n").arg(&script).status().unwrap();
        assert!(checked.success(), "{name}");
    }
    let account = of_unit("User")[0];
    assert!(file("packaging/debian/postinst").contains(&format!("getent passwd {account} ")));
}
