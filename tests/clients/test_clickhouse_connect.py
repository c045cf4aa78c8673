"""The views, read by clickhouse-connect as the reader: the figures of the API, described columns, nothing written,
limits that hold."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, ProgrammingError

from conftest import ADS, FROM, MOST_ROWS, OCTOBER, TO, days

STAGES = ["opened", "messaged", "answered", "engaged", "lead", "purchase"]
VIEWS = [
    f"v_{name}"
    for name in (
        "events touchpoints conversations conversions ads_daily funnel_daily funnel_steps attribution".split()
    )
]
MODELS = ["first", "last", "last_non_organic", "linear", "position", "time_decay"]


def stage_sums():
    return ", ".join(f"sum({stage}) AS {stage}" for stage in STAGES)


def test_rows_of_the_daily_funnel_sum_to_the_funnel_of_the_api(api, reader):
    told = api.funnel()
    found = reader.query(
        f"SELECT source, {stage_sums()} FROM v_funnel_daily WHERE {OCTOBER} GROUP BY source"
    )
    assert found.column_names == ("source", *STAGES)
    rows = {row[0]: dict(zip(STAGES, row[1:])) for row in found.result_rows}
    assert rows.keys() == told.keys() - {None}
    assert len(rows) > 5
    for source, row in rows.items():
        assert row == {stage: told[source][stage] for stage in STAGES}, source
    assert sum(row["opened"] for row in rows.values()) == told[None]["opened"] > 300


def test_a_data_frame_of_conversations_has_the_funnel(api, reader):
    told = api.funnel()
    frame = reader.query_df(f"SELECT * FROM v_conversations WHERE {OCTOBER}")
    assert len(frame) == told[None]["opened"]
    assert str(frame["opened_at"].dt.tz) == "UTC"
    for place, stage in enumerate(STAGES[1:], start=1):
        reached = frame[frame["depth"] >= place].groupby("source").size().to_dict()
        assert reached == {
            source: counts[stage] for source, counts in told.items() if source and counts[stage]
        }, stage
        assert (frame["depth"] >= place).sum() == frame[f"{stage}_at"].notna().sum(), stage
    # A day is a day in the zone of the settings: some conversation is on another day in UTC.
    local = frame["opened_at"].dt.tz_convert("America/Sao_Paulo").dt.date
    days_told = frame["day"].dt.date
    assert (local == days_told).all()
    assert (frame["opened_at"].dt.date != days_told).any()


def test_an_arrow_table_of_touchpoints_has_the_rows_of_the_api(api, reader):
    told = api.json("touchpoints", limit=MOST_ROWS)["touchpoints"]
    table = reader.query_arrow(
        f"SELECT * FROM v_touchpoints WHERE {OCTOBER} ORDER BY time, page_id, person_id, number"
    )
    assert table.schema.field("time").type == pa.timestamp("ms", "UTC")
    assert pa.types.is_string(table.schema.field("person_id").type)
    assert table.num_rows == len(told) > 300
    own = sorted(zip(table["page_id"].to_pylist(), table["person_id"].to_pylist(),
                     table["number"].to_pylist(), table["source"].to_pylist()))
    assert own == sorted((row["page_id"], row["person_id"], row["number"], row["source"]) for row in told)


def test_events_are_each_there_once_and_by_kind_as_on_the_quality_page(api, reader):
    told = {}
    for row in api.json("quality")["kinds"]:
        told[row["kind"]] = told.get(row["kind"], 0) + row["events"]
    found = dict(
        reader.query(f"SELECT kind, count() FROM v_events WHERE {OCTOBER} GROUP BY kind").result_rows
    )
    assert found == told and found["message"] > 100
    once = reader.query(f"SELECT count(), uniqExact(event_id) FROM v_events WHERE {OCTOBER}")
    assert once.first_row[0] == once.first_row[1] == sum(told.values())


def test_conversions_are_those_that_attribution_counts_with_their_value(api, reader):
    frame = reader.query_df(f"SELECT * FROM v_conversions WHERE {OCTOBER}")
    for name, own in frame.groupby("name"):
        told = api.json("attribution", conversion=name)
        assert len(own) == round(told["total_conversions"]), name
        for currency, valued in own[own["currency"] != ""].groupby("currency"):
            value = sum(
                row["value"] for row in told["channels"] if row["currency"] == currency
            )
            # Decimals, exact: a sum of them is what an accountant would find.
            assert isinstance(valued["value"].iloc[0], Decimal)
            assert float(valued["value"].sum()) == pytest.approx(value, abs=1e-6), currency
    assert set(frame["name"]) == {"lead", "purchase"}
    assert {"EUR", "USD"} <= set(frame["currency"])


@pytest.mark.parametrize("model", MODELS)
def test_credits_are_those_of_the_api(api, reader, model):
    told = {}
    for row in api.json("attribution", model=model)["channels"]:
        key = (row["channel"], row["currency"] or "")
        told[key] = (row["conversions"], row["value"] or 0)
    found = reader.query(
        f"SELECT source, currency, sum(credit_{model}), sum(toFloat64(ifNull(value, 0)) * credit_{model}) "
        f"FROM v_attribution WHERE {OCTOBER} GROUP BY source, currency HAVING sum(credit_{model}) > 0"
    )
    rows = {(source, currency): (credit, value) for source, currency, credit, value in found.result_rows}
    assert rows.keys() == {key for key, (credit, _) in told.items() if credit}
    for key, (credit, value) in rows.items():
        assert credit == pytest.approx(told[key][0], abs=1e-6), key
        assert value == pytest.approx(told[key][1], abs=1e-4), key
    each = reader.query(
        f"SELECT sum(credit_{model}) AS whole FROM v_attribution WHERE {OCTOBER} "
        "GROUP BY page_id, person_id, number HAVING abs(whole - 1) > 1e-9"
    )
    assert each.result_rows == []


def test_spend_is_what_was_imported_and_ads_have_their_conversations(api, reader):
    table = reader.query_arrow(f"SELECT * FROM v_ads_daily WHERE {OCTOBER}")
    told = {row["id"]: row for row in api.json("ads", by="ad")["rows"]}
    for ad_id, _, campaign, currency, amount in ADS:
        own = table.filter(pc.equal(table["ad_id"], ad_id))
        paid = own.filter(pc.is_valid(own["spend"]))
        assert paid.num_rows == len(days())
        assert set(paid["currency"].to_pylist()) == {currency}
        assert set(own["campaign"].to_pylist()) == {campaign}
        assert sum(paid["spend"].to_pylist()) == Decimal(amount) * len(days())
        assert float(Decimal(amount) * len(days())) == pytest.approx(told[ad_id]["spend"])
        steps = {step["name"]: step["count"] for step in told[ad_id]["steps"]}
        assert {stage: pc.sum(own[stage]).as_py() for stage in STAGES} == steps
    # An ad without a cost has conversations and no spend, which is not zero.
    without = table.filter(pc.equal(table["ad_id"], "120211234567890301"))
    assert pc.sum(without["opened"]).as_py() > 0
    assert without["spend"].null_count == without.num_rows
    assert pc.sum(table["opened"]).as_py() == api.funnel()["ad"]["opened"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_listed_and_each_of_its_columns_described(reader, view):
    assert reader.query(f"SELECT count() FROM {view}").first_row[0] > 0
    described = reader.query(f"DESCRIBE TABLE {view}").named_results()
    comments = {row["name"]: row["comment"] for row in described}
    assert len(comments) > 10 and all(comments.values()), comments
    names = list(comments)
    assert "day" in names and "of the settings" in comments["day"]
    assert reader.query(f"SELECT * FROM {view} LIMIT 1").column_names == tuple(names)


@pytest.mark.parametrize(
    "statement, code",
    [
        ("INSERT INTO links (slug) VALUES ('x')", 497),
        ("ALTER TABLE conversations DELETE WHERE 1", 497),
        ("DROP VIEW v_events", 497),
        ("CREATE TABLE mine (a Int8) ENGINE = Memory", 497),
        ("SELECT text FROM events_by_person", 497),
        ("SELECT raw FROM events_by_person", 497),
        ("SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')", 497),
        ("SELECT number FROM numbers(100000)", 396),
        ("SELECT v_events.time FROM v_events, v_conversions", 396),
        ("SELECT 1 SETTINGS max_memory_usage = 0", 452),
        ("SELECT 1 SETTINGS max_execution_time = 0", 452),
        ("SELECT 1 SETTINGS max_result_rows = 0", 452),
        ("SELECT 1 SETTINGS readonly = 0", 164),
    ],
)
def test_what_a_reader_may_not_is_refused(reader, statement, code):
    with pytest.raises((DatabaseError, ProgrammingError)) as refused:
        reader.command(statement)
    assert f"Code: {code}." in str(refused.value)


def test_an_insert_of_the_client_is_refused_and_leaves_nothing(reader):
    before = reader.query("SELECT count() FROM links").first_row
    with pytest.raises(DatabaseError):
        reader.insert("links", [["x"]], column_names=["slug"])
    assert reader.query("SELECT count() FROM links").first_row == before


def test_parameters_of_the_client_are_bound(api, reader):
    asked = "SELECT sum(opened) FROM v_funnel_daily WHERE day >= {first:Date} AND day < {end:Date} AND source = {source:String}"
    found = reader.query(asked, parameters={"first": FROM, "end": TO, "source": "ad"})
    assert found.first_row[0] == api.funnel()["ad"]["opened"]


# Drivers of Go (Grafana) and Java (Metabase, DBeaver) send limits of their own with each query.
@pytest.mark.parametrize(
    "settings",
    [
        {"max_execution_time": "55"},
        {"max_result_rows": "500"},
        {"max_result_rows": "500", "result_overflow_mode": "break"},
    ],
    ids=["clickhouse-go", "rows", "jdbc setMaxRows"],
)
def test_a_reader_may_ask_for_stricter_limits(reader, settings):
    answer = reader.raw_query("SELECT 1 FORMAT TSV SETTINGS " + ", ".join(
        f"{name} = '{value}'" if name == "result_overflow_mode" else f"{name} = {value}"
        for name, value in settings.items()
    ))
    assert answer == b"1\n"


def test_no_view_shows_phone_numbers_or_addresses(reader):
    shown = "match(payload, '^\\\\+?[0-9]{8,15}$') OR match(payload, '^[^@ ]+@[^@ ]+$')"
    assert reader.query(f"SELECT count() FROM v_events WHERE {shown}").first_row == (0,)
