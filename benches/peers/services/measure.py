"""The same traffic through messenger-funnel and its rivals. Prints Markdown; `run` starts it."""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.dont_write_bytecode = True
sys.path += [str(HERE.parents[1] / "collector"), str(HERE.parent / "collector")]

from harness.load import CONNECTIONS, constant_load, full_load
from harness.report import middle

import questions
import tables
from freshness import BETWEEN_PROBES, Freshness
from programs import Prepared, Programs
from stacks import all_stacks

WARM_UP_SECONDS = 1
SETTLE_PATIENCE = 60
# As many requests are prepared for each second of the fastest load.
EXPECTED_RATE = 60_000


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("out of time"))
    signal.alarm(60 * arguments.minutes)
    programs = Programs(arguments.place, arguments.binary)
    with tempfile.TemporaryDirectory(prefix="run-", dir=programs.target) as folder:
        folder = Path(folder)
        print(tables.machine(programs, folder), flush=True)
        results = traffic(programs, folder, arguments)
        print(f"\n{tables.ingest(results)}\n\n{tables.killed(results)}\n")
        print(f"{tables.freshness(results)}\n", flush=True)
        answers = questions.measure(programs, folder, arguments, progress)
        print(tables.questions(answers))


def parse_arguments():
    parser = argparse.ArgumentParser(prog="run", description=__doc__.splitlines()[0])
    parser.add_argument("--place", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--binary", help="the product; else target/release/messenger-funnel")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of full load")
    parser.add_argument("--half-rounds", type=int, default=2, help="rounds of half load")
    parser.add_argument("--seconds", type=int, default=4, help="length of each load")
    parser.add_argument("--kill-rate", type=int, default=1500, help="webhooks/s until the kill")
    parser.add_argument("--people", type=int, default=150_000, help="people of the funnel")
    parser.add_argument("--question-rounds", type=int, default=5)
    parser.add_argument("--minutes", type=int, default=15, help="give up after so long")
    return parser.parse_args()


def traffic(programs, folder, arguments):
    """Loads, kills and freshness of every stack, by its name."""
    stacks = all_stacks()
    loaded = WARM_UP_SECONDS + arguments.rounds * arguments.seconds
    loaded += arguments.half_rounds * arguments.seconds
    progress("preparing requests")
    requests = Prepared(programs, folder, EXPECTED_RATE * loaded)
    results = {
        stack.name: {"full": [], "half": {}, "acknowledged": 0} for stack in stacks
    }
    started = []
    try:
        for number, stack in enumerate(stacks):
            started.append(stack)
            stack.start(programs, folder / str(number))
        for stack in stacks:
            one = full_load(programs, stack, requests, WARM_UP_SECONDS)
            settle(stack, results[stack.name], one["ok"])
        for stack, result in in_turns("full load", arguments.rounds, stacks, results):
            one = full_load(programs, stack, requests, arguments.seconds)
            result["full"].append(one)
            settle(stack, result, one["ok"])
        for stack in stacks:
            count(stack, results[stack.name])
        half_loads(programs, stacks, requests, results, arguments)
        for stack in stacks:
            progress(f"kill: {stack.name}")
            results[stack.name]["killed"] = kill_once(programs, stack, requests, arguments)
    finally:
        for stack in started:
            stack.stop()
    return results


def half_loads(programs, stacks, requests, results, arguments):
    """Half of what each stack took, and how soon one can see what was acknowledged."""
    probes = int(arguments.seconds / BETWEEN_PROBES)
    sent = 0
    for stack, result in in_turns("half load", arguments.half_rounds, stacks, results):
        rate = middle(result["full"], "rate") / 2
        for place in stack.places:
            watching = Freshness(stack, place, requests.started_ms, sent)
            sent += probes
            one = constant_load(programs, stack, requests, rate, arguments.seconds,
                                lambda: watching.run(probes))
            result["half"].setdefault(place, []).append(one)
            settle(stack, result, one["ok"] + one["beside"]["probes"])


def in_turns(what, rounds, stacks, results):
    """Each stack once a round, each round beginning with another."""
    for number in range(rounds):
        start = number % len(stacks)
        for stack in stacks[start:] + stacks[:start]:
            progress(f"{what} {number + 1} of {rounds}: {stack.name}")
            yield stack, results[stack.name]


def settle(stack, result, acknowledged):
    """Lets a stack finish with what it acknowledged."""
    result["acknowledged"] += acknowledged
    stack.settle(result["acknowledged"], SETTLE_PATIENCE)


def count(stack, result):
    """What has come of the full loads."""
    result["stored"] = {
        "acknowledged": result["acknowledged"], "distinct": stack.distinct(),
        "twice": stack.twice(),
    }


def kill_once(programs, stack, requests, arguments):
    """Kills the service under load, starts it again, and counts by the numbers of the requests."""
    first, before, twice = requests.first(stack), stack.distinct(), stack.twice()
    load = constant_load(programs, stack, requests, arguments.kill_rate, arguments.seconds,
                         lambda: (time.sleep(arguments.seconds * 0.7), stack.kill()))
    behind_last = requests.first(stack)
    acknowledged = {
        first + connection + CONNECTIONS * n
        for connection, answers in enumerate(load["answered"]) for n in range(answers)
    }
    if load["not_ok"]:
        raise SystemExit(f"{stack.name} answered {load['statuses']}")
    stack.launch()
    stack.settle(before + len(acknowledged), SETTLE_PATIENCE)
    kept = stack.numbers(first, behind_last)
    return {
        "acknowledged": len(acknowledged), "lost": len(acknowledged - kept),
        "twice": stack.twice() - twice,
    }


def progress(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
