//! The table of routes: whatever answers over HTTP stands in it, or is open to everybody on purpose.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use messenger_funnel::web::routes::route_needs;

/// Paths that anybody may ask.
const OPEN: [&str; 18] = [
    "/L/{slug}",
    "/L/{slug}/",
    "/assets/in_place.js",
    "/assets/live.js",
    "/assets/style.css",
    "/healthz",
    "/l/{slug}",
    "/l/{slug}/",
    "/l/{slug}/qr.png",
    "/l/{slug}/qr.svg",
    "/language",
    "/login",
    "/login/oidc",
    "/login/oidc/callback",
    "/logout",
    "/metrics",
    "/readyz",
    "/webhooks/meta",
];
/// Open too, by a code that only one person has.
const BY_CODE: [&str; 2] = ["/webhooks/meta/deletion/{code}", "/welcome/{code}"];

/// Paths that are routed by hand; those of the API come from its description, which `accounts` walks through.
fn routed(folder: &Path, found: &mut BTreeSet<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routed(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for call in code.split(".route(\"").skip(1) {
            let (path, rest) = call.split_once('"').unwrap();
            let handlers = rest.split(".route(\"").next().unwrap();
            for method in ["get", "post", "delete"] {
                let is_made = [format!(" {method}("), format!(").{method}(")];
                if is_made.iter().any(|made| handlers.split('\n').next().unwrap().contains(made)) {
                    found.insert((method.to_uppercase(), path.to_owned()));
                }
            }
        }
    }
}

#[test]
fn every_route_has_its_line() {
    let mut found = BTreeSet::new();
    routed(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 40, "{found:?}");
    for (method, path) in &found {
        let is_open = OPEN.contains(&path.as_str()) || BY_CODE.contains(&path.as_str());
        let has_line = route_needs().any(|(one, at, _)| one == method && at == path);
        assert!(is_open != has_line, "{method} {path}: open {is_open}, in the table {has_line}");
    }
}

#[test]
fn no_route_has_two_lines() {
    let all: Vec<_> = route_needs().map(|(method, path, _)| (method, path)).collect();
    let once: BTreeSet<_> = all.iter().collect();
    assert_eq!(all.len(), once.len());
}
