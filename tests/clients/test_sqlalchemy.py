"""The views through SQLAlchemy's dialect of clickhouse-connect, as Superset uses it: test of the connection, list of
views and columns, grouped selects."""

from datetime import date

import pytest
from sqlalchemy import MetaData, Table, create_engine, func, inspect, select, text

from conftest import FROM, TO
from test_clickhouse_connect import VIEWS

DATABASE = "messenger_funnel"


@pytest.fixture(scope="module")
def engine(world):
    engine = create_engine(world.url())
    yield engine
    engine.dispose()


def test_the_connection_is_tested(engine):
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
        assert engine.dialect.do_ping(connection.connection.dbapi_connection) is True


def test_views_are_listed_with_their_columns(engine):
    seen = inspect(engine)
    assert seen.get_schema_names() == [DATABASE]
    assert set(VIEWS) <= set(seen.get_view_names(schema=DATABASE))
    for view in VIEWS:
        columns = seen.get_columns(view, schema=DATABASE)
        assert all(column["comment"] for column in columns), view
        by_name = {column["name"]: column["type"] for column in columns}
        assert by_name["day"].python_type is date, view
        assert seen.get_table_comment(view, schema=DATABASE)["text"], view


def test_a_grouped_select_of_a_reflected_view_has_the_funnel(engine, api):
    funnel = Table("v_funnel_daily", MetaData(schema=DATABASE), autoload_with=engine)
    asked = (
        select(funnel.c.source, func.sum(funnel.c.opened).label("opened"), func.sum(funnel.c.lead))
        .where(funnel.c.day >= date.fromisoformat(FROM), funnel.c.day < date.fromisoformat(TO))
        .group_by(funnel.c.source)
        .order_by(text("opened DESC"))
        .limit(100)
    )
    with engine.connect() as connection:
        rows = connection.execute(asked).all()
    told = api.funnel()
    assert {row[0]: (row[1], row[2]) for row in rows} == {
        source: (counts["opened"], counts["lead"]) for source, counts in told.items() if source
    }
    assert rows[0][0] == "ad"


def test_a_time_grain_and_a_ratio_as_superset_writes_them(engine, api):
    """A chart's query: the grain, a ratio of sums as a metric, the filter on day. Labels are not names of columns:
    ClickHouse would take one for the other, and Superset puts a hash behind them."""
    asked = text(
        "SELECT toMonday(toDateTime(`day`)) AS `__timestamp`, sum(lead) / sum(opened) AS `lead rate`, "
        "sum(opened) AS opened_3f1a FROM `messenger_funnel`.`v_funnel_daily` "
        f"WHERE `day` >= toDate('{FROM}') AND `day` < toDate('{TO}') "
        "GROUP BY toMonday(toDateTime(`day`)) ORDER BY `__timestamp` LIMIT 1000"
    )
    with engine.connect() as connection:
        rows = connection.execute(asked).all()
    weeks = {
        key: counts for key, counts in api.funnel("week").items() if key and counts["opened"]
    }
    assert [str(row[0])[:10] for row in rows] == sorted(key[:10] for key in weeks)
    for row in rows:
        counts = weeks[next(key for key in weeks if key.startswith(str(row[0])[:10]))]
        assert row[2] == counts["opened"]
        assert row[1] == pytest.approx(counts["lead"] / counts["opened"])


def test_pandas_reads_over_sqlalchemy(engine, api):
    import pandas

    frame = pandas.read_sql(
        "SELECT page_id, sum(opened) AS opened FROM v_funnel_daily "
        f"WHERE day >= '{FROM}' AND day < '{TO}' GROUP BY page_id",
        engine,
    )
    told = api.funnel("page")
    assert dict(zip(frame["page_id"], frame["opened"])) == {
        page: counts["opened"] for page, counts in told.items() if page
    }
