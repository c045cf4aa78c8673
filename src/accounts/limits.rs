//! How short and how long what people choose may be.

/// Letters of a password at least.
pub const SHORTEST_PASSWORD: usize = 12;
/// Bytes of a password at most: hashing takes longer for more.
pub const LONGEST_PASSWORD: usize = 1024;
/// The days that a token is good for at most.
pub const LONGEST_TOKEN_DAYS: u32 = 3650;
