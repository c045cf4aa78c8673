//! The whole way, simulated: collectors, journals, shippers, the materializer, feedback and reports are the product's
//! own code; the disk, the clock, the network, ClickHouse, Meta and a chat are models that go wrong as they do in
//! life. A seed decides everything, and does the same again, byte for byte.
//!
//! `make test` runs a hundred seeds, `make simulate SEEDS=100000` as many as one likes. What a seed finds is in its
//! output; `MESSENGER_FUNNEL_TEST_FIRST_SEED` and `…_SEEDS` run one alone.
//!
//! The scheduler is one of our own, and small: a current-thread tokio runtime whose clock goes on by itself when
//! nothing is to be done ([`time`]), and a ClickHouse that carries statements out by their instants, not in the order
//! in which they happen to come ([`engine`]). Considered beside it:
//!
//! - turmoil 0.7: a runtime a host and a simulated network. Our way has threads (the journal's, those for blocking
//!   work), which it does not hold back: while they work its clock goes on. It wants tokio's paused clock, a feature
//!   for which everything that depends on tokio is compiled anew, and its own sockets in the place of tokio's.
//! - madsim: replaces tokio by its own under `--cfg madsim`; hyper and what stands on it come with the real one, and a
//!   thread that is started inside of it is an error.
//! - shuttle: explores how threads interleave whose locks and channels are its own types. Ours are tokio's, and the
//!   faults looked for lie between processes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    unreachable_pub,
    reason = "a test fails loudly, and its helpers are for the tests beside it"
)]

mod chance;
mod conformity;
mod disk;
#[path = "../it/support/disk_model.rs"]
#[expect(dead_code, reason = "the tests of the journal use more of it")]
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
