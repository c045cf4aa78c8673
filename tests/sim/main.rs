//! The whole way, simulated: collectors, journals, shippers and the materializer are the product's own code; the
//! disk, the clock, the network, ClickHouse and Meta are models that go wrong as they do in life. A seed decides
//! everything, and does the same again, byte for byte.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    unreachable_pub,
    reason = "a test fails loudly, and its helpers are for the tests beside it"
)]

mod chance;
mod conformity;
mod disk;
#[path = "../it/support/disk_model.rs"]
mod disk_model;
mod engine;
mod faults;
mod machine;
mod office;
mod oracle;
mod oracle_office;
mod outside;
mod plan;
mod run;
mod seeds;
mod time;
