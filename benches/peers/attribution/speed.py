"""How long messenger-funnel and its peers take for the same models, in turns within one run.

Each side is a process that has its data in memory and answers one question at a time over a pipe.
"""

import argparse
import contextlib
import gzip
import json
import os
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
PEERS = {}


def peer(name):
    def keep(prepare):
        PEERS[name] = prepare
        return prepare
    return keep


# Each takes a frame and gives a function to be timed, which gives conversions by channel. What
# stands outside that function is not timed: mta and marketing-attribution-models have split the
# paths by then, the others have not.


@peer("heuristic_models")
def heuristic_models(frame):
    import ChannelAttribution

    def run():
        table = ChannelAttribution.heuristic_models(
            frame, "path", "total_conversions", var_value="total_conversion_value", flg_pro=False
        )
        return zip(table.channel_name, table.linear_touch_conversions)
    return run


@peer("markov_model")
def markov_model(frame):
    return markov_model_on(frame, os.cpu_count())


@peer("markov_model, one core")
def markov_model_on_one_core(frame):
    return markov_model_on(frame, 1)


def markov_model_on(frame, cores):
    import ChannelAttribution

    def run():
        table = ChannelAttribution.markov_model(
            frame, "path", "total_conversions", var_null="total_null", ncore=cores,
            verbose=False, flg_pro=False,
        )
        return zip(table.channel_name, table.total_conversions)
    return run


@peer("mta")
def mta_shapley(frame):
    from mta import MTA

    model = MTA(frame, allow_loops=True, add_timepoints=False)
    return lambda: model.shapley(normalize=False).attribution["shapley"].items()


def mam_shapley(frame, **settings):
    from compare import Mam

    model = Mam(frame)
    return lambda: [
        (channel, conversions)
        for channel, (conversions, _) in model.shapley(**settings).items()
    ]


@peer("mam-four")
def mam_four(frame):
    return mam_shapley(frame)


@peer("mam-all")
def mam_all(frame):
    return mam_shapley(frame, max_size=None)


def serve(name, file):
    import pandas

    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        run = PEERS[name](pandas.read_csv(file))
        print("ready", file=answers, flush=True)
        for line in sys.stdin:
            if line.strip() == "quit":
                break
            start = time.perf_counter()
            channels = {channel: float(conversions) for channel, conversions in run()}
            seconds = time.perf_counter() - start
            print(json.dumps({"seconds": seconds, "channels": channels}), file=answers, flush=True)


class Side:
    """A process that is asked. It is killed if an answer takes longer than the limit."""

    def __init__(self, command, limit):
        self.command, self.limit = command, limit
        self.times = []
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )
        if self.process.stdout.readline().strip() != "ready":
            sys.exit(f"{' '.join(command)}: did not start")

    def ask(self, question):
        """Conversions by channel, or nothing if it did not finish."""
        start = time.perf_counter()
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], self.limit)[0]:
            self.process.kill()
            self.process.wait()
            return None
        line = self.process.stdout.readline()
        self.times.append(time.perf_counter() - start)
        if not line:
            sys.exit(f"{' '.join(self.command)}: ended at {question!r}")
        return json.loads(line)["channels"]

    def close(self):
        if self.process.poll() is None:
            self.process.communicate("quit\n")


def moved(left, right):
    """The part of all credit that differs."""
    both = set(left) | set(right)
    return sum(abs(left.get(c, 0) - right.get(c, 0)) for c in both) / sum(right.values())


def race(ours, theirs, question, rounds, allowed):
    """Asks both in turns; who is first changes each round. Tells whether theirs finished."""
    for number in range(rounds):
        answers = {}
        for side in (ours, theirs) if number % 2 else (theirs, ours):
            answers[side] = side.ask(question)
        if answers[ours] is None:
            sys.exit(f"{' '.join(ours.command)}: {question!r} took longer than the limit")
        if answers[theirs] is None:
            return False
        difference = moved(answers[ours], answers[theirs]) if allowed else 0
        if not difference <= (allowed or 0):
            sys.exit(f"{question!r}: {difference:.2g} of the credit differs")
    return True


def row(what, name, ours, theirs, finished):
    mine = statistics.median(ours.times)
    cells = [what, name, f"{mine:.4g}", f"{min(ours.times):.4g}"]
    if finished:
        ratio = statistics.median(b / a for a, b in zip(ours.times, theirs.times))
        cells += [
            f"{statistics.median(theirs.times):.4g}", f"{min(theirs.times):.4g}", f"{ratio:.3g}",
        ]
    else:
        cells += [f"did not finish in {theirs.limit:g}", "", f"> {theirs.limit / mine:.3g}"]
    print(f"| {' | '.join(cells)} |", flush=True)


def plain(file, folder):
    """A copy that needs no unpacking."""
    copy = folder / "paths.csv"
    opened = gzip.open if str(file).endswith(".gz") else open
    with opened(file, "rb") as source, open(copy, "wb") as out:
        shutil.copyfileobj(source, out)
    return copy


def journeys(file):
    import pandas

    frame = pandas.read_csv(file, usecols=["total_conversions", "total_null"])
    return f"{int(frame.sum().sum()):,} journeys in {len(frame):,} rows"


def run(args, folder):
    program = [args.ours]
    if args.ours == "exact":
        program = [sys.executable, str(HERE / "exact.py")]
    big = args.big
    if not big:
        import generate

        big = folder / "big.csv"
        with open(big, "w", encoding="utf-8") as out:
            generate.write(out, 1_000_000, 14, 1)
    paths = plain(args.paths, folder)

    print("| model | peer | ours: median s | min s | peer: median s | min s | times ours |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    same, simulated = 1e-6, 0.05
    ca, mam = "ChannelAttribution", "marketing-attribution-models"
    for model, file, question, name, label, allowed in [
        ("first, last, last_non_organic, linear, position, time_decay (peer: first, last, linear)", big, "six", "heuristic_models", f"{ca}, heuristic_models", None),
        ("markov 1", big, "markov 1", "markov_model", f"{ca}, markov_model", simulated),
        ("markov 1", big, "markov 1", "markov_model, one core",
         f"{ca}, markov_model as it comes (one core)", simulated),
        ("shapley", paths, "shapley", "mta", "mta", same),
        ("shapley", paths, "shapley", "mam-four", f"{mam}, four channels at most", None),
        ("shapley", paths, "shapley", "mam-all", f"{mam}, max_size=None", None),
    ]:
        ours = Side([*program, "--serve", str(file)], args.limit)
        theirs = Side(
            [sys.executable, __file__, "--peer", name, "--frame", str(file)], args.limit
        )
        finished = race(ours, theirs, question, args.rounds, allowed)
        row(f"{model}: {journeys(file)}", label, ours, theirs, finished)
        ours.close()
        theirs.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", help="our program, or: exact")
    parser.add_argument("--paths", help="the common CSV, plain or .gz")
    parser.add_argument("--big", help="a plain CSV with many journeys (default: one is made up)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=600, help="seconds for one answer")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--frame", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        serve(args.peer, args.frame)
    elif args.ours and args.paths:
        with tempfile.TemporaryDirectory() as folder:
            run(args, Path(folder))
    else:
        parser.error("--ours and --paths are needed")


if __name__ == "__main__":
    main()
