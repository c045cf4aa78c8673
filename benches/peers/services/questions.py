"""One funnel over the same stored traffic: ours by the API, the rivals' by hand.

The range begins another second each time, so that no side can give an answer that it has kept.
"""

import http.client
import json
import os
import subprocess
import time
import urllib.parse
from datetime import datetime, timedelta, timezone
from pathlib import Path

import clickhouse_connect
from harness.server import LIBCHDB
from harness.tools import SECRET

from engine import Engine
from stacks import Ours, quiet

HERE = Path(__file__).parent
STEPS = ["opened", "answered", "engaged", "lead", "purchase"]
# How a rival's table is filled.
LOAD = (HERE / "nginx" / "load.sql").read_text()


class OurFunnel:
    name = "`GET /api/v1/funnels/click-to-messenger?by=source`"

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(server.address, timeout=120)

    def ask(self, since, until):
        query = urllib.parse.urlencode(
            {"from": since.isoformat(), "to": until.isoformat(), "by": "source"}
        )
        self.connection.request("GET", f"/api/v1/funnels/click-to-messenger?{query}")
        answer = self.connection.getresponse()
        report = json.loads(answer.read())
        if answer.status != 200:
            raise SystemExit(f"{answer.status}: {report}")
        counts = {step["name"]: step["count"] for step in report["steps"]}
        return [counts[step] for step in STEPS]


class ByHand:
    statement = (HERE / "funnel.sql").read_text()

    def __init__(self, engine, how, settings):
        self.name = f"`windowFunnel` by clickhouse-connect, {how}"
        self.client = clickhouse_connect.get_client(
            host="127.0.0.1", port=engine.port, settings=settings,
        )

    def ask(self, since, until):
        rows = self.client.query(self.statement, parameters=span(since, until)).result_rows
        return [sum(column) for column in list(zip(*rows))[1:]]


class ByPandas:
    name = "rows by clickhouse-connect, grouped in pandas"
    statement = (HERE / "rows.sql").read_text()

    def __init__(self, engine):
        self.client = clickhouse_connect.get_client(host="127.0.0.1", port=engine.port)

    def ask(self, since, until):
        events = self.client.query_df(self.statement, parameters=span(since, until))
        person = ["page_id", "person_id"]
        acts = events.kind.isin(["message", "postback", "referral", "opt_in"])
        phone = (events.kind == "message") & events.payload.str.startswith("+")
        opening = events[acts].sort_values("time").drop_duplicates(person)
        reached = opening[[*person, "time", "source"]].rename(columns={"time": "before"})
        counts = [reached.groupby("source").size()]
        # Of each step the first event behind the step before it.
        for matches in [
            events.kind == "echo",
            events.kind.isin(["message", "postback"]),
            phone | events.payload.str.startswith("LEAD"),
            events.payload.str.startswith("PURCHASE:"),
        ]:
            later = events.loc[matches, [*person, "time"]].merge(reached, on=person)
            later = later[later.time > later.before]
            reached = later.groupby(person, as_index=False).agg(
                before=("time", "min"), source=("source", "first"),
            )
            counts.append(reached.groupby("source").size())
        return [int(count.sum()) for count in counts]


def span(since, until):
    return {"since": int(since.timestamp() * 1000), "until": int(until.timestamp() * 1000)}


def measure(programs, folder, arguments, progress):
    """Seconds of each round and the figures, by who was asked; and how much is stored."""
    progress("making the traffic of the funnel")
    file = folder / "traffic.jsonl"
    truth = folder / "truth.json"
    subprocess.run(
        [programs.product, "generate", "--people", str(arguments.people), "--seed", "7",
         "--output", file, "--truth", truth], check=True, stdout=subprocess.DEVNULL,
    )
    range_ = json.loads(truth.read_text())
    since, until = (datetime.fromisoformat(range_[key]) for key in ("from", "to"))
    ours, engine = Ours(), None
    try:
        ours.start(programs, folder / "ours")
        engine = Engine(programs, folder / "theirs")
        progress("storing it twice")
        started = time.monotonic()
        subprocess.run(
            [programs.product, "import", "webhooks", file], check=True, cwd=folder,
            env=os.environ | {"MESSENGER_FUNNEL__DATA_DIR": str(ours.folder / "data"),
                              "MESSENGER_FUNNEL__LIBCHDB": str(LIBCHDB)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        imported = time.monotonic() - started
        load_raw(engine, file)
        quiet(10)
        asked = [
            OurFunnel(ours), ByHand(engine, "as it comes", {}),
            ByHand(engine, "aggregated in order", {"optimize_aggregation_in_order": 1}),
            ByPandas(engine),
        ]
        results = {one.name: {"seconds": [], "counts": None} for one in asked}
        for number in range(arguments.question_rounds + 1):
            progress(f"question {number} of {arguments.question_rounds}")
            turn = number % len(asked)
            for one in asked[turn:] + asked[:turn]:
                begin = time.monotonic()
                counts = one.ask(since - timedelta(seconds=number), until)
                took = time.monotonic() - begin
                # The first is a warm-up.
                if number:
                    results[one.name]["seconds"].append(took)
                results[one.name]["counts"] = counts
        return {
            "people": range_["people"], "imported": imported, "results": results,
            "ours": ours.distinct(), "theirs": int(engine.sql("SELECT count() FROM events")),
            "truth": {step["name"]: step["count"] for step in range_["steps"]},
        }
    finally:
        ours.stop()
        if engine:
            engine.stop()


def load_raw(engine, file):
    """As a rival has it: by the statement that loads nginx's log, without log and signature."""
    statement = LOAD.replace("input('at Float64, signature String, body String')",
                             "input('body String')")
    condition = statement[statement.index("        WHERE signature"):statement.index("    )\n)")]
    statement = statement.replace(condition, "").replace(
        "SELECT at, arrayJoin", "SELECT 0.0 AS at, arrayJoin"
    ).replace("FORMAT JSONEachRow", "FORMAT LineAsString")
    with open(file, "rb") as lines:
        engine.sql(statement, data=lines)
