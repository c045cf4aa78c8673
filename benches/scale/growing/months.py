"""Months of traffic that go the real way: `generate`, then `import webhooks`.

Month 0 is the last thirty days; month 1 the thirty before it, and so on. The generator numbers people
from 7000000000000000 on in every run: each month gets people of its own by its number at the end of
theirs, so that ten months are ten times as many people and not ten times as busy ones. At the end,
because Meta's numbers do not tell either when somebody came: were they apart by months, ClickHouse would
see at once in which month to look for whom.
"""

import re
from datetime import datetime, timedelta, timezone

DAYS = 30
# A generated person's id, and the part of it that tells who of a month it is.
GENERATED = re.compile(rb"7000000000(\d{6})")
MOST_PEOPLE, MOST_MONTHS = 1_000_000, 1_000
CHUNK = 1 << 24
ADS = {
    "120211234567890101": "Café au lait, first one free",
    "120211234567890102": "Birthday cakes in two days",
    "120211234567890103": "Brötchen",
    "120211234567890201": "Win a wedding cake!",
    "120211234567890202": "Gluten-free, really",
    "120211234567890301": "Watch it rise",
}


def today():
    """The first instant of today, UTC: every month's traffic lies before it."""
    return datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def person(number, month):
    """The id of somebody of a month."""
    return f"7000000{number:06}{month:03}"


def of_month(webhooks, month):
    """Webhooks as the generator writes them, of a month's own people."""
    return GENERATED.sub(b"7000000\\g<1>%03d" % month, webhooks)


class Months:
    """Traffic of `people` people a month, the latest of which ends with `end`."""

    def __init__(self, product, people, end):
        if people > MOST_PEOPLE:
            raise SystemExit(f"{people} people: a month has {MOST_PEOPLE:,} at most")
        self.product, self.people, self.end = product, people, end
        self.spend_until = 0

    def bounds(self, month):
        """Begin and end of a month."""
        to = self.end - timedelta(days=DAYS * month)
        return to - timedelta(days=DAYS), to

    def write(self, month):
        """A file with a month's webhooks, one a line."""
        path = self.product.folder / "traffic.jsonl"
        begin, end = (moment.isoformat() for moment in self.bounds(month))
        self.product.command(
            "generate", "--people", self.people, "--seed", month + 1,
            "--from", begin, "--to", end, "--output", path,
        )
        moved = path.with_suffix(".moved")
        with open(path, "rb") as bodies, open(moved, "wb") as out:
            while lines := bodies.readlines(CHUNK):
                out.write(of_month(b"".join(lines), month))
        moved.replace(path)
        return path

    def take(self, month):
        """Imports a month's webhooks; how many seconds until conversations are made of them too."""
        path = self.write(month)
        seconds = self.product.command("import", "webhooks", path)[1]
        path.unlink()
        return seconds

    def take_spend(self, months):
        """Imports what six ads cost on each day of so many months, as far as it is not known yet."""
        if months <= self.spend_until:
            return
        days = range(self.spend_until * DAYS, months * DAYS)
        path = self.product.folder / "spend.csv"
        head = ("Day,Ad ID,Ad name,Campaign name,Currency,Amount spent (EUR),Impressions,"
                "Link clicks\n")
        with open(path, "w", encoding="utf-8") as out:
            out.write(head)
            for day in days:
                date = (self.end - timedelta(days=day + 1)).date()
                for place, (ad, name) in enumerate(ADS.items()):
                    out.write(f'{date},{ad},"{name}",Autumn,EUR,{20 + place}.50,{9000 + day},400\n')
        self.product.command("import", "spend", path)
        self.spend_until = months
