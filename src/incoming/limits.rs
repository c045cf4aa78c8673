//! How large the body of each route may be.

const KB: usize = 1 << 10;

/// What a form may take where nothing else is said.
const USUAL: usize = 64 * KB;

/// Path as it is routed, and bytes. What takes less than a form, or more.
const LIMITS: [(&str, usize); 8] = [
    // A name, a password of 1,024 bytes, each of them as three letters, and where to go.
    ("/login", 16 * KB),
    ("/welcome/{code}", 16 * KB),
    ("/logout", KB),
    ("/language", KB),
    ("/webhooks/meta/deletion", 16 * KB),
    // A funnel of 20 steps with some thousand ads.
    ("/api/v1/funnels/preview", 256 * KB),
    // The same, as the arguments of a tool.
    ("/mcp", 256 * KB),
    // 10,000 conversions.
    ("/api/v1/conversions", 8 << 20),
];

/// Bytes of a body at most; `path` as it is routed.
pub(super) fn limit_of(path: &str) -> usize {
    LIMITS.iter().find(|(at, _)| *at == path).map_or(USUAL, |(_, bytes)| *bytes)
}
