"""Made-up journeys: a CSV with one row a journey, which either converts or does not."""

import argparse
import sys

import numpy as np

NAMES = [
    "ad", "link", "qr", "post", "story", "search", "email", "site", "widget", "comment",
    "referral", "broadcast", "shop", "directory",
]
HEADER = "path,total_conversions,total_conversion_value,total_null"
LONGEST = 40
MEAN = 4
AGAIN = 0.25  # chance that a touch repeats the channel before it
BATCH = 100_000


def names(count):
    return (NAMES + [f"ad_{i}" for i in range(1, count)])[:count]


class Channels:
    """How often each channel is used, how well it persuades and what it usually sells for."""

    def __init__(self, rng, count):
        self.names = names(count)
        popular = 1 / np.arange(1, count + 1) ** 0.7
        self.popular = popular / popular.sum()
        self.chance = rng.uniform(0.01, 0.12, count)
        self.worth = rng.uniform(10, 200, count)


def paths(rng, journeys, channels):
    """Lengths, and a table of channel numbers of which each row's first `length` count."""
    length = np.minimum(rng.geometric(1 / MEAN, journeys), LONGEST)
    touch = np.zeros((journeys, LONGEST), dtype=np.int64)
    for step in range(LONGEST):
        rows = np.flatnonzero(length > step)
        drawn = rng.choice(len(channels.names), len(rows), p=channels.popular)
        if step:
            again = rng.random(len(rows)) < AGAIN
            drawn = np.where(again, touch[rows, step - 1], drawn)
        touch[rows, step] = drawn
    return length, touch


def outcomes(rng, length, touch, channels):
    """Whether each journey converts, and the value of its conversion."""
    journeys = len(length)
    touched = np.arange(LONGEST) < length[:, None]
    refused = np.where(touched, np.log1p(-channels.chance[touch]), 0).sum(axis=1)
    converted = rng.random(journeys) < -np.expm1(refused)
    last = touch[np.arange(journeys), length - 1]
    value = channels.worth[last] * rng.lognormal(0, 0.5, journeys)
    return converted, np.where(converted, value, 0)


def write(out, journeys, count, seed):
    rng = np.random.default_rng(seed)
    channels = Channels(rng, count)
    out.write(HEADER + "\n")
    for start in range(0, journeys, BATCH):
        length, touch = paths(rng, min(BATCH, journeys - start), channels)
        converted, value = outcomes(rng, length, touch, channels)
        table = zip(length.tolist(), touch.tolist(), converted.tolist(), value.tolist())
        out.writelines(
            f"{' > '.join(channels.names[c] for c in row[:n])},{done:d},{paid:.2f},{not done:d}\n"
            for n, row, done, paid in table
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=1_000_000)
    parser.add_argument("--channels", type=int, default=14)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", help="the CSV (default: standard output)")
    args = parser.parse_args()
    if args.out:
        with open(args.out, "w", encoding="utf-8") as out:
            write(out, args.journeys, args.channels, args.seed)
    else:
        write(sys.stdout, args.journeys, args.channels, args.seed)


if __name__ == "__main__":
    main()
