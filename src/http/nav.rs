//! The pages there are.

use crate::language::{Message, say};

/// Every page: its name and its address.
const PAGES: [(&str, &str); 12] = [
    ("overview", "/"),
    ("funnels", "/funnels"),
    ("ads", "/ads"),
    ("attribution", "/attribution"),
    ("links", "/links"),
    ("conversations", "/conversations"),
    ("cohorts", "/cohorts"),
    ("audience", "/audience"),
    ("reports", "/reports"),
    ("quality", "/quality"),
    ("reference", "/reference"),
    ("settings", "/settings"),
];

/// Every page: its name, its address and its label.
pub fn pages() -> impl Iterator<Item = (&'static str, &'static str, Message)> {
    PAGES.into_iter().map(|(name, href)| (name, href, say(format!("page-{name}"))))
}
