"""Every chart of the dashboard, asked by Superset itself: the figures are the API's, at each grain of time too."""

import json
from collections import defaultdict
from datetime import UTC, date, datetime

import pytest
import yaml

from conftest import EXPORT, run

FROM, TO = "2026-10-01", "2026-11-01"
# Begins and ends within weeks and months, as the ranges that people choose do.
WITHIN = ("2026-10-07", "2026-10-30")
STAGES = ["opened", "messaged", "answered", "engaged", "lead", "purchase"]
FILES = {path.stem: yaml.safe_load(path.read_text()) for path in (EXPORT / "charts").glob("*.yaml")}


@pytest.fixture(scope="module")
def charts(superset):
    """The imported charts, by the names of their files."""
    names = {told["uuid"]: name for name, told in FILES.items()}
    found = {}
    for one in superset.get("chart/?q=(page_size:100)")["result"]:
        told = superset.get(f"chart/{one['id']}")["result"]
        found[names[told["uuid"]]] = told
    return found


@pytest.fixture(scope="module")
def ask(superset, charts):
    """Rows of a chart in a range, with filters or a grain that a person would set."""

    def asked(name, first=FROM, end=TO, grain=None, filters=()):
        context = json.loads(charts[name]["query_context"])
        [query] = context["queries"]
        [time] = query["filters"]
        assert time["op"] == "TEMPORAL_RANGE"
        query["filters"] = [{**time, "val": f"{first} : {end}"}, *filters]
        if grain:
            query["extras"]["time_grain_sqla"] = grain
            query["columns"][0]["timeGrain"] = grain
        [result] = superset.post("chart/data", context)["result"]
        assert result["status"] == "success" and result["error"] is None
        return result["data"]

    return asked


def only(currency):
    return [{"col": "currency", "op": "==", "val": currency}]


def steps(row):
    return {step["name"]: step for step in row["steps"]}


def test_all_is_imported_and_placed(superset, charts):
    [dashboard] = superset.get("dashboard/")["result"]
    assert dashboard["dashboard_title"] == "Messenger funnel" and dashboard["published"]
    assert charts.keys() == FILES.keys() and len(FILES) == 7
    placed = superset.get(f"dashboard/{dashboard['id']}/charts")["result"]
    assert {one["slice_name"] for one in placed} == {told["slice_name"] for told in FILES.values()}
    datasets = superset.get("dataset/?q=(page_size:100)")["result"]
    assert {one["table_name"] for one in datasets} == {
        path.stem for path in (EXPORT / "datasets/messenger-funnel").glob("*.yaml")
    }
    whole = superset.get(f"dashboard/{dashboard['id']}")["result"]
    position, metadata = json.loads(whole["position_json"]), json.loads(whole["json_metadata"])
    ids = {one["id"]: one["slice_name"] for one in placed}
    places = [part["meta"] for part in position.values() if isinstance(part, dict) and part["type"] == "CHART"]
    assert {place["chartId"]: place["sliceName"] for place in places} == ids
    # The currency is chosen for what ads cost alone: the other views have no spend to tell apart.
    days, currency = metadata["native_filter_configuration"]
    assert days["filterType"] == "filter_time" and days["scope"]["excluded"] == []
    spent = {FILES[name]["slice_name"] for name in ("cost_per_lead", "campaigns")}
    assert {ids[one] for one in currency["scope"]["excluded"]} == set(ids.values()) - spent
    [target] = currency["targets"]
    [ads] = [one["id"] for one in datasets if one["table_name"] == "v_ads_daily"]
    assert target == {"column": {"name": "currency"}, "datasetId": ads}


@pytest.mark.parametrize("name", sorted(FILES))
def test_what_is_drawn_is_what_is_asked(name):
    """Superset draws by `params` and answers others by `query_context`: they have the same metrics and columns."""
    params = FILES[name]["params"]
    [query] = json.loads(FILES[name]["query_context"])["queries"]
    assert query["metrics"] == (params.get("metrics") or [params["metric"]])
    drawn = ([params["x_axis"]] if "x_axis" in params else []) + params.get("groupby", [])
    assert [one if isinstance(one, str) else one["sqlExpression"] for one in query["columns"]] == drawn
    assert query["filters"][0]["col"] == params["adhoc_filters"][0]["subject"] == "on_day"
    assert query["extras"].get("time_grain_sqla") == params.get("time_grain_sqla")


def test_big_numbers(ask, api):
    told = api.funnel()[None]
    assert ask("conversations") == [{"conversations": told["opened"]}]
    assert ask("leads") == [{"leads": told["lead"]}]


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_cost_per_lead_is_of_one_currency(ask, api, currency):
    [total] = [row for row in api.json("ads")["totals"] if row["currency"] == currency]
    [row] = ask("cost_per_lead", filters=only(currency))
    assert float(row["cost_per_lead_of_one_currency"]) == pytest.approx(steps(total)["lead"]["cost"]["value"], abs=1e-4)
    assert ask("cost_per_lead") == [{"cost_per_lead_of_one_currency": None}]


def test_the_funnel(ask, api):
    told = api.funnel()[None]
    assert [(row["step"], row["conversations_reached"]) for row in ask("funnel_by_step")] == [
        (stage, told[stage]) for stage in STAGES
    ]


def start(day, grain):
    return {
        "P1D": day,
        "P1W": date.fromordinal(day.toordinal() - day.weekday()),
        "P1M": day.replace(day=1),
        "P3M": day.replace(month=day.month - (day.month - 1) % 3, day=1),
    }[grain]


@pytest.mark.parametrize("first, end", [(FROM, TO), WITHIN])
@pytest.mark.parametrize("grain", ["P1D", "P1W", "P1M", "P3M"])
def test_conversations_by_grain(ask, api, grain, first, end):
    told = defaultdict(lambda: [0, 0])
    for day, counts in api.funnel(by="day").items():
        if day and first <= day < end:
            sums = told[start(date.fromisoformat(day), grain)]
            sums[0] += counts["opened"]
            sums[1] += counts["lead"]
    rows = {
        datetime.fromtimestamp(row["on_day"] / 1000, UTC).date(): [row["conversations"], row["leads"]]
        for row in ask("conversations_by_week", first, end, grain)
    }
    assert rows == dict(told) and sum(one[1] for one in rows.values()) > 20


def test_campaigns(ask, api):
    rows = {(row["campaign"], row["currency"]): row for row in ask("campaigns") if row["currency"]}
    told = {(row["name"], row["currency"]): row for row in api.json("ads", by="campaign")["rows"] if row["currency"]}
    assert rows.keys() == told.keys() and len(rows) == 3
    for key, row in rows.items():
        by_step = steps(told[key])
        assert float(row["cost"]) == pytest.approx(told[key]["spend"]), key
        assert (row["conversations"], row["leads"]) == (by_step["opened"]["count"], by_step["lead"]["count"]), key
        # A quotient of Decimals has their four places.
        assert float(row["cost_per_lead"]) == pytest.approx(by_step["lead"]["cost"]["value"], abs=1e-4), key


def test_unknown_spend_is_empty(ask):
    without = [row for row in ask("campaigns") if not row["currency"]]
    assert without and sum(row["leads"] for row in without) > 5
    assert all(row["cost"] is None and row["cost_per_lead"] is None for row in without)


def test_attribution(ask, api):
    told = {}
    for metric, model in (("credited", "last"), ("credited_linear", "linear")):
        sums = defaultdict(float)
        for row in api.json("attribution", model=model)["channels"]:
            sums[row["channel"]] += row["conversions"]
        told[metric] = sums
    rows = {row["source"]: row for row in ask("attribution_by_source")}
    assert rows.keys() == told["credited_linear"].keys()
    for source, row in rows.items():
        for metric, sums in told.items():
            assert row[metric] == pytest.approx(sums[source], abs=1e-6), (source, metric)


def test_datasets_are_imported_without_a_dashboard_too(superset):
    """Last, for it makes again what is there."""
    before = superset.get("dataset/")["count"]
    run(superset.environment, "import-datasources", "--path", superset.bundle, "--username", "admin")
    assert superset.get("dataset/")["count"] == before == 5
