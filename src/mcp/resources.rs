//! What may be read beside the figures: what words and columns mean, and how figures are computed.

use rmcp::model::{Resource, ResourceContents};

/// The kind of all of them.
const KIND: &str = "text/markdown";

/// Name, what it is, text.
const DOCUMENTS: [(&str, &str, &str); 4] = [
    (
        "definitions",
        "How each figure is defined: conversations, stages, sources, conversions, the two clocks",
        include_str!("../../docs/reference/definitions.md"),
    ),
    ("glossary", "One word for one thing", include_str!("../../GLOSSARY.md")),
    ("columns", "The columns of each answer", include_str!("../../docs/reference/columns.md")),
    (
        "statistics",
        "How intervals, verdicts and expected values are computed, and when they are left out",
        include_str!("../../docs/reference/statistics.md"),
    ),
];

fn address(name: &str) -> String {
    format!("messenger-funnel://docs/{name}")
}

/// All of them.
pub(super) fn all() -> Vec<Resource> {
    let resource = |(name, about, text): &(&str, &str, &str)| {
        Resource::new(address(name), *name)
            .with_description(*about)
            .with_mime_type(KIND)
            .with_size(text.len() as u64)
    };
    DOCUMENTS.iter().map(resource).collect()
}

/// The text at an address.
pub(super) fn read(at: &str) -> Option<ResourceContents> {
    let (_, _, text) = DOCUMENTS.iter().find(|(name, ..)| address(name) == at)?;
    Some(ResourceContents::text(*text, at).with_mime_type(KIND))
}
