"""Whether a month that is copied inside ClickHouse is as if its webhooks had been imported."""

import re

from . import copies
from .months import DAYS, Months, today

MONTH = 1
# What differs: a copy's ids are hashes of the original's, and an import notes when it was.
OTHERWISE = {"event_id", "received_at", "version"}
SECONDS = DAYS * 86_400


def copies_are_as_imported(product, other, people):
    """A month that `product` copies beside the same one moved as text and imported by `other`; then all
    conversations made again by the program."""
    months = Months(product, people, today())
    webhooks = months.write(0)
    product.command("import", "webhooks", webhooks)
    moved = other.folder / "moved.jsonl"
    moved.write_bytes(moved_text(webhooks.read_bytes()))
    other.command("import", "webhooks", moved)
    with product:
        copies.set_aside(product)
        copies.copy(product, MONTH)
        copied = contents(product)
        lists = people_as_made(product)
    with other:
        imported = contents(other)
    for table in copies.COPIED:
        if copied[table] != imported[table]:
            raise SystemExit(f"{table}: copied {copied[table]}, imported {imported[table]}")
    said, _ = product.command("conversations", "rebuild", "--strict")
    with product:
        if people_as_made(product) != lists:
            raise SystemExit("the lists of people differ after a rebuild")
    counts = ", ".join(f"{table} {copied[table].split()[0]}" for table in copies.COPIED)
    return (f"The copied month has the rows that an import of it has ({counts}); after\n{said.strip()}\n"
            "the lists of people are the same too.")


def moved_text(webhooks):
    """Webhooks as they would have been so many days before, of the copied month's people."""
    webhooks = re.sub(rb"7000000(\d{6})000", b"7000000\\g<1>%03d" % MONTH, webhooks)
    webhooks = re.sub(rb'("(?:timestamp|watermark|time)":)(\d{13})\b',
                      lambda found: earlier(found, SECONDS * 1000), webhooks)
    return re.sub(rb'("(?:created_time|time)":)(\d{10})\b',
                  lambda found: earlier(found, SECONDS), webhooks)


def earlier(found, by):
    return found[1] + str(int(found[2]) - by).encode()


def contents(product):
    """Of each table's rows of the copied month how many there are, and a hash of what they hold."""
    end = int(today().timestamp()) - SECONDS
    found = {}
    for table in copies.COPIED:
        columns = [name for (name,) in product.rows(
            "SELECT name FROM system.columns WHERE database = currentDatabase() "
            f"AND table = '{table}' ORDER BY position") if name not in OTHERWISE]
        # Of a conversion raw JSON tells the id of another event.
        texts = [f"if(kind = 'conversion', '', {name})" if name == "raw" else f"toString({name})"
                 for name in columns]
        is_of_month = (f"endsWith(person_id, '{MONTH:03}')" if "person_id" in columns
                       else f"slot < toDateTime({end})")
        found[table] = product.sql(
            f"SELECT count(), sum(sipHash64({', '.join(texts)})) FROM {table} FINAL "
            f"WHERE {is_of_month}").strip()
    return found


def people_as_made(product):
    """A number for all that is known of people, but for when it was written."""
    return product.sql("SELECT count(), sum(sipHash64(page_id, person_id, first_event, opened, touched, "
                       "converted)) FROM people FINAL")
