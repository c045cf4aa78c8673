"""Grafana's dashboards: they are whole, and every query of a panel or variable, expanded as the official ClickHouse
data source (version 4) does it, runs as the reader and gives the figures of the API."""

import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import yaml

from conftest import FROM, ROOT, TO, ZONE

FOLDER = ROOT / "dashboards/grafana"
BOARDS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
PLUGIN = "grafana-clickhouse-datasource"
QUERIES = [
    pytest.param(board, target["rawSql"], target["format"], id=f"{board}: {panel['title']}")
    for board, told in BOARDS.items()
    for panel in told["panels"]
    for target in panel["targets"]
] + [
    pytest.param(board, variable["query"], 1, id=f"{board}: ${variable['name']}")
    for board, told in BOARDS.items()
    for variable in told["templating"]["list"]
    if variable["type"] == "query"
]


def instant(day):
    return int(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(ZONE)).timestamp())


def arguments(text, start):
    """Arguments of the call whose bracket opens at `start`, and where it ends."""
    depth, begun, found = 0, start + 1, []
    for place in range(start, len(text)):
        if text[place] == "(":
            depth += 1
        elif text[place] == ")":
            depth -= 1
        if depth == 0 or (depth == 1 and text[place] == ","):
            found.append(text[begun:place].strip())
            begun = place + 1
        if depth == 0:
            return found, place + 1
    raise AssertionError(f"a bracket is not closed: {text}")


def expand(sql, chosen=None, begin=None, end=None, interval=86400):
    """What the plugin makes of a query. `chosen` holds the values of variables; what it does not name is All."""
    chosen = chosen or {}
    begin = instant(FROM) if begin is None else begin
    end = instant(TO) - 1 if end is None else end
    # In the browser: conditions that fall away with All, then variables as lists of texts.
    while (at := sql.rfind("$__conditionalAll(")) >= 0:
        (condition, variable), after = arguments(sql, at + len("$__conditionalAll"))
        sql = sql[:at] + (condition if variable.strip("${}") in chosen else "1=1") + sql[after:]

    def texts(match):
        return ",".join("'" + value.replace("'", "''") + "'" for value in chosen[match[1]])

    sql = re.sub(r"\$\{(\w+):sqlstring\}", texts, sql)
    # In the backend: macros of time.
    whole = {
        "fromTime": f"toDateTime({begin})",
        "toTime": f"toDateTime({end})",
        "interval_s": str(interval),
    }
    sql = re.sub(r"\$__(fromTime|toTime|interval_s)\b", lambda match: whole[match[1]], sql)
    of_column = {
        "timeFilter": lambda at: f"{at} >= toDateTime({begin}) AND {at} <= toDateTime({end})",
        "timeInterval": lambda at: f"toStartOfInterval(toDateTime({at}), INTERVAL {interval} second)",
    }
    sql = re.sub(r"\$__(timeFilter|timeInterval)\(([^()]*)\)", lambda m: of_column[m[1]](m[2]), sql)
    assert "$" not in sql, f"not expanded: {sql}"
    return sql


@pytest.fixture(scope="module")
def ask(reader):
    def asked(board, title, **how):
        (panel,) = [panel for panel in BOARDS[board]["panels"] if panel["title"] == title]
        found = reader.query(expand(panel["targets"][0]["rawSql"], **how))
        return list(found.named_results())

    return asked


def test_macros_expand_as_the_plugin_documents():
    assert expand("$__timeFilter(a.b)", begin=1, end=2) == "a.b >= toDateTime(1) AND a.b <= toDateTime(2)"
    assert expand("toDate($__fromTime, z)", begin=1) == "toDate(toDateTime(1), z)"
    assert expand("$__timeInterval(t)", interval=20) == "toStartOfInterval(toDateTime(t), INTERVAL 20 second)"
    asked = "$__conditionalAll(page IN (${page:sqlstring}), $page)"
    assert expand(asked) == "1=1"
    assert expand(asked, {"page": ["a", "b'c"]}) == "page IN ('a','b''c')"


@pytest.mark.parametrize("board", BOARDS)
def test_a_dashboard_is_whole(board):
    told = BOARDS[board]
    assert told["schemaVersion"] >= 39 and told["title"] and "id" not in told
    assert re.fullmatch(r"[a-z-]{8,40}", told["uid"])
    variables = {variable["name"]: variable for variable in told["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert variables["datasource"]["query"] == PLUGIN
    source = {"type": PLUGIN, "uid": "${datasource}"}
    ids = [panel["id"] for panel in told["panels"]]
    assert len(ids) == len(set(ids)) >= 8
    assert len({panel["title"] for panel in told["panels"]}) == len(ids)
    taken = set()
    for panel in told["panels"]:
        assert panel["datasource"] == source
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        for target in panel["targets"]:
            assert target["datasource"] == source and target["editorType"] == "sql"
            assert target["format"] == (0 if panel["type"] == "timeseries" else 1)
            used = set(re.findall(r"\$\{?(\w+)", target["rawSql"]))
            assert {name for name in used if not name.startswith("__")} <= variables.keys()
            # Without a range of days or instants no partition is left out.
            assert re.search(r"\bday BETWEEN|\$__timeFilter\(", target["rawSql"]), panel["title"]
            if "spend" in target["rawSql"] or "value" in target["rawSql"]:
                assert "currency" in target["rawSql"], panel["title"]
    for variable in variables.values():
        if variable["type"] == "query":
            assert variable["datasource"] == source
            assert variable["definition"] == variable["query"]


def test_uids_are_unique_and_boards_link_each_other():
    assert BOARDS.keys() == {"funnel", "ads", "attribution"}
    assert len({told["uid"] for told in BOARDS.values()}) == 3
    for told in BOARDS.values():
        assert told["tags"] == told["links"][0]["tags"] == ["messenger-funnel"]


def test_provisioning_is_understood():
    (source,) = yaml.safe_load(
        (FOLDER / "provisioning/datasources/messenger-funnel.yaml").read_text()
    )["datasources"]
    assert source["type"] == PLUGIN
    # The secret is Grafana's environment's; timeouts are texts in the plugin's settings.
    assert source["secureJsonData"] == {"password": "$MESSENGER_FUNNEL_READER_PASSWORD"}
    assert source["jsonData"]["protocol"] == "http"
    # The driver adds five seconds, and the reader has sixty.
    assert int(source["jsonData"]["queryTimeout"]) + 5 <= 60
    for told in BOARDS.values():
        current = told["templating"]["list"][0]["current"]
        assert current == {"text": source["name"], "value": source["uid"]}
    (provider,) = yaml.safe_load(
        (FOLDER / "provisioning/dashboards/messenger-funnel.yaml").read_text()
    )["providers"]
    assert provider["type"] == "file" and provider["options"]["path"]


@pytest.mark.parametrize("board, sql, form", QUERIES)
def test_every_query_has_rows(reader, board, sql, form):
    found = reader.query(expand(sql))
    assert found.row_count > 0, expand(sql)
    for name, kind in zip(found.column_names, found.column_types):
        # What Grafana's data frames cannot hold.
        assert not re.search("Array|Tuple|Map|UUID", kind.name), (name, kind.name)
    if form == 0:
        times = [row[0] for row in found.result_rows]
        assert found.column_names[0] == "time" and all(isinstance(at, datetime) for at in times)
        assert times == sorted(times)
        assert instant(FROM) - 7 * 86400 < times[0].timestamp() <= times[-1].timestamp() < instant(TO)
    else:
        # No row is only nulls: a panel would show No data.
        assert any(value is not None for value in found.result_rows[0])


@pytest.mark.parametrize("board, sql, form", QUERIES)
def test_every_query_takes_chosen_values_and_hostile_ones(reader, board, sql, form):
    chosen = {name: ["x'; DROP VIEW v_events --", "ad"] for name in
              ("page", "source", "campaign", "currency", "conversion")}
    reader.query(expand(sql, chosen))


def test_figures_of_the_funnel_are_those_of_the_api(api, ask):
    told = api.funnel()
    whole = told[None]
    assert ask("funnel", "Conversations") == [{"conversations": whole["opened"]}]
    assert ask("funnel", "Leads") == [{"leads": whole["lead"]}]
    assert ask("funnel", "Purchases") == [{"purchases": whole["purchase"]}]
    (rate,) = ask("funnel", "Lead rate")
    assert rate["lead_rate"] == pytest.approx(whole["lead"] / whole["opened"])
    (share,) = ask("funnel", "Response share")
    assert share["response_share"] == pytest.approx(whole["answered"] / whole["messaged"])
    (everything,) = [row for row in api.json("response-times")["times"] if row["dimension"] == "all"]
    (median,) = ask("funnel", "Median time to the answer")
    assert median["seconds"] == pytest.approx(everything["median_ms"] / 1000)
    stages = [(row["stage"], row["conversations"]) for row in ask("funnel", "Funnel")]
    assert stages == [(name, count) for name, count in whole.items() if name not in ("impressions", "clicks")]
    for row in ask("funnel", "Sources"):
        counts = told[row["source"]]
        assert {stage: row[stage] for stage in dict(stages)} == {stage: counts[stage] for stage in dict(stages)}
        assert row["lead_rate"] == pytest.approx(counts["lead"] / counts["opened"])
    daily = ask("funnel", "Conversations a day by source")
    assert sum(row["conversations"] for row in daily) == whole["opened"]
    by_day = {day: counts["opened"] for day, counts in api.funnel("day").items() if day}
    for row in daily:
        by_day[row["time"].astimezone(ZoneInfo(ZONE)).date().isoformat()] -= row["conversations"]
    assert not any(by_day.values())
    assert sum(row["events"] for row in ask("funnel", "Events by kind")) == api.json("quality")["events"]


def test_variables_choose(api, ask):
    pages = {page: counts for page, counts in api.funnel("page").items() if page}
    for page, counts in pages.items():
        assert ask("funnel", "Conversations", chosen={"page": [page]}) == [{"conversations": counts["opened"]}]
    told = api.funnel()
    (both,) = ask("funnel", "Leads", chosen={"source": ["ad", "link"]})
    assert both["leads"] == told["ad"]["lead"] + told["link"]["lead"]


def test_figures_of_ads_are_those_of_the_api(api, ask):
    rows = {(row["name"], row["currency"]): row for row in api.json("ads", by="campaign")["rows"]}
    told = {key: {step["name"]: step for step in row["steps"]} for key, row in rows.items()}
    spend = {}
    for row in ask("ads", "Campaigns"):
        if not row["currency"]:
            continue
        key = (row["campaign"], row["currency"])
        assert row["spend"] == pytest.approx(rows[key]["spend"])
        assert row["cost_per_lead"] == pytest.approx(told[key]["lead"]["cost"]["value"])
        assert row["cost_per_conversation"] == pytest.approx(told[key]["opened"]["cost"]["value"])
        assert row["ctr"] == pytest.approx(rows[key]["ctr"]["rate"])
        spend[row["currency"]] = spend.get(row["currency"], 0) + row["spend"]
    assert spend.keys() == {"EUR", "USD"}
    shown = {row["currency"]: row["spend"] for row in ask("ads", "Spend by currency")}
    assert shown == pytest.approx(spend)
    totals = {row["currency"]: row for row in api.json("ads", by="campaign")["totals"]}
    assert shown == pytest.approx({name: totals[name]["spend"] for name in shown})
    for row in ask("ads", "Cost per lead by currency"):
        steps = {step["name"]: step for step in totals[row["currency"]]["steps"]}
        assert row["cost_per_lead"] == pytest.approx(steps["lead"]["cost"]["value"])
    assert ask("ads", "Conversations of ads") == [{"conversations": api.funnel()["ad"]["opened"]}]
    costs = api.json("attribution/costs", model="last", conversion="purchase")["channels"]
    expected = {row["currency"]: row["roas"] for row in costs if row["channel"] == "ad"}
    assert {row["currency"]: row["roas"] for row in ask("ads", "ROAS by currency, by day of conversion")} == pytest.approx(expected)
    # By day of opening it is another figure, and is called so.
    assert api.json("ads", by="campaign")["clock"] == "opening"
    assert totals["EUR"]["roas"]["value"] != pytest.approx(expected["EUR"])
    (only,) = ask("ads", "Spend by currency", chosen={"currency": ["USD"]})
    assert only["spend"] == pytest.approx(spend["USD"])


def test_figures_of_attribution_are_those_of_the_api(api, ask):
    total = api.json("attribution")["total_conversions"]
    assert ask("attribution", "Conversions") == [{"conversions": round(total)}]
    for name in ("lead", "purchase"):
        own = api.json("attribution", conversion=name)["total_conversions"]
        assert ask("attribution", "Conversions", chosen={"conversion": [name]}) == [{"conversions": round(own)}]
    shown = ask("attribution", "Credit by source and model")
    valued = ask("attribution", "Value by source and currency")
    for model in ("first", "last", "last_non_organic", "linear", "position", "time_decay"):
        credit, value = {}, {}
        for row in api.json("attribution", model=model)["channels"]:
            credit[row["channel"]] = credit.get(row["channel"], 0) + row["conversions"]
            if row["currency"]:
                value[row["channel"], row["currency"]] = row["value"]
        found = {row["source"]: row[model] for row in shown if row[model]}
        assert found == pytest.approx({source: each for source, each in credit.items() if each}), model
        found = {(row["source"], row["currency"]): row[model] for row in valued if row[model]}
        assert found == pytest.approx({key: each for key, each in value.items() if each}), model
        assert sum(row[model] for row in shown) == pytest.approx(total)
    lengths = sum(row["conversions"] for row in ask("attribution", "Length of the journeys"))
    assert lengths == sum(row["conversions"] for row in ask("attribution", "Conversions a day")) == round(total)
