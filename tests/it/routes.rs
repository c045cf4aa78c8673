//! The table of routes: whatever answers over HTTP stands in it, or is open to everybody on purpose.

use std::collections::BTreeSet;

use messenger_funnel::web::routes::route_needs;

use crate::support::files::files;

/// Paths that anybody may ask.
const OPEN: [&str; 18] = [
    "/L/{slug}",
    "/L/{slug}/",
    "/L/{slug}/{*rest}",
    "/assets/{name}",
    "/healthz",
    "/l/{slug}",
    "/l/{slug}/",
    "/l/{slug}/{*rest}",
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

/// Methods and paths that are routed by hand; those of the API come from its description, which `accounts` walks through.
fn routed() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (_, text) in files("src", "rs") {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for call in code.split(".route(\"").skip(1) {
            let (path, rest) = call.split_once('"').unwrap();
            let handlers = rest.lines().next().unwrap();
            for method in ["get", "post", "delete"] {
                let is_made = [format!(" {method}("), format!(").{method}(")];
                if is_made.iter().any(|made| handlers.contains(made)) {
                    found.insert((method.to_uppercase(), path.to_owned()));
                }
            }
        }
    }
    found
}

#[test]
fn every_route_has_its_line() {
    let found = routed();
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
