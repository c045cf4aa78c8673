//! `completions` and `man`: what shells and man pages need to know, from the command line itself.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

/// The name under which it is installed.
const NAME: &str = "messenger-funnel";

/// `completions`.
pub(super) fn completions<Line: CommandFactory>(shell: Shell) -> ExitCode {
    clap_complete::generate(shell, &mut Line::command(), NAME, &mut io::stdout());
    ExitCode::SUCCESS
}

/// `man`.
pub(super) fn pages<Line: CommandFactory>(folder: Option<&Path>) -> anyhow::Result<ExitCode> {
    let command = Line::command();
    match folder {
        None => clap_mangen::Man::new(command).render(&mut io::stdout())?,
        Some(folder) => {
            let told = || folder.display().to_string();
            fs::create_dir_all(folder).with_context(told)?;
            clap_mangen::generate_to(command, folder).with_context(told)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
