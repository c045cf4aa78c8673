//! The order inside the rooms: no file takes from one that takes from it, on whatever detour, and no folder either.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::files::files;

/// The floors of `store`, from the lowest: what stands on one takes from lower ones only. What shares a floor knows
/// nothing of each other.
const STORE: [&[&str]; 7] = [
    &["client"],
    &["rows"],
    &["jobs", "materialize", "read"],
    &["schema", "state"],
    &["reported_conversions"],
    &["ingest"],
    &["engine"],
];

/// Of a crate's folder the files, by the module that each is, and what each names of the others.
struct House {
    /// `["store", "read", "lists"]` > the file's text.
    files: BTreeMap<Vec<String>, String>,
    /// What a module hands on from others under its own name: (module, name) > where it is.
    handed_on: BTreeMap<(Vec<String>, String), Vec<String>>,
}

impl House {
    fn read() -> Self {
        let files = files("src", "rs").into_iter();
        let files = files.map(|(path, text)| (module(&path), without_tests(&text))).collect();
        let mut house = Self { files, handed_on: BTreeMap::new() };
        let mut handed_on = BTreeMap::new();
        for (module, text) in &house.files {
            for (name, path) in uses(text).into_iter().filter_map(|taken| taken.handed_on) {
                handed_on.insert((module.clone(), name), absolute(module, &path));
            }
        }
        house.handed_on = handed_on;
        house
    }

    /// The file in which a path ends, through whatever hands it on.
    fn home(&self, path: &[String]) -> Option<Vec<String>> {
        let mut path = path.to_vec();
        for _ in 0..9 {
            let file = (1..=path.len()).rev().find(|end| self.files.contains_key(&path[..*end]))?;
            if file == path.len() {
                return Some(path);
            }
            match self.handed_on.get(&(path[..file].to_vec(), path[file].clone())) {
                Some(elsewhere) => path = [elsewhere, &path[file + 1..]].concat(),
                None => return Some(path[..file].to_vec()),
            }
        }
        panic!("handed on in a circle: {path:?}");
    }

    /// Which files each file takes from.
    fn arrows(&self) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
        let mut arrows = BTreeMap::new();
        for (module, text) in &self.files {
            let mut taken: BTreeSet<Vec<String>> = uses(text)
                .into_iter()
                .filter(|taken| taken.handed_on.is_none())
                .filter_map(|taken| self.home(&absolute(module, &taken.path)))
                .collect();
            taken.remove(module);
            arrows.insert(module.clone(), taken);
        }
        arrows
    }
}

/// `super::x` said from the root.
fn absolute(module: &[String], path: &[String]) -> Vec<String> {
    let mut whole = match path[0].as_str() {
        "crate" => Vec::new(),
        "self" => module.to_vec(),
        "super" => module[..module.len() - 1].to_vec(),
        // A child of this module, or another crate.
        _ => [module, &path[..1]].concat(),
    };
    for part in &path[1..] {
        if part == "super" {
            whole.pop();
        } else {
            whole.push(part.clone());
        }
    }
    whole
}

fn module(path: &Path) -> Vec<String> {
    let path = path.strip_prefix("src").unwrap().with_extension("");
    let mut parts: Vec<String> =
        path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

/// Unit tests stand last in a file, and may look at anything.
fn without_tests(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

struct Taken {
    path: Vec<String>,
    /// Of a `pub use` the name under which it is handed on, and from where.
    handed_on: Option<(String, Vec<String>)>,
}

/// What a file names of others: by `use`, and by paths that begin with `crate` or `super`.
fn uses(text: &str) -> Vec<Taken> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("use ") {
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let before = text[line..at].trim();
        let is_public = before.starts_with("pub");
        if !(before.is_empty() || is_public) {
            continue;
        }
        let Some((tree, _)) = text[at + 4..].split_once(';') else { continue };
        let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
        for path in leaves(&tree) {
            let (path, name) = match path.split_once(" as ") {
                Some((path, name)) => (path.to_owned(), Some(name.to_owned())),
                None => (path, None),
            };
            let path: Vec<String> = path.split("::").map(|part| part.trim().to_owned()).collect();
            let name = name.unwrap_or_else(|| path.last().unwrap().clone());
            let handed_on = is_public.then(|| (name, path.clone()));
            found.push(Taken { path, handed_on });
        }
    }
    for begin in ["crate::", "super::"] {
        for (at, _) in text.match_indices(begin) {
            let path = text[at..]
                .split(|letter: char| !(letter.is_alphanumeric() || "_:".contains(letter)));
            let path = path.into_iter().next().unwrap().trim_end_matches(':');
            let path: Vec<String> = path.split("::").map(str::to_owned).collect();
            let is_known = path.len() > 1 && !path.iter().any(String::is_empty);
            if is_known && !text[..at].ends_with(['(', ':']) && path[1] != "*" {
                found.push(Taken { path, handed_on: None });
            }
        }
    }
    found
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((stem, list)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    // A text that begins like one.
    let Some(end) = list.rfind('}') else { return Vec::new() };
    let list = &list[..end];
    let (mut depth, mut from, mut parts) = (0, 0, Vec::new());
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[from..]);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    let whole = |leaf: String| match leaf.as_str() {
        "self" => stem.trim_end_matches("::").to_owned(),
        _ => format!("{stem}{leaf}"),
    };
    parts.flat_map(leaves).map(whole).collect()
}

/// A circle in a picture of arrows, as a way that ends where it began.
fn circle<Node: Ord + Clone>(arrows: &BTreeMap<Node, BTreeSet<Node>>) -> Option<Vec<Node>> {
    fn walk<Node: Ord + Clone>(
        node: &Node,
        arrows: &BTreeMap<Node, BTreeSet<Node>>,
        way: &mut Vec<Node>,
        done: &mut BTreeSet<Node>,
    ) -> Option<Vec<Node>> {
        if let Some(begin) = way.iter().position(|seen| seen == node) {
            return Some(way[begin..].to_vec());
        }
        if done.contains(node) {
            return None;
        }
        way.push(node.clone());
        let found =
            arrows.get(node).into_iter().flatten().find_map(|next| walk(next, arrows, way, done));
        way.pop();
        done.insert(node.clone());
        found
    }
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|node| walk(node, arrows, &mut Vec::new(), &mut done))
}

#[test]
fn no_files_take_from_each_other() {
    let arrows = House::read().arrows();
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 1_000);
    assert_eq!(circle(&arrows), None);
}

/// A room's own folders and files, each folder as one.
#[test]
fn no_folders_take_from_each_other() {
    let arrows = House::read().arrows();
    for depth in 1..3 {
        let mut folders: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
        for (from, taken) in &arrows {
            let cut = |module: &Vec<String>| module[..module.len().min(depth + 1)].to_vec();
            let inside = taken.iter().filter(|to| {
                to.len() > depth && from.len() > depth && to[..depth] == from[..depth]
            });
            let others = inside.map(cut).filter(|to| *to != cut(from));
            folders.entry(cut(from)).or_default().extend(others);
        }
        assert_eq!(circle(&folders), None);
    }
}

#[test]
fn the_floors_of_the_store_take_from_lower_ones() {
    let floor = |name: &String| STORE.iter().position(|floor| floor.contains(&name.as_str()));
    for (from, taken) in House::read().arrows() {
        for to in taken.iter().filter(|to| from.len() > 1 && to.len() > 1) {
            if from[0] == "store" && to[0] == "store" && from[1] != to[1] {
                let (above, below) = (floor(&from[1]), floor(&to[1]));
                assert!(above.is_some() && below.is_some(), "{from:?} or {to:?} has no floor");
                assert!(above > below, "{from:?} takes from {to:?}");
            }
        }
    }
}

#[test]
fn a_circle_is_found() {
    let arrows = |pairs: &[(u8, u8)]| {
        let mut arrows: BTreeMap<u8, BTreeSet<u8>> = BTreeMap::new();
        for (from, to) in pairs {
            arrows.entry(*from).or_default().insert(*to);
        }
        arrows
    };
    assert_eq!(circle(&arrows(&[(1, 2), (2, 3), (1, 3)])), None);
    assert_eq!(circle(&arrows(&[(1, 2), (2, 3), (3, 2)])), Some(vec![2, 3]));
    let found = leaves("crate::a::{self, B, c::{D, e::F}}");
    assert_eq!(found, ["crate::a", "crate::a::B", "crate::a::c::D", "crate::a::c::e::F"]);
}
