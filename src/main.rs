//! Reads the command line and turns the outcome into an exit code: 0, 1 (failed) or 2 (bad usage).

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Gives back what an analysis has used; the system's allocator keeps it, for each thread that has made one.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    messenger_funnel::cli::run()
}
