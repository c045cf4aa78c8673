"""Months that are made inside ClickHouse of month 0: the same traffic, so many months before, of other
people. What events lead to is copied with them, as if the copy had been imported.

Month 0 is set aside in a database of its own as soon as it has been imported, because later rounds of
new events change what it has become.
"""

from .months import DAYS

ASIDE = "month_set_aside"
# What is copied. Everything else that has people in it must be named here, or in LEFT, or the run ends.
COPIED = ["events_by_person", "people", "conversations", "touchpoints", "conversions", "contacts",
          "arrivals", "aliases", "deliveries"]
# Whose turn it was: nobody's, of a month that was made at once.
LEFT = ["changed_people"]
# When something came in is no part of its month: all of it was imported just now.
OWN_TIMES = ["received_at"]


def set_aside(product):
    """Keeps month 0 as it was imported."""
    with_people = product.rows(
        "SELECT DISTINCT table FROM system.columns WHERE database = currentDatabase() "
        "AND name = 'person_id' AND table IN (SELECT name FROM system.tables "
        "WHERE database = currentDatabase() AND total_rows > 0)")
    unknown = {row[0] for row in with_people} - {*COPIED, *LEFT}
    if unknown:
        raise SystemExit(f"nobody has said how to copy {', '.join(sorted(unknown))}")
    product.sql(f"CREATE DATABASE {ASIDE}")
    for table in COPIED:
        product.sql(f"CREATE TABLE {ASIDE}.{table} AS {table}")
        product.sql(f"INSERT INTO {ASIDE}.{table} SELECT * FROM {table} FINAL "
                    "SETTINGS max_partitions_per_insert_block = 0")


def copy(product, month):
    """Makes a month."""
    for table in COPIED:
        columns = dict(product.rows(
            "SELECT name, type FROM system.columns WHERE database = currentDatabase() "
            f"AND table = '{table}' ORDER BY position"))
        changed = {name: changed_value(table, name, kind, month) for name, kind in columns.items()}
        changes = ", ".join(f"{value} AS {name}" for name, value in changed.items() if value)
        product.sql(
            f"INSERT INTO {table} ({', '.join(columns)}) "
            f"SELECT * REPLACE ({changes}) FROM {ASIDE}.{table} AS old "
            f"SETTINGS max_partitions_per_insert_block = 0, "
            f"insert_deduplication_token = 'month {month}'")


def changed_value(table, name, kind, month):
    """What a column holds in the copy; `None` for the same as in the original."""
    days = month * DAYS
    if name == "person_id" or name == "mid":
        return others(f"old.{name}", month)
    if name == "event_id":
        return new_id("old.event_id", month)
    if name == "raw":
        return new_raw(month)
    if name in OWN_TIMES:
        return None
    if "DateTime" in kind:
        return f"old.{name} - toIntervalDay({days})"
    # Lists of times, and a time, in milliseconds.
    if table == "people" and kind == "Array(Int64)":
        return f"arrayMap(time -> time - {days * 86_400_000}, old.{name})"
    if table == "people" and kind == "Int64":
        return f"old.{name} - {days * 86_400_000}"
    return None


def others(text, month):
    """A text that tells of people of month 0 with those of another month in their place."""
    return f"replaceRegexpAll({text}, '7000000([0-9]{{6}})000', '7000000\\\\1{month:03}')"


def new_id(value, month):
    return f"reinterpretAsUUID(sipHash128({value}, {month}))"


def new_raw(month):
    """The event's JSON with the other person and the other time, by its seconds; a receipt's watermark
    lies a millisecond before its time, which may be in the second before. What a conversion was
    caused by is an event."""
    shift = month * DAYS * 86_400
    second = "intDiv(toUnixTimestamp64Milli(old.time), 1000)"
    before = "intDiv(toUnixTimestamp64Milli(old.time) - 1, 1000)"
    moved = f"replaceAll({others('old.raw', month)}, toString({second}), toString({second} - {shift}))"
    moved = (f"if({second} = {before}, {moved}, "
             f"replaceAll({moved}, toString({before}), toString({before} - {shift})))")
    cause = "toUUIDOrZero(JSONExtractString(old.raw, 'cause'))"
    cause = f"replaceAll(toString({new_id(cause, month)}), '-', '')"
    return f"""if(old.kind = 'conversion', concat('{{"cause":"', {cause}, '"}}'), {moved})"""
