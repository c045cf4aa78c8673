"""The dbt package: built by dbt itself on the engine's own user, who may write as on a server of one's own, its marts have
the figures of the API; and with the reader, who may only read, all its tests pass without a table."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import clickhouse_connect
import pytest

from conftest import FROM, OCTOBER, PASSWORD, ROOT

PACKAGE = ROOT / "dashboards/dbt"
MARTS = "marts_of_this_suite"
STAGES = ["opened", "messaged", "answered", "engaged", "lead", "purchase"]
MODELS = ["first", "last", "last_non_organic", "linear", "position", "time_decay"]


@dataclass
class Dbt:
    """The package in a folder of its own, and who runs it."""

    folder: Path
    environment: dict

    def run(self, *args, fails=False):
        program = Path(sys.executable).parent / "dbt"
        done = subprocess.run(
            [program, "--no-use-colors", *args],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=180,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout

    def results(self):
        told = json.loads((self.folder / "target/run_results.json").read_text())["results"]
        return {one["unique_id"].split(".")[2]: one for one in told}

    def show(self, query):
        told = self.run("--quiet", "show", "--target", self.environment["TARGET"], "--output", "json", "--inline", query)
        return json.loads(told[told.index("{"):])["show"]


def engine_password(world):
    return json.loads((world.folder / "data/clickhouse/engine.json").read_text())["password"]


def package(world, folder, target, user, password, schema=MARTS):
    shutil.copytree(PACKAGE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("target", "logs"))
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DBT_", "MESSENGER_FUNNEL_"))}
    own = {"PORT": str(world.port), "USER": user, "PASSWORD": password, "SCHEMA": schema}
    return Dbt(folder, {
        **kept,
        **{f"MESSENGER_FUNNEL_DBT_{key}": value for key, value in own.items()},
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "TARGET": target,
    })


@pytest.fixture(scope="module")
def owner(world):
    client = clickhouse_connect.get_client(
        host="127.0.0.1", port=world.port, username="funnel", password=engine_password(world)
    )
    yield client
    client.close()


def of_a_server(world, owner, folder, schema):
    try:
        yield package(world, folder, "server", "funnel", engine_password(world), schema)
    finally:
        owner.command(f"DROP DATABASE IF EXISTS {schema}")


@pytest.fixture(scope="module")
def built(world, owner, tmp_path_factory):
    for dbt in of_a_server(world, owner, tmp_path_factory.mktemp("dbt"), MARTS):
        dbt.run("build", "--target", "server")
        yield dbt


@pytest.fixture(scope="module")
def marts(built, owner):
    def ask(query):
        return owner.query(query, settings={"database": MARTS}).result_rows

    return ask


def test_all_is_built_and_all_tests_pass(built):
    results = built.results()
    assert {one["status"] for one in results.values()} == {"success", "pass"}
    assert {path.stem for path in PACKAGE.glob("models/*/*.sql")} <= results.keys()
    assert {path.stem for path in PACKAGE.glob("tests/*.sql")} <= results.keys()
    assert sum(one["status"] == "pass" for one in results.values()) > 60


def test_each_model_and_column_is_documented(built, marts):
    nodes = json.loads((built.folder / "target/manifest.json").read_text())["nodes"].values()
    models = {node["name"]: node for node in nodes if node["resource_type"] == "model"}
    assert len(models) == 8
    for name, model in models.items():
        there = [column for column, *_ in marts(f"DESCRIBE TABLE {name}")]
        assert list(model["columns"]) == there, name
        assert model["description"] and all(one["description"] for one in model["columns"].values()), name


def test_the_funnel_is_the_apis(marts, api):
    found = {}
    for source, step, count in marts(
        f"SELECT source, step, sum(conversations) FROM fct_funnel_daily WHERE {OCTOBER} GROUP BY source, step"
    ):
        found.setdefault(source, {})[step] = count
    told = api.funnel()
    assert found == {source: {step: told[source][step] for step in STAGES} for source in found}
    # Without an entry point stands what only Meta counts.
    assert {source for source, counts in told.items() if source and counts["opened"]} == found.keys()
    days = dict(marts(
        "SELECT toString(day), sum(conversations) FROM fct_funnel_daily "
        f"WHERE step = 'lead' AND {OCTOBER} GROUP BY day"
    ))
    by_day = api.funnel(by="day")
    assert days == {day: by_day[day]["lead"] for day in days} and sum(days.values()) == told[None]["lead"]


def test_ads_are_the_apis_and_unknown_spend_is_null(marts, api):
    rows = {row["id"]: row for row in api.json("ads", by="ad")["rows"]}
    found = marts(
        "SELECT ad_id, any(ad), sum(spend), sum(conversations), sum(leads), sum(purchases), "
        "toFloat64(sum(spend)) / nullIf(sum(leads_with_spend), 0), countIf(cost_per_lead IS NOT NULL) "
        f"FROM fct_ads_daily JOIN dim_ads USING ad_id WHERE {OCTOBER} GROUP BY ad_id"
    )
    assert {row[0] for row in found} == rows.keys() and len(found) == 6
    unknown = 0
    for ad_id, ad, spend, *counts, cost_per_lead, costs in found:
        steps = {step["name"]: step for step in rows[ad_id]["steps"]}
        assert counts == [steps[step]["count"] for step in ("opened", "lead", "purchase")], ad_id
        assert ad == rows[ad_id]["name"]
        # The API has no currency for an ad whose spend nobody told.
        if rows[ad_id]["currency"] is None:
            unknown += 1
            assert spend is None and cost_per_lead is None and costs == 0
        else:
            assert float(spend) == pytest.approx(rows[ad_id]["spend"])
            assert float(cost_per_lead) == pytest.approx(steps["lead"]["cost"]["value"])
    assert unknown == 2
    # A day of spend without a lead has no cost per lead either, nor one of zero.
    [(spent, least)] = marts("SELECT countIf(leads = 0), min(cost_per_lead) FROM fct_ads_daily WHERE spend > 0")
    assert spent > 10 and least > 0


@pytest.mark.parametrize("model", MODELS)
def test_attribution_is_the_apis(marts, api, model):
    told = {
        (row["channel"], row["currency"] or ""): (row["conversions"], row["value"])
        for row in api.json("attribution", model=model)["channels"]
        if row["conversions"]
    }
    found = {
        (source, currency): (conversions, value)
        for source, currency, conversions, value in marts(
            "SELECT source, currency, sum(fct.conversions), sum(fct.value) FROM fct_attribution_daily AS fct "
            f"WHERE model = '{model}' AND {OCTOBER} GROUP BY source, currency HAVING sum(fct.conversions) > 0"
        )
    }
    assert found.keys() == told.keys()
    for key, (conversions, value) in found.items():
        assert conversions == pytest.approx(told[key][0], abs=1e-6), key
        assert (value is None) == (told[key][1] is None), key
        assert value is None or value == pytest.approx(told[key][1], abs=1e-4), key


def test_a_later_first_day_leaves_earlier_ones_out_and_its_tests_pass(world, owner, tmp_path):
    for dbt in of_a_server(world, owner, tmp_path / "dbt", "marts_since"):
        dbt.run("build", "--target", "server", "--vars", "first_day: '2026-10-15'")
        for mart in ("fct_ads_daily", "fct_funnel_daily", "fct_attribution_daily"):
            first = owner.query(f"SELECT toString(min(day)) FROM marts_since.{mart}").first_row[0]
            assert "2026-10-15" <= first < "2026-10-20", mart


def test_marts_are_the_same_where_joins_have_nulls(world, built, owner, tmp_path):
    """dbt's own tests ask under `join_use_nulls = 1`, and a profile may set it for all."""
    for dbt in of_a_server(world, owner, tmp_path / "dbt", "marts_with_nulls"):
        profile = dbt.folder / "profiles.yml"
        nulls = "      custom_settings: {join_use_nulls: 1}\n      threads: 2\n"
        profile.write_text(profile.read_text().replace("      threads: 2\n", nulls))
        dbt.run("build", "--target", "server")
        assert dbt.show("select getSetting('join_use_nulls') as nulls") == [{"nulls": True}]
        for mart in ("dim_ads", "fct_ads_daily", "fct_funnel_daily", "fct_attribution_daily"):
            first, second = (
                owner.query(f"SELECT * FROM {schema}.{mart} ORDER BY ALL").result_rows
                for schema in (MARTS, "marts_with_nulls")
            )
            assert first == second and len(first) > 5, mart


def test_totals_that_differ_are_found(world, owner, tmp_path):
    for dbt in of_a_server(world, owner, tmp_path / "dbt", "marts_broken"):
        dbt.run("run", "--target", "server")
        for mart, changed in [
            ("fct_funnel_daily", "* REPLACE ('other key' AS funnel_day_key) FROM marts_broken.fct_funnel_daily LIMIT 1"),
            ("fct_attribution_daily", "* FROM marts_broken.fct_attribution_daily LIMIT 1"),
            ("fct_ads_daily", "* REPLACE ('nobody' AS ad_id) FROM marts_broken.fct_ads_daily WHERE spend > 0 LIMIT 1"),
        ]:
            owner.command(f"INSERT INTO marts_broken.{mart} SELECT {changed}")
        owner.command(
            "INSERT INTO marts_broken.fct_ads_daily SELECT * REPLACE ('zero' AS ad_day_key, 0 AS cost_per_lead) "
            "FROM marts_broken.fct_ads_daily WHERE spend IS NULL LIMIT 1"
        )
        dbt.run("test", "--target", "server", fails=True)
        failed = {name for name, one in dbt.results().items() if one["status"] == "fail"}
        assert failed == {
            "ads_have_the_totals_of_the_view",
            "funnel_has_the_totals_of_the_view",
            "attribution_has_the_totals_of_the_view",
            "unknown_spend_is_not_zero",
            "unique_fct_ads_daily_ad_day_key",
            "unique_fct_attribution_daily_attribution_day_key",
            "relationships_fct_ads_daily_ad_id__ad_id__ref_dim_ads_",
        }


def test_a_reader_tests_and_shows_without_writing(world, owner, api, tmp_path):
    before = owner.query("SELECT database, name FROM system.tables ORDER BY ALL").result_rows
    dbt = package(world, tmp_path / "dbt", "reader", "bi", PASSWORD)
    dbt.run("build", "--target", "reader")
    assert {one["status"] for one in dbt.results().values()} == {"pass"}
    [row] = dbt.show(
        "select sumIf(f.conversations, f.step = 'lead') as leads "
        f"from {{{{ ref('fct_funnel_daily') }}}} as f where f.day >= '{FROM}'"
    )
    assert row == {"leads": api.funnel()[None]["lead"]}
    assert owner.query("SELECT database, name FROM system.tables ORDER BY ALL").result_rows == before


def test_a_reader_may_not_build(world, tmp_path):
    dbt = package(world, tmp_path / "dbt", "server", "bi", PASSWORD, "marts_of_a_reader")
    assert "Failed to create marts_of_a_reader database" in dbt.run("build", "--target", "server", fails=True)
