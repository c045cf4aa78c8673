"""The dataset export for Superset: its columns and metrics are those of the views, and each grain of time adds up as the
API does, asked as Superset writes it. The pitfall that it avoids is kept as a test beside it."""

from collections import defaultdict
from datetime import date

import pytest
import yaml
from sqlalchemy import column, create_engine, func, literal_column, select, table

from conftest import FROM, ROOT, TO

EXPORT = ROOT / "dashboards/superset"
DATASETS = {
    path.stem: yaml.safe_load(path.read_text()) for path in (EXPORT / "datasets/messenger-funnel").glob("*.yaml")
}
# As Superset's engine for ClickHouse writes them.
GRAINS = {
    "P1D": "toStartOfDay(toDateTime({col}))",
    "P1W": "toMonday(toDateTime({col}))",
    "P1M": "toStartOfMonth(toDateTime({col}))",
    "P3M": "toStartOfQuarter(toDateTime({col}))",
    "P1Y": "toStartOfYear(toDateTime({col}))",
}
# Begins and ends within weeks and months, as the ranges that people choose do.
WITHIN = ("2026-10-07", "2026-10-30")


@pytest.fixture(scope="module")
def engine(world):
    engine = create_engine(world.url())
    yield engine
    engine.dispose()


def asked(view, grain, label, metrics, by_label=False):
    """The query of a chart: the grain under the label of its column, metrics under their names, the filter on the column."""
    time = literal_column(GRAINS[grain].format(col="day"))
    first, end = (func.toDate(day) for day in WITHIN)
    return (
        select(time.label(label), *(literal_column(one["expression"]).label(one["metric_name"]) for one in metrics))
        .select_from(table(view, schema="messenger_funnel"))
        .where(literal_column("day") >= first, literal_column("day") < end)
        .group_by(column(label) if by_label else time)
        .order_by(column(label))
    )


def start(day, grain):
    day = date.fromisoformat(day)
    return {
        "P1D": day,
        "P1W": date.fromordinal(day.toordinal() - day.weekday()),
        "P1M": day.replace(day=1),
        "P3M": day.replace(month=day.month - (day.month - 1) % 3, day=1),
        "P1Y": day.replace(month=1, day=1),
    }[grain]


def by_grain(api, grain):
    told = api.get("funnels/click-to-messenger", by="day").json()
    sums = defaultdict(lambda: defaultdict(int))
    for row in told["breakdown"]:
        day = row["by"]["day"]
        if WITHIN[0] <= day < WITHIN[1]:
            for step in row["steps"]:
                sums[start(day, grain)][step["name"]] += step["count"] or 0
    return {key: (counts["opened"], counts["lead"]) for key, counts in sums.items() if counts["opened"]}


def day_of(value):
    return date.fromisoformat(str(value)[:10])


def test_an_export_has_one_database_and_five_datasets():
    metadata = yaml.safe_load((EXPORT / "metadata.yaml").read_text())
    database = yaml.safe_load((EXPORT / "databases/messenger-funnel.yaml").read_text())
    # Without a type it is imported as datasets alone and as a dashboard with them.
    assert "type" not in metadata and metadata["version"] == "1.0.0"
    assert not database["allow_dml"] and "XXXXXXXXXX" in database["sqlalchemy_uri"]
    assert DATASETS.keys() == {"v_funnel_daily", "v_funnel_steps", "v_ads_daily", "v_conversions", "v_attribution"}
    assert {one["database_uuid"] for one in DATASETS.values()} == {database["uuid"]}
    assert len({one["uuid"] for one in DATASETS.values()}) == len(DATASETS)


@pytest.mark.parametrize("view", sorted(DATASETS))
def test_its_columns_are_those_of_the_view(reader, view):
    dataset = DATASETS[view]
    told = {one["column_name"]: one for one in dataset["columns"]}
    described = reader.query(f"DESCRIBE TABLE {view}")
    there = {row["name"]: row for row in described.named_results()}
    physical = {name: one for name, one in told.items() if not one["expression"]}
    assert physical.keys() == there.keys()
    assert {name: one["type"] for name, one in physical.items()} == {name: row["type"] for name, row in there.items()}
    assert all(one["description"] for one in told.values())
    # The only column of time is one that no label of its own can shadow, nor one of a metric.
    [temporal] = [name for name, one in told.items() if one["is_dttm"]]
    assert dataset["main_dttm_col"] == temporal and temporal not in there
    names = [one["metric_name"] for one in dataset["metrics"]]
    assert not set(names) & told.keys() and len(set(names)) == len(names)


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("view", sorted(DATASETS))
def test_every_metric_answers_at_every_grain(engine, view, grain):
    dataset = DATASETS[view]
    with engine.connect() as connection:
        rows = connection.execute(asked(view, grain, "on_day", dataset["metrics"])).all()
    assert rows and all(row[1] is not None for row in rows)
    assert len({row[0] for row in rows}) == len(rows)


@pytest.mark.parametrize("by_label", [False, True])
@pytest.mark.parametrize("grain", GRAINS)
def test_a_grain_adds_up_as_the_api_does(engine, api, grain, by_label):
    metrics = [one for one in DATASETS["v_funnel_daily"]["metrics"] if one["metric_name"] in ("conversations", "leads")]
    with engine.connect() as connection:
        rows = connection.execute(asked("v_funnel_daily", grain, "on_day", metrics, by_label)).all()
    assert {day_of(row[0]): (row[1], row[2]) for row in rows} == by_grain(api, grain)


def test_a_grain_of_the_column_itself_does_not(engine, api):
    """Why there is another column: under the label `day` ClickHouse filters by the week's first day."""
    metrics = [one for one in DATASETS["v_funnel_daily"]["metrics"] if one["metric_name"] in ("conversations", "leads")]
    with engine.connect() as connection:
        rows = connection.execute(asked("v_funnel_daily", "P1W", "day", metrics, True)).all()
    assert {day_of(row[0]): (row[1], row[2]) for row in rows} != by_grain(api, "P1W")


def test_the_sums_of_the_whole_range_are_the_apis(reader, api):
    metrics = {one["metric_name"]: one["expression"] for one in DATASETS["v_ads_daily"]["metrics"]}
    cost, leads = reader.query(
        f"SELECT {metrics['cost']}, {metrics['cost_per_lead']} FROM v_ads_daily "
        f"WHERE day >= '{FROM}' AND day < '{TO}' AND currency = 'EUR'"
    ).first_row
    ads = [row for row in api.json("ads")["rows"] if row["currency"] == "EUR"]
    assert float(cost) == pytest.approx(sum(float(row["spend"]) for row in ads))
    told = sum(step["count"] for row in ads for step in row["steps"] if step["name"] == "lead")
    assert float(leads) == pytest.approx(float(cost) / told)
