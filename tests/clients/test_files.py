"""The API's Parquet, Arrow, CSV and XLSX, read by pandas, polars, duckdb, pyarrow and openpyxl: the rows of JSON, with
types. Instants have a zone, ids are texts."""

import io
from datetime import UTC, datetime

import duckdb
import openpyxl
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet
import pytest

from conftest import TO

# Path, what is asked besides, the key of JSON's rows.
ANSWERS = {
    "touchpoints": ("touchpoints", {}, lambda told: told["touchpoints"]),
    "conversations": ("conversations", {}, lambda told: told["conversations"]),
    "funnel": ("funnels/click-to-messenger", {"by": "source"}, lambda told: steps(told)),
    "attribution": ("attribution", {"model": "linear"}, lambda told: told["channels"]),
}
INSTANTS = {"time", "waiting_since"}
COUNTS = {"number", "acts", "answers", "count"}
FLOATS = {"rate_from_previous", "rate_from_first", "conversions", "value"}


def is_instant(column):
    return column in INSTANTS or column.endswith("_at")


def steps(told):
    names = {"name": "step"}
    return [
        row["by"] | {names.get(key, key): value for key, value in step.items()}
        for row in told["breakdown"]
        for step in row["steps"]
    ]


def instant(told):
    return datetime.fromisoformat(told) if told else None


@pytest.fixture(scope="module", params=ANSWERS)
def answer(request, api):
    path, asked, rows = ANSWERS[request.param]
    told = [
        {key: instant(value) if is_instant(key) else value for key, value in row.items()}
        for row in rows(api.json(path, **asked))
    ]
    assert len(told) > 10
    return lambda form, **more: api.get(path, format=form, **asked, **more), told


def check_arrow(table, told):
    assert set(table.column_names) == told[0].keys()
    for field in table.schema:
        if is_instant(field.name):
            assert field.type == pa.timestamp("ms", "UTC"), field
        elif field.name in COUNTS:
            assert field.type == pa.int64(), field
        elif field.name in FLOATS:
            assert field.type == pa.float64(), field
        else:
            kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
            assert any(kind(field.type) for kind in kinds), field
    assert table.to_pylist() == told


def test_pyarrow_reads_parquet(answer):
    get, told = answer
    check_arrow(pyarrow.parquet.read_table(io.BytesIO(get("parquet").content)), told)


def test_pyarrow_reads_arrow(answer):
    get, told = answer
    check_arrow(pa.ipc.open_stream(get("arrow").content).read_all(), told)


def test_polars_reads_both(answer):
    get, told = answer
    frame = polars.read_parquet(io.BytesIO(get("parquet").content))
    assert frame.to_dicts() == told
    assert frame.equals(polars.read_ipc_stream(io.BytesIO(get("arrow").content)))
    for name, kind in frame.schema.items():
        if is_instant(name):
            assert kind == polars.Datetime("ms", "UTC"), name
        elif name in COUNTS:
            assert kind == polars.Int64, name
        elif name not in FLOATS:
            assert kind == polars.String, name


def as_written(value):
    """CSV has the fifteen digits that spreadsheets keep."""
    return float(f"{value:.14e}") if isinstance(value, float) else value


def plain(value):
    return None if pandas.isna(value) else value


def test_pandas_reads_parquet(answer):
    get, told = answer
    frame = pandas.read_parquet(io.BytesIO(get("parquet").content))
    for name in frame.columns:
        if is_instant(name):
            assert str(frame[name].dt.tz) == "UTC", name
        elif name not in FLOATS | COUNTS:
            assert all(isinstance(value, str) for value in frame[name].dropna()), name
    rows = [{key: plain(value) for key, value in row.items()} for row in frame.to_dict("records")]
    # What may be missing is a float in numpy: 3.0 is 3.
    assert rows == told


def test_duckdb_reads_parquet_and_arrow(answer, tmp_path):
    get, told = answer
    path = tmp_path / "answer.parquet"
    path.write_bytes(get("parquet").content)
    table = pa.ipc.open_stream(get("arrow").content).read_all()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("streamed", table)
    types = {}
    for relation in (f"read_parquet('{path}')", "streamed"):
        found = connection.execute(f"SELECT * FROM {relation}")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row)) for row in found.fetchall()]
        same = [
            {key: value.astimezone(UTC) if isinstance(value, datetime) else value
             for key, value in row.items()} for row in rows
        ]
        assert same == told, relation
        types = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {relation})").fetchall())
        for name, kind in types.items():
            if is_instant(name):
                assert kind == "TIMESTAMP WITH TIME ZONE", (relation, name)
            elif name in COUNTS:
                assert kind == "BIGINT", (relation, name)
            elif name not in FLOATS:
                assert kind == "VARCHAR", (relation, name)
    assert types


def from_texts(frame, mark="."):
    """Rows as JSON has them, of a CSV that was read as texts."""
    rows = []
    for row in frame.to_dict("records"):
        typed = {}
        for key, value in row.items():
            if value == "":
                typed[key] = None
            elif is_instant(key):
                typed[key] = datetime.fromisoformat(value)
            elif key in COUNTS:
                typed[key] = int(value)
            elif key in FLOATS:
                typed[key] = float(value.replace(mark, "."))
            else:
                typed[key] = value
        rows.append(typed)
    return rows


def test_pandas_reads_csv(answer):
    get, told = answer
    body = get("csv").content
    assert not body.startswith(b"\xef\xbb\xbf")
    frame = pandas.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False)
    for found, row in zip(from_texts(frame), told, strict=True):
        assert found == {name: as_written(value) for name, value in row.items()}


def test_pandas_reads_csv_as_it_is_written_in_french(answer):
    get, told = answer
    body = get("csv", locale="fr", bom="true").content
    assert body.startswith(b"\xef\xbb\xbf")
    texts = {name: str for name in told[0] if name not in FLOATS | COUNTS}
    frame = pandas.read_csv(
        io.BytesIO(body), sep=";", decimal=",", encoding="utf-8-sig", dtype=texts
    )
    assert set(frame.columns) == told[0].keys()
    for name in frame.columns:
        expected = [row[name] for row in told]
        if name in FLOATS | COUNTS:
            assert frame[name].dtype.kind in "iuf", name
            expected = [as_written(value) for value in expected]
            assert [plain(value) for value in frame[name]] == expected, name
        elif is_instant(name):
            found = pandas.to_datetime(frame[name], utc=True)
            assert [plain(value) for value in found] == expected, name
        else:
            assert [plain(value) for value in frame[name]] == expected, name


def test_openpyxl_reads_xlsx(answer):
    get, told = answer
    book = openpyxl.load_workbook(io.BytesIO(get("xlsx").content), read_only=True)
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    # A spreadsheet has no zones: the header says in which instants are.
    names = [name.removesuffix(" (America/Sao_Paulo)").removesuffix(" (UTC)") for name in header]
    assert set(names) == told[0].keys()
    zoned = {name for name, own in zip(header, names) if name != own}
    assert {name.split(" (")[0] for name in zoned} == {name for name in told[0] if is_instant(name)}
    assert len(rows) == len(told)
    for row, expected in zip(rows, told):
        for name, title, value in zip(names, header, row):
            wanted = expected[name]
            if isinstance(wanted, datetime):
                zone = UTC if title.endswith("(UTC)") else pandas.Timestamp(TO, tz="America/Sao_Paulo").tz
                wanted = wanted.astimezone(zone).replace(tzinfo=None)
                assert abs((value - wanted).total_seconds()) < 0.002, (name, value, wanted)
            elif isinstance(wanted, float):
                assert value == pytest.approx(wanted), name
            else:
                assert value == wanted, name
                assert not name.endswith("_id") or value is None or isinstance(value, str)


@pytest.mark.parametrize("name", ANSWERS)
def test_types_do_not_depend_on_the_rows(api, name):
    """A range without rows: the same columns and types, so that a union of days does not fail."""
    path, asked, _ = ANSWERS[name]
    full = api.get(path, format="parquet", **asked).content
    none = api.get(path, format="parquet", **asked, **{"from": "2025-01-01", "to": "2025-01-02"})
    schema = pyarrow.parquet.read_schema(io.BytesIO(none.content))
    assert schema.equals(pyarrow.parquet.read_schema(io.BytesIO(full)))
