"""The snippets of docs/guides/bi.md run as they stand and find rows; what it says of views and settings is so."""

import re

from conftest import PASSWORD, ROOT, TOKEN
from test_clickhouse_connect import VIEWS

TEXT = (ROOT / "docs/guides/bi.md").read_text()


def test_snippets_run(world, tmp_path, monkeypatch):
    monkeypatch.setenv("READER_PASSWORD", PASSWORD)
    monkeypatch.setenv("TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(snippets) == 2
    found = {}
    for snippet in snippets:
        told = snippet.replace("8124", str(world.port)).replace("https://your.host", world.api.base)
        exec(compile(told, "bi.md", "exec"), found)  # noqa: S102
    whole = world.api.funnel()[None]
    assert found["funnel"]["conversations"].sum() == whole["opened"]
    assert found["funnel"]["leads"].sum() == whole["lead"]
    assert found["credit"].num_rows > 3
    assert len(found["conversations"]) == whole["opened"]
    assert found["touchpoints"].height == world.api.json("touchpoints", limit=1)["total"]
    assert found["french"]["conversions"].sum() > 100
    assert dict(found["leads"])["Autumn"] > 0


# What WhatsApp's messages cost is read from Graph alone: `message_costs` of the other tests fills and filters it.
PRICED = "v_message_costs"


def test_every_view_is_told_and_has_the_columns_that_are_to_be_filtered_on(reader):
    rows = dict(re.findall(r"^\| `(v_\w+)` \| [^|]+ \| ([^|]+) \|", TEXT, re.MULTILINE))
    assert rows.keys() == {*VIEWS, PRICED}
    for view, columns in rows.items():
        if view == PRICED:
            continue
        for column in re.findall(r"`(\w+)`", columns):
            assert reader.query(f"SELECT max({column}) FROM {view}").first_row[0], (view, column)


def test_filters_that_are_told_leave_months_out(reader):
    rows = re.findall(r"^\| `(v_\w+)` \| [^|]+ \| ([^|]+) \|", TEXT, re.MULTILINE)
    for view, columns in rows:
        if view == PRICED:
            continue
        for column in re.findall(r"`(\w+)`", columns):
            plan = "\n".join(
                line
                for (line,) in reader.query(
                    f"EXPLAIN indexes = 1 SELECT count() FROM {view} "
                    f"WHERE {column} >= '2020-01-01' AND {column} < '2020-02-01'"
                ).result_rows
            )
            assert re.search(r"Parts: 0/[1-9]", plan), (view, column, plan)


def test_what_is_wrong_to_add_up_is_said_where_it_would_be(reader):
    """The value of a conversion is there once for each touchpoint: summed as it is, it would be too much."""
    twice, once = reader.query(
        "SELECT sum(value), sum(toFloat64(ifNull(value, 0)) * credit_last) FROM v_attribution WHERE currency = 'EUR'"
    ).first_row
    assert float(twice) > once
    assert "sum `value * credit_last`" in TEXT
