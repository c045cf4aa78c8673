//! What the fuzz targets share: the pure modules under test, taken by path, and a few helpers.

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/journal/first_format.rs"]
pub mod first_format;
#[path = "../../src/normalize/mod.rs"]
pub mod normalize;
#[allow(dead_code, reason = "the journal's reader uses the rest")]
#[path = "../../src/journal/record.rs"]
pub mod record;
#[path = "../../src/journal/scan.rs"]
pub mod scan;

pub mod collector;

pub mod allocations;
pub mod mac;
pub mod mutate;
