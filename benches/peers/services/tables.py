"""The measurements as Markdown."""

import json
import os
import platform
import subprocess
from importlib.metadata import version
from statistics import median

from harness.report import middle, ms, share, table

from questions import STEPS
from stacks import Ours


def machine(programs, folder):
    """What it ran on, as a list."""
    def said(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    python = ", ".join(
        f"{name} {version(name)}" for name in ("fastapi", "uvicorn", "clickhouse-connect", "pandas")
    )
    packages = json.loads((programs.target / "node" / "package.json").read_text())["dependencies"]
    node = ", ".join(f"{name} {number}" for name, number in packages.items())
    disk = said("df", "--output=fstype", folder).split()[-1]
    return "\n".join([
        f"- {os.cpu_count()} cores, Linux {platform.release()}, data on {disk}, load average "
        f"before {os.getloadavg()[0]:.1f}",
        f"- {said(programs.product, '--version')}",
        f"- Python {platform.python_version()}: {python}",
        f"- Node {said('node', '--version')}: {node}",
        f"- nginx {programs.versions()['nginx']}",
    ])


def others(rounds):
    """Cores that neither the stack nor the load generator used: what disturbed it."""
    return f"{median(one['cores']['others'] for one in rounds):.2f}"


def against(results, other, value):
    """The median of the ratios ours to another's, round by round; empty for ours."""
    if other == Ours.name:
        return ""
    pairs = zip(results[Ours.name], results[other])
    return f"{median(value(one) / value(another) for one, another in pairs):.1f}"


def ingest(results):
    full = {name: result["full"] for name, result in results.items()}
    rows = []
    for name, result in results.items():
        rounds, stored = result["full"], result["stored"]

        def each(part):
            used = (one["cores"][part] * one["seconds"] / one["ok"] for one in rounds)
            return f"{median(used) * 1e6:.0f}"
        rows.append([
            name, f"{middle(rounds, 'rate'):,.0f}",
            against(full, name, lambda one: one["rate"]),
            ms(middle(rounds, "p50_us")), ms(middle(rounds, "p99_us")), each("server"),
            each("engine"), others(rounds), sum(one["not_ok"] + one["failed"] for one in rounds),
            f"{stored['acknowledged']:,}",
            f"{max(0, stored['acknowledged'] - stored['distinct']):,}", f"{stored['twice']:,}",
        ])
    return table([
        "full load, 64 connections", "webhooks/s", "ours, of it", "p50 ms", "p99 ms",
        "service µs a webhook", "ClickHouse µs", "cores used by others", "not 200",
        "answered 200", "of those lost", "counted twice",
    ], rows)


def killed(results):
    rows = []
    for name, result in results.items():
        killed = result["killed"]
        rows.append([name, f"{killed['acknowledged']:,}", f"{killed['lost']:,}",
                     f"{killed['twice']:,}"])
    return table(["killed with signal 9 under load", "answered 200", "of those lost",
                  "counted twice"], rows)


def freshness(results):
    rows = []
    ours = delays(results[Ours.name]["half"]["table"])
    for name, result in results.items():
        for place, rounds in result["half"].items():
            own = delays(rounds)
            parts = [f"{share(own, 50):.2f}", "", f"{share(own, 99):.2f}", ""]
            if name != Ours.name:
                parts[1] = f"{share(ours, 50) / share(own, 50):.2f}"
                parts[3] = f"{share(ours, 99) / share(own, 99):.2f}"
            rate = median(one["ok"] / one["seconds"] for one in rounds)
            rows.append([
                f"{name}: {place}", f"{rate:,.0f}", *parts,
                sum(one["beside"]["probes"] for one in rounds) - len(own),
                ms(middle(rounds, "p50_us")), ms(middle(rounds, "p99_us")), others(rounds),
            ])
    return table(["from 200 to visible, at half load", "webhooks/s", "p50 s", "ours, of it",
                  "p99 s", "ours, of it", "not seen", "answer p50 ms", "p99 ms",
                  "cores used by others"], rows)


def delays(rounds):
    return sorted(delay for one in rounds for delay in one["beside"]["delays"])


def questions(answers):
    results = answers["results"]
    own, *_ = results.values()
    rows = []
    for name, result in results.items():
        ratios = [theirs / ours for theirs, ours in zip(result["seconds"], own["seconds"])]
        rows.append([name, f"{median(result['seconds']):.3f}", f"{median(ratios):.1f}",
                     *(f"{count:,}" for count in result["counts"])])
    truth = (f"{answers['truth'][step]:,}" for step in STEPS)
    rows.append(["(the generator's own books, conversations)", "", "", *truth])
    head = table(["funnel by source", "s", "times ours", *STEPS], rows)
    return (f"{answers['people']:,} people, {answers['ours']:,} distinct events in ours "
            f"(`import webhooks`: {answers['imported']:.0f} s), {answers['theirs']:,} rows in the "
            f"rivals' table; ours counts conversations, theirs persons.\n\n{head}")
