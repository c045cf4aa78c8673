//! The house rules: who may import whom, where SQL may stand, how files look.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::files::files;

/// Each room and the rooms that it may import. `config` and `cli` are the ends of the arrow.
const MAY_IMPORT: [(&str, &[&str]); 32] = [
    ("domain", &[]),
    ("language", &[]),
    ("private", &[]),
    ("incoming", &[]),
    ("outgoing", &[]),
    ("journal", &["private"]),
    ("normalize", &["domain"]),
    ("collector", &["domain", "incoming", "journal"]),
    ("conversions", &["domain", "journal", "normalize"]),
    ("store", &["domain", "journal", "normalize", "private"]),
    ("analysis", &["domain", "language"]),
    ("registry", &["domain", "http", "language", "store"]),
    ("meta", &["domain", "outgoing"]),
    ("feedback", &["domain", "meta", "store"]),
    ("sheet", &["domain"]),
    ("spend", &["domain", "meta", "private", "sheet", "store"]),
    ("materializer", &["analysis", "store"]),
    ("accounts", &["domain", "incoming", "outgoing", "private", "store"]),
    ("insights", &["accounts", "analysis", "domain", "language", "store"]),
    ("render", &["analysis", "domain", "insights", "language", "store"]),
    ("http", &["accounts", "analysis", "domain", "insights", "language", "render", "store"]),
    (
        "web",
        &[
            "accounts", "analysis", "domain", "http", "incoming", "insights", "language", "render",
            "store",
        ],
    ),
    ("mcp", &["accounts", "domain", "insights", "store", "web"]),
    ("members", &["accounts", "domain", "http", "incoming", "insights", "language", "render"]),
    ("synthetic", &["domain"]),
    ("jobs", &["domain"]),
    ("operations", &["domain", "incoming", "journal", "outgoing", "private", "store"]),
    (
        "reports",
        &[
            "analysis", "domain", "http", "insights", "language", "outgoing", "private", "render",
            "store",
        ],
    ),
    (
        "alerting",
        &[
            "accounts", "analysis", "domain", "http", "insights", "language", "render", "reports",
            "store",
        ],
    ),
    (
        "team",
        &["accounts", "alerting", "analysis", "domain", "http", "insights", "language", "store"],
    ),
    (
        "erasure",
        &[
            "collector",
            "domain",
            "http",
            "incoming",
            "journal",
            "meta",
            "normalize",
            "private",
            "reports",
            "store",
            "materializer",
        ],
    ),
    (
        "config",
        &[
            "accounts",
            "alerting",
            "analysis",
            "domain",
            "feedback",
            "insights",
            "journal",
            "language",
            "operations",
            "normalize",
            "reports",
            "store",
        ],
    ),
];

/// Rooms that compute and do nothing else: no clock, no I/O.
const PURE: [&str; 5] = ["domain", "normalize", "analysis", "sheet", "synthetic"];
const IMPURE: [&str; 9] = [
    "tokio",
    "reqwest",
    "axum",
    "clickhouse::",
    "std::fs",
    "std::net",
    "std::env",
    "::now()",
    "std::process",
];

fn sources() -> Vec<(PathBuf, String)> {
    let files = files("src", "rs");
    assert!(files.len() > 40);
    files
}

/// `domain` for `src/domain/event.rs` and for `src/domain.rs`.
fn room(path: &Path) -> String {
    let first = path.components().nth(1).unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a text names as `crate::room`, also inside `use crate::{a, b}`.
fn imports(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for part in text.split("crate::").skip(1) {
        let list = part.strip_prefix('{').and_then(|part| part.split('}').next());
        for name in list.unwrap_or(part).split(',').take(if list.is_some() { 99 } else { 1 }) {
            let name = name.trim().split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            rooms.extend(name.take(1).map(str::to_owned));
        }
    }
    rooms.retain(|name| MAY_IMPORT.iter().any(|(room, _)| room == name) || name == "cli");
    rooms
}

#[test]
fn rooms_import_only_along_the_arrow() {
    for (path, text) in sources() {
        let room = room(&path);
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            continue;
        };
        for import in imports(&text) {
            assert!(
                import == room || allowed.contains(&import.as_str()),
                "{}: {room} may not import {import}",
                path.display()
            );
        }
    }
}

#[test]
fn every_room_has_a_rule() {
    let known: BTreeSet<String> = sources().iter().map(|(path, _)| room(path)).collect();
    let ruled = MAY_IMPORT.iter().map(|(room, _)| (*room).to_owned());
    let ruled: BTreeSet<String> = ruled.chain(["cli", "lib", "main"].map(str::to_owned)).collect();
    assert_eq!(known, ruled);
}

#[test]
fn pure_rooms_do_no_input_or_output() {
    for (path, text) in sources() {
        if PURE.contains(&room(&path).as_str()) {
            let code = text.split("#[cfg(test)]").next().unwrap();
            for impure in IMPURE {
                assert!(!code.contains(impure), "{} uses {impure}", path.display());
            }
        }
    }
}

#[test]
fn only_the_engine_room_is_unsafe() {
    for (path, text) in sources() {
        let has_unsafe = text.lines().any(|line| {
            let line = line.trim_start();
            !line.starts_with("//") && (line.contains("unsafe {") || line.contains("unsafe fn"))
        });
        let may = path == Path::new("src/store/engine/library.rs");
        assert!(may || !has_unsafe, "{} has unsafe code", path.display());
    }
}

/// Beside `private`, which says who may read them, only these make files or folders.
#[test]
fn files_are_made_by_one_room() {
    const WAYS: [&str; 7] = [
        "File::create",
        "fs::write(",
        "fs::copy(",
        "create_dir",
        "File::options(",
        "OpenOptions::new(",
        "DirBuilder::new(",
    ];
    const OTHERS: [(&str, &str); 5] = [
        // Files that are there already.
        ("src/erasure/files.rs", "File::options("),
        ("src/journal/disk.rs", "File::options("),
        // A lock, which holds nothing.
        ("src/erasure/imports.rs", "File::options("),
        // Nothing about anybody: man pages, and invented traffic.
        ("src/cli/manual.rs", "create_dir"),
        ("src/cli/generate.rs", "File::create"),
    ];
    for (path, text) in sources() {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for way in WAYS {
            let may = room(&path) == "private" || OTHERS.contains(&(path.to_str().unwrap(), way));
            assert!(
                may || !code.contains(way),
                "{}: {way} makes what others may read",
                path.display()
            );
        }
    }
}

#[test]
fn sql_stands_in_queries_only() {
    const STATEMENTS: [&str; 6] =
        ["SELECT ", "INSERT INTO", "CREATE TABLE", "ALTER TABLE", "DROP TABLE", "DELETE FROM"];
    for (path, text) in sources() {
        // How the engine is kept alive and what its own user may do is no question to a database.
        if path.starts_with("src/store/engine") {
            continue;
        }
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for statement in STATEMENTS {
                assert!(!line.contains(statement), "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn every_query_is_used_once_and_says_what_it_answers() {
    let code: String = sources().into_iter().map(|(_, text)| text).collect();
    let statements = files("queries", "");
    assert!(statements.len() > 100);
    for (path, text) in statements {
        let within = path.display();
        let name = format!("{within}\"");
        assert_eq!(code.matches(&name).count(), 1, "{within} is not used once");
        assert!(text.starts_with("-- "), "{within} has no header");
    }
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    for (path, text) in sources().into_iter().chain(files("tests", "rs")) {
        assert!(text.starts_with("//!"), "{} does not say what it is for", path.display());
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}
