//! The references of commands, settings and metrics say what the program says: they are made of its own tables.
//!
//! A page begins with what a person has written; behind the mark stands what is made. `make reference` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clap::{Arg, Command};
use messenger_funnel::config::{SECTIONS, Section};
use messenger_funnel::operations::{METRICS, MetricKind};
use messenger_funnel::{cli, config};

const MARK: &str = "<!-- Made of the program by `make reference`; do not edit below. -->\n";
/// Set by `make reference`.
const WRITE: &str = "MESSENGER_FUNNEL_WRITE_REFERENCE";

/// Compares a page with what it must say, or writes it.
fn check(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(name);
    let page = fs::read_to_string(&path).unwrap();
    let (head, old) = page.split_once(MARK).unwrap();
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, format!("{head}{MARK}{made}")).unwrap();
        return;
    }
    let differs = old.lines().zip(made.lines()).find(|(old, made)| old != made);
    assert!(
        old == made,
        "docs/reference/{name} is not up to date; run `make reference`: {differs:?}"
    );
}

fn cell(text: &str) -> String {
    text.replace("\n\n", " ").replace('\n', " ").replace('|', "\\|")
}

/// A page's own name for a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|one| one.is_alphanumeric() || " -_".contains(*one));
    kept.map(|one| if one == ' ' { '-' } else { one }).collect::<String>().to_lowercase()
}

/// The commands that do something, with their whole names.
fn leaves(command: &Command, above: &str, found: &mut Vec<(String, Command)>) {
    for one in command.get_subcommands().filter(|one| !one.is_hide_set()) {
        let name = format!("{above}{}", one.get_name());
        if one.get_name() == "help" {
            continue;
        }
        if one.has_subcommands() {
            leaves(one, &format!("{name} "), found);
        } else {
            found.push((name, one.clone()));
        }
    }
}

fn option(arg: &Arg) -> String {
    let values = arg.get_value_names().unwrap_or_default();
    let value = values.first().map(ToString::to_string);
    let value = value.filter(|_| arg.get_action().takes_values());
    let Some(long) = arg.get_long() else { return format!("`{}`", value.unwrap_or_default()) };
    let short = arg.get_short().map_or(String::new(), |short| format!("-{short}, "));
    format!("`{short}--{long}{}`", value.map_or(String::new(), |value| format!(" {value}")))
}

fn meaning(arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
    let mut text = cell(&help.unwrap_or_default());
    let values = arg.get_possible_values();
    let told: Vec<String> = values
        .iter()
        .filter_map(|value| {
            Some(format!("`{}`: {}", value.get_name(), cell(&value.get_help()?.to_string())))
        })
        .collect();
    if !told.is_empty() {
        write!(text, ". {}", told.join(". ")).unwrap();
    }
    if arg.get_action().takes_values() && !arg.get_default_values().is_empty() {
        let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy());
        let defaults = defaults.collect::<Vec<_>>().join(",");
        if !defaults.is_empty() {
            write!(text, " [default: {defaults}]").unwrap();
        }
    }
    text
}

fn commands() -> String {
    let mut program = cli::command();
    program.build();
    let mut all = Vec::new();
    leaves(&program, "", &mut all);
    assert!(all.len() > 25, "{}", all.len());
    let mut text = format!("\n{}\n\n| command | what it does |\n|---|---|\n", cli::RULES);
    for (name, command) in &all {
        let about = command.get_about().unwrap().to_string();
        writeln!(text, "| [`{name}`](#{}) | {} |", anchor(name), cell(&about)).unwrap();
    }
    for (name, mut command) in all {
        let about = command.get_long_about().or(command.get_about()).unwrap().to_string();
        let usage = command.render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ");
        let (first, rest) = about.split_once("\n\n").unwrap_or((&about, ""));
        let rest = if rest.is_empty() { String::new() } else { format!(" {rest}") };
        write!(text, "\n## {name}\n\n{first}.{rest}\n\n    {usage}\n").unwrap();
        let args = command
            .get_arguments()
            .filter(|arg| !arg.is_hide_set() && !arg.is_global_set() && arg.get_id() != "help");
        let rows: Vec<String> =
            args.map(|arg| format!("| {} | {} |\n", option(arg), meaning(arg))).collect();
        if !rows.is_empty() {
            write!(text, "\n| argument | |\n|---|---|\n{}", rows.concat()).unwrap();
        }
    }
    text
}

fn settings() -> String {
    let mut text = String::new();
    for Section { head, text: about, keys } in SECTIONS {
        match *head {
            "" => text += "\n## Before all sections\n",
            head => write!(text, "\n## `{head}`\n").unwrap(),
        }
        if !about.is_empty() {
            write!(text, "\n{about}\n").unwrap();
        }
        text += "\n| key | default | |\n|---|---|---|\n";
        for config::Key { name, default, text: about } in *keys {
            let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
            writeln!(text, "| `{name}` | {default} | {} |", cell(about)).unwrap();
        }
    }
    text
}

fn metrics() -> String {
    let mut text = "\n| metric | type | |\n|---|---|---|\n".to_owned();
    for metric in METRICS {
        let kind = match metric.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
        };
        let labels = metric.label.map_or(String::new(), |(label, values)| {
            format!(". `{label}` is one of {}", values.join(", "))
        });
        writeln!(text, "| `{}` | {kind} | {}{labels} |", metric.name, cell(metric.help)).unwrap();
    }
    text
}

#[test]
fn the_reference_of_commands_is_that_of_the_program() {
    check("cli.md", &commands());
}

#[test]
fn the_reference_of_settings_is_that_of_the_program() {
    check("settings.md", &settings());
}

#[test]
fn the_reference_of_metrics_is_that_of_the_program() {
    check("metrics.md", &metrics());
}
