//! Reads the command line and turns the outcome into an exit code: 0, 1 (failed) or 2 (bad usage).

use std::process::ExitCode;

fn main() -> ExitCode {
    messenger_funnel::cli::run()
}
