//! Progress bars, on a terminal only.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `length` units of work; invisible unless standard error is a terminal.
pub(super) fn bar(length: u64, what: &str) -> ProgressBar {
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(length)
    } else {
        ProgressBar::hidden()
    };
    let style = format!("{what} {{wide_bar}} {{human_pos}}/{{human_len}} ({{eta}})");
    if let Ok(style) = ProgressStyle::with_template(&style) {
        bar.set_style(style);
    }
    bar
}

/// A counter for work of unknown length.
pub(super) fn counter(what: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let counter = ProgressBar::new_spinner();
    let style = format!("{{spinner}} {what} {{human_pos}} ({{elapsed}}) {{msg}}");
    if let Ok(style) = ProgressStyle::with_template(&style) {
        counter.set_style(style);
    }
    counter.enable_steady_tick(Duration::from_millis(200));
    counter
}

/// A sign of life while something takes its time.
pub(super) fn spinner(what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let spinner = ProgressBar::new_spinner();
    spinner.set_message(what);
    spinner.enable_steady_tick(Duration::from_millis(200));
    spinner
}
