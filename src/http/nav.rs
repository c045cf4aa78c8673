//! The pages there are, in groups, as the side bar has them.

use super::{carried, visitor};
use crate::language::{Message, say};

/// A group's name (none of what stands alone) and its pages: each one's name and address.
type Pages = (Option<&'static str>, &'static [(&'static str, &'static str)]);

const GROUPS: [Pages; 5] = [
    (None, &[("overview", "/")]),
    (
        Some("analyse"),
        &[
            ("funnels", "/funnels"),
            ("attribution", "/attribution"),
            ("ads", "/ads"),
            ("entry-points", "/ads?by=source"),
            ("links", "/links"),
        ],
    ),
    (
        Some("conversations"),
        &[("conversations", "/conversations"), ("cohorts", "/cohorts"), ("audience", "/audience")],
    ),
    (
        Some("data"),
        &[
            ("goals", "/goals"),
            ("alerts", "/alerts"),
            ("views", "/views"),
            ("reports", "/reports"),
            ("quality", "/quality"),
            ("reference", "/reference"),
        ],
    ),
    (None, &[(WORKSPACES, "/workspaces"), ("settings", "/settings")]),
];

/// Pages that show nothing of some days.
const WITHOUT_DAYS: [&str; 6] = ["goals", "alerts", "views", "reports", "reference", "settings"];
/// The page of people of all workspaces.
const WORKSPACES: &str = "workspaces";

/// Pages that stand together.
pub struct Group {
    /// What they have in common; none of a page that stands alone.
    pub label: Option<Message>,
    /// The pages.
    pub pages: Vec<Page>,
}

/// A page of the side bar.
pub struct Page {
    /// Its name.
    pub name: &'static str,
    /// Its address, with what goes along from the page that is shown.
    pub href: String,
    /// What it is called.
    pub label: Message,
}

/// The groups of the side bar, in order.
pub fn groups() -> impl Iterator<Item = Group> {
    GROUPS.into_iter().map(|(group, pages)| Group {
        label: group.map(|group| say(format!("pages-{group}"))),
        pages: pages
            .iter()
            .filter(|(name, _)| *name != WORKSPACES || visitor::may_choose())
            .map(|(name, href)| Page {
                name,
                href: address(name, href),
                label: say(format!("page-{name}")),
            })
            .collect(),
    })
}

fn address(name: &str, href: &str) -> String {
    let carried = carried::query();
    if carried.is_empty() || WITHOUT_DAYS.contains(&name) {
        return href.to_owned();
    }
    let mark = if href.contains('?') { '&' } else { '?' };
    format!("{href}{mark}{carried}")
}
