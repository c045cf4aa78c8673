"""Whether messenger-funnel attributes as its peers do, where the definitions are the same.

Leaves with 1 if one disagrees. Where a peer defines a model otherwise, both results are printed.
"""

import argparse
import contextlib
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

import generate

HERE = Path(__file__).parent
QUIET = contextlib.redirect_stdout(io.StringIO())  # the peers print banners
with QUIET:
    import ChannelAttribution
    from mam import MAM
    from mta import MTA

SIX_DIGITS = 1e-6
# markov_model stops once none of its ten simulations has moved more than conv_par of all
# conversions away from their median; value it does not look at. Its defaults come first, then as
# many walks as bring value, too, within a hundredth.
SIMULATED = [
    ("as it comes", {}, 0.05),
    ("10,000,000 walks", {"nsim_start": 10_000_000, "conv_par": 0.01}, 0.01),
]
ENDLESS = 100_000  # its walks end in null after as many steps as the longest path has; ours do not
GENERATED = [(20_000, 5, 1), (50_000, 10, 2)]  # journeys, channels, seed

# Results that others have published, to as many digits as they give.
PUBLISHED = [
    (
        "J. Chase, mediamix 0.4.0, markov_removal, example",
        "markov",
        [("a > b", 1, 0), ("a", 0, 1), ("b", 1, 0)],
        {"a": 0.6666667, "b": 1.3333333},
    ),
    (
        "J. Kinley, game-theory-attribution, notebook of 2020",
        "shapley",
        [
            ("Facebook", 18, 0), ("Google", 4, 0), ("LinkedIn", 8, 0),
            ("Facebook > Google", 10, 0), ("Facebook > LinkedIn", 26, 0),
            ("Google > LinkedIn", 7, 0), ("Facebook > Google > LinkedIn", 27, 0),
        ],
        {"Facebook": 45.0, "Google": 21.5, "LinkedIn": 33.5},
    ),
]


class Ours:
    """Runs our binary, or exact.py in its place. Credit is {channel: (conversions, value)}."""

    def __init__(self, program):
        self.command = [program]
        if program == "exact":
            self.command = [sys.executable, str(HERE / "exact.py")]

    def credit(self, paths, model, *more):
        command = self.command + ["attribution", "--paths", str(paths), "--model", model]
        command += [*more, "--format", "json"]
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if run.returncode:
            sys.exit(f"{' '.join(command)}: exit {run.returncode}")
        rows = json.loads(run.stdout)["channels"]
        credit = {
            row["channel"]: (float(row["conversions"]), float(row["value"])) for row in rows
        }
        if len(credit) != len(rows):
            sys.exit(f"{' '.join(command)}: a channel has more than one row")
        return credit


def pairs(names, conversions, values=None):
    values = values if values is not None else [float("nan")] * len(names)
    return dict(zip(names, zip(map(float, conversions), map(float, values))))


def heuristics(frame):
    table = ChannelAttribution.heuristic_models(
        frame, "path", "total_conversions", var_value="total_conversion_value", flg_pro=False
    )
    return {
        model: pairs(
            table.channel_name,
            table[f"{model}_touch_conversions"],
            table[f"{model}_touch_value"],
        )
        for model in ("first", "last", "linear")
    }


def simulated(frame, order, settings):
    table = ChannelAttribution.markov_model(
        frame, "path", "total_conversions", var_value="total_conversion_value",
        var_null="total_null", order=order, max_step=ENDLESS, verbose=False, flg_pro=False,
        **settings,
    )
    return pairs(table.channel_name, table.total_conversions, table.total_conversion_value)


class Mam:
    """marketing-attribution-models takes converting and other journeys as rows of their own."""

    def __init__(self, frame):
        kinds = [
            (frame.total_conversions, frame.total_conversion_value, True),
            (frame.total_null, frame.total_null * 0.0, False),
        ]
        rows = pd.concat([
            pd.DataFrame({
                "journey": frame.path, "converts": converts, "times": times, "value": value,
            })[times > 0]
            for times, value, converts in kinds
        ], ignore_index=True)
        named = {
            "format_type": "grouped_journey", "channels_colname": "journey",
            "journey_with_conv_colname": "converts", "occurrences_colname": "times",
        }
        self.total = float(frame.total_conversions.sum())
        self.conversions = MAM(rows, **named)
        self.value = MAM(rows, conversion_value_colname="value", **named)

    def credit(self, model):
        both = []
        for data in (self.conversions, self.value):
            table = getattr(data, f"run_{model}")().to_dict()
            both.append(dict(zip(map(str, table["channels"]), table["attribution"])))
        return {channel: (both[0][channel], both[1][channel]) for channel in both[0]}

    def removal(self):
        """Its removal effects, normalized as ours are. It has none for value."""
        effect = self.conversions.run_markov().metadata["removal_effect"]["removal_effect"]
        return pairs(effect.index, self.total * effect / effect.sum())

    def shapley(self, **settings):
        table = self.conversions.run_shapley(**settings).to_dict()
        return pairs(table["channels"], table["attribution"])


def mta_credit(frame, run, name, loops=True):
    """mta knows no value; as its Shapley value only adds up, value can stand for conversions."""
    both = []
    for column in ("total_conversions", "total_conversion_value"):
        data = frame[["path", "total_null"]].assign(total_conversions=frame[column])
        model = MTA(data, allow_loops=loops, add_timepoints=False)
        run(model)
        both.append(model.attribution[name])
    return {
        channel: tuple(part.get(channel, 0.0) for part in both) for channel in set().union(*both)
    }


def columns(ours, theirs):
    """Conversions, and value where the peer has it: name, ours and theirs by channel."""
    channels = sorted(set(ours) | set(theirs))
    nothing = (0.0, 0.0)
    for which, name in enumerate(("conversions", "value")):
        left = [ours.get(channel, nothing)[which] for channel in channels]
        right = [theirs.get(channel, nothing)[which] for channel in channels]
        if not any(value != value for value in right):
            yield name, left, right


def relative(left, right):
    return max(abs(a - b) / max(abs(a), abs(b), 1e-9) for a, b in zip(left, right))


def moved(left, right):
    """The part of all credit that differs."""
    return sum(abs(a - b) for a, b in zip(left, right)) / sum(right)


class Report:
    def __init__(self):
        self.failed = 0
        self.differing = []
        self.section = ""
        print("| journeys | model | peer | compared | difference | allowed | |")
        print("| --- | --- | --- | --- | ---: | ---: | --- |")

    def row(self, model, peer, compared, difference, allowed):
        # A difference that is not a number is none that is allowed.
        agrees = difference <= allowed
        self.failed += not agrees
        verdict = "agrees" if agrees else "DISAGREES"
        print(
            f"| {self.section} | {model} | {peer} | {compared} | {difference:.2g} | {allowed:g} |"
            f" {verdict} |",
            flush=True,
        )

    def check(self, model, peer, ours, theirs, allowed=SIX_DIGITS, measure=relative):
        for name, left, right in columns(ours, theirs):
            self.row(model, peer, name, measure(left, right), allowed)

    def differs(self, model, peer, why, ours, theirs):
        """For definitions that are not ours."""
        self.differing.append((f"{self.section}: {model} of {peer}", why, ours, theirs))
        print(f"| {self.section} | {model} | {peer} | | | | defined otherwise, see below |")

    def close(self):
        for title, why, ours, theirs in self.differing:
            print(f"\n{title}. {why}\n\n| channel | ours | theirs |\n| --- | ---: | ---: |")
            for channel in sorted(set(ours) | set(theirs)):
                left, right = (side.get(channel, (0.0,))[0] for side in (ours, theirs))
                print(f"| {channel} | {left:.3f} | {right:.3f} |")
        print(f"\n{self.failed} disagree" if self.failed else "\nAll agree.")
        return 1 if self.failed else 0


def published(report, ours, folder):
    for source, model, rows, credit in PUBLISHED:
        report.section = "published"
        file = folder / "published.csv"
        lines = [f"{path},{converted},{converted}.0,{null}" for path, converted, null in rows]
        file.write_text("\n".join([generate.HEADER, *lines]) + "\n")
        theirs = pairs(list(credit), credit.values())
        report.check(model, source, ours.credit(file, model), theirs)


def compare(report, ours, file):
    frame = pd.read_csv(file)
    mine = {
        model: ours.credit(file, model)
        for model in ("first", "last", "linear", "position", "shapley")
    }
    markov = {k: ours.credit(file, "markov", "--order", str(k)) for k in (1, 2, 3)}

    for model, theirs in heuristics(frame).items():
        report.check(model, "ChannelAttribution", mine[model], theirs)
    for order, credit in markov.items():
        for how, settings, allowed in SIMULATED:
            theirs = simulated(frame, order, settings)
            peer = f"ChannelAttribution, {how}"
            report.check(f"markov {order}", peer, credit, theirs, allowed, moved)

    peer = "marketing-attribution-models"
    mam = Mam(frame)
    for model, name in [
        ("first", "first_click"), ("last", "last_click"), ("linear", "linear"),
        ("position", "position_based"),
    ]:
        report.check(model, peer, mine[model], mam.credit(name))
    report.check("markov 1", f"{peer}, removal effects", markov[1], mam.removal())
    report.differs(
        "markov", peer,
        "It shares each journey's conversion among its own touches by weight, not all conversions"
        " by removal effect.",
        markov[1], mam.credit("markov"),
    )
    report.differs(
        "shapley", f"{peer}, max_size=None",
        "v(S) is the rate of conversion of the journeys with exactly the channels S, and each"
        " journey is a game of its own, scaled to its conversions.",
        mine["shapley"], mam.shapley(max_size=None),
    )
    report.differs(
        "shapley", f"{peer}, as it comes",
        "The same, of the alphabetically last four channels of each journey alone.",
        mine["shapley"], mam.shapley(),
    )

    with QUIET:
        theirs = {
            "linear": mta_credit(
                frame, lambda m: m.linear(share="proportional", normalize=False), "linear"
            ),
            "position": mta_credit(
                frame, lambda m: m.position_based(normalize=False), "pos_based"
            ),
            "shapley": mta_credit(frame, lambda m: m.shapley(normalize=False), "shapley"),
        }
        model = MTA(frame, allow_loops=False, add_timepoints=False).markov(normalize=True)
    for name, credit in theirs.items():
        report.check(name, "mta", mine[name], credit)
    shares = model.attribution["markov"]
    report.differs(
        "markov", "mta",
        "P(conversion) is the sum over the distinct converting paths observed, not over all walks.",
        markov[1], pairs(list(shares), [mam.total * share for share in shares.values()]),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", required=True, help="our binary, or: exact")
    parser.add_argument("--paths", required=True, help="the common CSV, plain or .gz")
    args = parser.parse_args()
    ours = Ours(args.ours)
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        published(report, ours, folder)
        plain = folder / "common.csv"
        pd.read_csv(args.paths).to_csv(plain, index=False)
        report.section = Path(args.paths).name
        compare(report, ours, plain)
        for journeys, channels, seed in GENERATED:
            file = folder / f"generated-{seed}.csv"
            with open(file, "w", encoding="utf-8") as out:
                generate.write(out, journeys, channels, seed)
            report.section = f"{journeys:,} made up, {channels} channels"
            compare(report, ours, file)
    sys.exit(report.close())


if __name__ == "__main__":
    main()
