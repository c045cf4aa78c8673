"""What a history takes on disk, once ClickHouse has merged it."""

import os
import time

# Of the disk so much stays free.
SPARE_BYTES = 10 * 1000**3
# A month needs room for what it becomes, for parts that wait to be removed, and for its webhooks.
TRANSIENT = 1.7
WEBHOOK_BYTES = 420
# Bytes an event that a first guess takes.
GUESSED = 100


def free_bytes(folder):
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def missing_bytes(folder, events, more, bytes_an_event=GUESSED):
    """How many bytes are missing for `more` events beside `events` that are there; 0 if there is room."""
    a_month = WEBHOOK_BYTES * events
    return max(0, more * bytes_an_event * TRANSIENT + a_month + SPARE_BYTES - free_bytes(folder))


def rest(product):
    """Merges each partition to one part, and waits until nothing else is being merged."""
    for (table,) in product.rows(
            "SELECT DISTINCT table FROM system.parts WHERE active AND database = currentDatabase()"):
        product.sql(f"OPTIMIZE TABLE {table} FINAL SETTINGS optimize_skip_merged_partitions = 1")
    while product.number("SELECT count() FROM system.merges WHERE database = currentDatabase()"):
        time.sleep(0.5)
    # What was merged lies beside its parts until they are removed.
    inactive = ("SELECT count() FROM system.parts WHERE NOT active AND "
                "database = currentDatabase()")
    end = time.monotonic() + 60
    while product.number(inactive) and time.monotonic() < end:
        time.sleep(0.5)


def measure(product):
    """Counts, and bytes by table and column."""
    events, people, conversations = (
        product.number(f"SELECT count() FROM {table} FINAL "
                       "SETTINGS do_not_merge_across_partitions_select_final = 1")
        for table in ("events_by_person", "people", "conversations"))
    tables = {
        table: {"bytes": int(size), "rows": int(rows), "parts": int(parts), "rest": int(other)}
        for table, size, rows, parts, other in product.rows(
            "SELECT table, sum(bytes_on_disk), sum(rows), count(), "
            "sum(primary_key_size + marks_bytes) "
            "FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table")
    }
    columns = {
        (table, column): int(size) for table, column, size in product.rows(
            "SELECT table, column, sum(column_data_compressed_bytes) AS size "
            "FROM system.parts_columns WHERE active AND database = currentDatabase() "
            "GROUP BY table, column HAVING size > 0 ORDER BY size DESC")
    }
    raw = product.number(
        "SELECT sum(column_bytes_on_disk) FROM system.parts_columns WHERE active "
        "AND database = currentDatabase() AND table = 'events_by_person' AND column = 'raw'")
    return {"events": events, "people": people, "conversations": conversations,
            "tables": tables, "columns": columns, "raw": raw,
            "bytes": sum(table["bytes"] for table in tables.values())}
