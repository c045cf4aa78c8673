"""The measurements as Markdown."""

import os
import platform
import re
import subprocess
from pathlib import Path
from statistics import median

from .tools import BENCH


def machine(tools, folder):
    """What it ran on, as a list."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1e6
    disk = subprocess.run(["df", "--output=fstype", folder], capture_output=True, text=True)
    lock = (BENCH / "Cargo.lock").read_text()
    crates = re.findall(r'name = "(axum|hyper|tokio|sha2)"\nversion = "(.*)"', lock)
    unpacked = tools.versions()
    product = subprocess.run([tools.product, "--version"], capture_output=True, text=True)
    peers = ", ".join(f"{name} {unpacked[name]}" for name in ("nginx", "rsyslog", "syslog-ng-core"))
    return "\n".join([
        f"- {os.cpu_count()} cores ({cpu[1] if cpu else platform.machine()}), {memory:.0f} GB, "
        f"Linux {platform.release()}, data on {disk.stdout.split()[-1]}, "
        f"load average before {os.getloadavg()[0]:.1f}",
        f"- {product.stdout.strip()}; baseline on "
        + ", ".join(f"{name} {version}" for name, version in crates),
        f"- {peers}, wrk {unpacked['wrk']}, from Debian",
    ])


def table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def middle(rounds, key):
    return median(one[key] for one in rounds)


def ms(microseconds):
    return f"{microseconds / 1000:.1f}" if microseconds is not None else "-"


def share(sorted_values, part):
    """The value that `part` of the values do not exceed."""
    return sorted_values[max(0, -(-len(sorted_values) * part // 100) - 1)]


def servers(results):
    """Rates and latencies of each server."""
    rows = []
    for name, result in results.items():
        full, half = result["full"], result["half"]
        rates = [one["rate"] for one in full]
        both = full + half
        missing = "-"
        if result["kept"] is not None:
            missing = f"{max(0, result['acknowledged'] - result['kept']):,}"
        rows.append([
            name, f"{median(rates):,.0f}", f"{min(rates):,.0f} to {max(rates):,.0f}",
            ms(middle(full, "p50_us")), ms(middle(full, "p99_us")), ms(middle(full, "p999_us")),
            ms(middle(half, "p50_us")), ms(middle(half, "p99_us")), ms(middle(half, "p999_us")),
            f"{result['acknowledged']:,}", sum(one["not_ok"] for one in both),
            sum(one["failed"] for one in both), missing,
        ])
    head = ["server", "requests/s", "of rounds", "p50 ms", "p99", "p99.9",
            "half load: p50 ms", "p99", "p99.9", "answered 200", "not 200", "no answer",
            "200s missing at the end"]
    return table(head, rows)


def ratios(results, product):
    """The product against each other server, round by round."""
    own = results[product]
    rows = []
    for name, other in results.items():
        if name == product:
            continue
        pairs = zip(own["full"], other["full"])
        rates = [one["rate"] / another["rate"] for one, another in pairs]
        rows.append([
            name, f"{median(rates):.2f}", f"{min(rates):.2f} to {max(rates):.2f}",
            f"{middle(own['full'], 'p99_us') / middle(other['full'], 'p99_us'):.1f}",
            f"{middle(own['half'], 'p99_us') / middle(other['half'], 'p99_us'):.1f}",
        ])
    head = ["product against", "requests/s, ratio", "of rounds", "p99, ratio",
            "p99 at half load, ratio"]
    return table(head, rows)


def processor(results, load):
    """Who used the cores at `full` or `half` load."""
    parts = ["server", "engine", "log", "generator", "others"]
    rows = []
    for name, result in results.items():
        cells = [[one["cores"].get(part) for one in result[load]] for part in parts]
        used = ["-" if cell[0] is None else f"{median(cell):.2f}" for cell in cells]
        each = median(one["cores"]["server"] / (one["ok"] / one["seconds"]) for one in result[load])
        rows.append([name, *used, f"{each * 1e6:.0f}"])
    head = [f"cores used at {load} load", "server", "ClickHouse", "log daemon", "load generator",
            "others on the machine", "server µs a request"]
    return table(head, rows)


def product(result):
    """What only the product has: memory, freshness, draining."""
    full, fresh = result["full"], result["freshness"]
    peak = max(result["peak_mb"], *(one["memory_mb"] for one in full))
    rows = [["resident memory at full load, peak", f"{peak:.0f} MB"]]
    seconds = fresh["seconds"]
    if seconds:
        rows += [
            ["from 200 to the funnel, p50", f"{share(seconds, 50):.2f} s"],
            ["from 200 to the funnel, p99", f"{share(seconds, 99):.2f} s"],
            ["from 200 to the funnel, slowest", f"{seconds[-1]:.2f} s"],
            ["one look at the funnel beside the load, p50", f"{share(fresh['looks'], 50):.2f} s"],
        ]
    rows.append(["probes sent, refused, not seen in time",
                 f"{fresh['sent']}, {fresh['refused']}, {fresh['unseen']}"])
    shipping, backlog = result["shipping"], result["backlog"]
    rows += [
        ["events/s into ClickHouse under full load",
         f"{median(one['rate'] for one in shipping):,.0f}"],
        ["events not yet in ClickHouse at the end of a full load",
         f"{median(one['behind'] for one in shipping):,.0f}"],
        ["seconds until they were", f"{median(one['seconds'] for one in shipping):.1f}"],
        ["requests/s while ClickHouse is paused", f"{backlog['rate']:,.0f}"],
        ["events/s while the backlog of that drains, without load",
         f"{backlog['ok'] / backlog['drained_in']:,.0f}"],
    ]
    rows += [["events acknowledged", f"{result['acknowledged']:,}"],
             ["distinct events in ClickHouse", f"{result['kept']:,}"],
             ["warnings and errors in its log", result["complaints"]]]
    return table(["messenger-funnel", ""], rows)
