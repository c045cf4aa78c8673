//! The report: Markdown on standard output.

use hdrhistogram::Histogram;

use crate::Measured;
use crate::contenders::CONTENDERS;
use crate::load::Round;
use crate::machine::Machine;
use crate::plan::Options;

const LOCK: &str = include_str!("../Cargo.lock");

pub fn print(options: &Options, machine: &Machine, measured: &[Measured]) {
    println!(
        "{} cores, kernel {}, {}; load before: {}.\n",
        machine.cores, machine.kernel, machine.disk, machine.load
    );
    println!(
        "{} tasks, bodies of {} bytes, {} rounds of {} s each in turns. Records a second: median \
         (least to most).\n",
        options.tasks, options.size, options.rounds, options.seconds
    );
    print_appending(measured);
    println!("\nA backlog of {} records, read and deleted 8 MiB at a time:\n", options.records);
    print_backlogs(measured);
    println!();
    for contender in &CONTENDERS {
        let version = contender.package.and_then(version).unwrap_or_default();
        println!(
            "- {}{version}: {}. Safe: {}.",
            contender.name, contender.settings, contender.guarantee
        );
    }
}

fn print_appending(measured: &[Measured]) {
    heading(&[
        "store",
        "records/s",
        "of own journal's",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "longest ms",
        "commits/s",
        "records/commit",
    ]);
    let own = &measured[0].rounds;
    for (contender, Measured { rounds, .. }) in CONTENDERS.iter().zip(measured) {
        let speeds = sorted(rounds.iter().map(Round::records_per_second));
        let ratios = rounds.iter().zip(own);
        let ratios =
            ratios.map(|(round, own)| round.records_per_second() / own.records_per_second());
        let latency = merged(rounds);
        let ms = |quantile| milliseconds(latency.value_at_quantile(quantile));
        row(&[
            contender.name.to_owned(),
            format!("{:.0} ({:.0} to {:.0})", median(&speeds), speeds[0], speeds[speeds.len() - 1]),
            format!("{:.2}", median(&sorted(ratios))),
            ms(0.5),
            ms(0.99),
            ms(0.999),
            milliseconds(latency.max()),
            format!("{:.0}", median(&sorted(rounds.iter().map(Round::commits_per_second)))),
            format!("{:.1}", median(&sorted(rounds.iter().map(Round::records_per_commit)))),
        ]);
    }
}

fn print_backlogs(measured: &[Measured]) {
    heading(&[
        "store",
        "filled, records/s",
        "bytes on disk a record",
        "read, records/s",
        "all deleted in s",
        "longest delete ms",
        "MiB on disk full",
        "MiB after",
    ]);
    for (contender, Measured { emptied, .. }) in CONTENDERS.iter().zip(measured) {
        let Some(emptied) = emptied else { continue };
        let mib = |bytes: u64| format!("{:.0}", bytes as f64 / f64::from(1 << 20));
        row(&[
            contender.name.to_owned(),
            format!("{:.0}", emptied.filled_per_second),
            format!("{:.0}", emptied.bytes_per_record),
            format!("{:.0}", emptied.read_per_second),
            format!("{:.2}", emptied.forgetting.as_secs_f64()),
            format!("{:.1}", emptied.longest_forgetting.as_secs_f64() * 1e3),
            mib(emptied.bytes_full),
            mib(emptied.bytes_after),
        ]);
    }
}

/// A table's head: the first column left, the figures right.
fn heading(titles: &[&str]) {
    println!("| {} |", titles.join(" | "));
    println!("| --- |{}", " ---: |".repeat(titles.len() - 1));
}

fn row(cells: &[String]) {
    println!("| {} |", cells.join(" | "));
}

fn milliseconds(microseconds: u64) -> String {
    format!("{:.2}", microseconds as f64 / 1e3)
}

fn merged(rounds: &[Round]) -> Histogram<u64> {
    let mut all = rounds[0].latency.clone();
    for round in &rounds[1..] {
        all += &round.latency;
    }
    all
}

fn sorted(figures: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures
}

/// The middle one; of two in the middle the larger.
fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

/// The version of a package, out of `Cargo.lock`.
fn version(package: &str) -> Option<String> {
    let (_, rest) = LOCK.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    let (version, _) = rest.split_once('"')?;
    Some(format!(" ({package} {version})"))
}
