//! Reads the command line and turns the outcome into an exit code: 0, 1 (failed) or 2 (bad usage).

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Gives memory back when an analysis is over, which the system's allocator does not.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    messenger_funnel::cli::run()
}
