"""The definitions in their shortest form: slow, exact up to floating point, to hold others against.

As a program it stands in for messenger-funnel:
    exact.py attribution --paths FILE --model MODEL [--order K] --format json
    exact.py --serve FILE
"""

import argparse
import csv
import gzip
import json
import sys
import time
from collections import defaultdict

import numpy as np

START = "(start)"
MODELS = ["first", "last", "linear", "position", "markov", "shapley"]


def load(file):
    """Rows of path string, conversions, their total value, and journeys without one."""
    opened = gzip.open if str(file).endswith(".gz") else open
    with opened(file, "rt", encoding="utf-8", newline="") as lines:
        return [
            (
                row["path"],
                float(row["total_conversions"]),
                float(row["total_conversion_value"]),
                float(row["total_null"]),
            )
            for row in csv.DictReader(lines)
        ]


def touches(path):
    return [channel.strip() for channel in path.split(">")]


def shares(model, path):
    """What part of a conversion each touch of its path gets."""
    last = len(path) - 1
    if model == "first":
        return [float(i == 0) for i in range(last + 1)]
    if model == "last":
        return [float(i == last) for i in range(last + 1)]
    if model == "linear" or last == 0:
        return [1 / len(path)] * len(path)
    if last == 1:
        return [0.5, 0.5]
    return [0.4 if i in (0, last) else 0.2 / (last - 1) for i in range(last + 1)]


def by_touch(rows, model):
    credit = defaultdict(lambda: np.zeros(2))
    for path, conversions, value, _ in rows:
        path = touches(path)
        for channel, share in zip(path, shares(model, path)):
            credit[channel] += share * np.array([conversions, value])
    return credit


def shapley(rows):
    """v(S): conversions of journeys whose channels all are in S. Its Shapley value shares the
    conversions of each observed set equally among the set."""
    observed = defaultdict(lambda: np.zeros(2))
    for path, conversions, value, _ in rows:
        observed[frozenset(touches(path))] += [conversions, value]
    credit = defaultdict(lambda: np.zeros(2))
    for channels, total in observed.items():
        for channel in channels:
            credit[channel] += total / len(channels)
    return credit


def markov(rows, order):
    """A state is the last `order` channels. What would enter a removed channel goes to null."""
    start = (START,) * order
    number = {start: 0}
    steps = defaultdict(float)
    ends = defaultdict(lambda: np.zeros(2))
    seen = defaultdict(float)
    for path, conversions, value, null in rows:
        state = start
        for channel in touches(path):
            after = state[1:] + (channel,)
            number.setdefault(after, len(number))
            steps[state, after] += conversions + null
            seen[state] += conversions + null
            state = after
        ends[state] += [conversions, value]
        seen[state] += conversions + null

    inner = np.zeros((len(number), len(number)))
    reward = np.zeros((len(number), 2))
    for (state, after), weight in steps.items():
        if weight:
            inner[number[state], number[after]] = weight / seen[state]
    for state, total in ends.items():
        if seen[state]:
            reward[number[state]] = total / seen[state]

    def expected(without=None):
        left = inner.copy()
        left[:, [n for state, n in number.items() if state[-1] == without]] = 0
        return np.linalg.solve(np.eye(len(left)) - left, reward)[0]

    channels = sorted({state[-1] for state in number} - {START})
    total = sum(np.array(row[1:3]) for row in rows)
    whole = expected()
    effect = np.array([
        1 - np.divide(expected(channel), whole, out=np.ones(2), where=whole != 0)
        for channel in channels
    ])
    effect = np.divide(effect, effect.sum(axis=0), out=np.zeros_like(effect), where=whole != 0)
    return dict(zip(channels, total * effect))


def attribute(rows, model, order=1):
    """Credit by channel: conversions and value."""
    if model == "markov":
        return markov(rows, order)
    if model == "shapley":
        return shapley(rows)
    return by_touch(rows, model)


def report(rows, model, order):
    credit = attribute(rows, model, order)
    return {
        "model": model,
        "channels": [
            {"channel": channel, "conversions": conversions, "value": value, "currency": None}
            for channel, (conversions, value) in sorted(credit.items())
        ],
        "total_conversions": sum(row[1] for row in rows),
    }


def serve(file):
    """Answers `six` (first, last and linear, conversions and value), `markov K` and `shapley`."""
    rows = load(file)
    print("ready", flush=True)
    for line in sys.stdin:
        what, *order = line.split()
        if what == "quit":
            break
        start = time.perf_counter()
        models = ["first", "last", "linear"] if what == "six" else [what]
        for model in models:
            credit = attribute(rows, model, *map(int, order))
        seconds = time.perf_counter() - start
        channels = {channel: conversions for channel, (conversions, _) in credit.items()}
        print(json.dumps({"seconds": seconds, "channels": channels}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--serve", metavar="FILE")
    command = parser.add_subparsers(dest="command").add_parser("attribution")
    command.add_argument("--paths", required=True)
    command.add_argument("--model", required=True, choices=MODELS)
    command.add_argument("--order", type=int, default=1)
    command.add_argument("--format", choices=["json"], default="json")
    args = parser.parse_args()
    if args.serve:
        serve(args.serve)
    elif args.command:
        print(json.dumps(report(load(args.paths), args.model, args.order)))
    else:
        parser.error("attribution or --serve")


if __name__ == "__main__":
    main()
