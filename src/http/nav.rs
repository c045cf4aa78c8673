//! The pages there are, in groups, as the side bar has them.

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
            ("links", "/links"),
        ],
    ),
    (
        Some("conversations"),
        &[("conversations", "/conversations"), ("cohorts", "/cohorts"), ("audience", "/audience")],
    ),
    (
        Some("data"),
        &[("reports", "/reports"), ("quality", "/quality"), ("reference", "/reference")],
    ),
    (None, &[("settings", "/settings")]),
];

/// Pages that show nothing of some days.
const WITHOUT_DAYS: [&str; 3] = ["reports", "reference", "settings"];

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
    /// Its address.
    pub href: &'static str,
    /// What it is called.
    pub label: Message,
    /// Whether it shows days, which go along from page to page.
    pub has_days: bool,
}

/// The groups of the side bar, in order.
pub fn groups() -> impl Iterator<Item = Group> {
    GROUPS.into_iter().map(|(group, pages)| Group {
        label: group.map(|group| say(format!("pages-{group}"))),
        pages: pages
            .iter()
            .map(|(name, href)| Page {
                name,
                href,
                label: say(format!("page-{name}")),
                has_days: !WITHOUT_DAYS.contains(name),
            })
            .collect(),
    })
}
