"""A server of the suite's own, with a month of synthetic traffic and spend, and what reads it.

MESSENGER_FUNNEL_BIN is the program; MESSENGER_FUNNEL__LIBCHDB the engine's library, else that of node_modules.
The zone is not UTC, so that a client that mistakes days or instants is found out."""

import os
import socket
import subprocess
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import clickhouse_connect
import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
ZONE = "America/Sao_Paulo"
FROM, TO = "2026-10-01", "2026-11-01"
OCTOBER = f"day >= '{FROM}' AND day < '{TO}'"
PASSWORD = "only for reading"
TOKEN = "a token of this suite"
# clickhouse-connect reads all settings of the server as it connects: some 1,700 rows.
MOST_ROWS = 5000
# Ads of the generator: name, campaign, currency, what a day costs. Two more bring conversations without a cost.
ADS = [
    ("120211234567890101", "Coffee", "Autumn", "EUR", "12.50"),
    ("120211234567890102", "Bread", "Autumn", "EUR", "7.25"),
    ("120211234567890103", "Cake", "Winter", "EUR", "3.10"),
    ("120211234567890201", "Export", "Abroad", "USD", "4.40"),
]


@dataclass
class Api:
    """The HTTP API, with the token as BI tools send it."""

    base: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path, headers=None, **asked):
        query = urlencode({"from": FROM, "to": TO, **asked})
        answer = self.session.get(f"{self.base}/api/v1/{path}?{query}", headers=headers, timeout=30)
        assert answer.status_code in (200, 304), answer.text
        return answer

    def json(self, path, **asked):
        return self.get(path, **asked).json()

    def funnel(self, by="source"):
        """Counts by stage: over all under None, else by the dimension's value."""
        told = self.json("funnels/click-to-messenger", by=by)
        counts = {None: {step["name"]: step["count"] for step in told["steps"]}}
        for row in told["breakdown"]:
            counts[row["by"][by]] = {step["name"]: step["count"] for step in row["steps"]}
        return counts


@dataclass
class World:
    """The running server."""

    api: Api
    port: int
    folder: Path
    # What another process of the program needs to find it.
    settings: dict

    def url(self):
        password = PASSWORD.replace(" ", "%20")
        return f"clickhousedb://bi:{password}@127.0.0.1:{self.port}/messenger_funnel"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def days():
    first, end = date.fromisoformat(FROM), date.fromisoformat(TO)
    return [first + timedelta(days=number) for number in range((end - first).days)]


def spend_file(folder, currency):
    lines = [
        "Day,Ad ID,Ad name,Campaign name,Currency,"
        f"Amount spent ({currency}),Impressions,Link clicks"
    ]
    for ad_id, name, campaign, own, amount in ADS:
        if own == currency:
            lines += [f"{day},{ad_id},{name},{campaign},{own},{amount},1000,50" for day in days()]
    path = folder / f"spend_{currency}.csv"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def environment(folder, port):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MESSENGER_FUNNEL_")}
    library = os.environ.get("MESSENGER_FUNNEL__LIBCHDB")
    fallback = ROOT / "node_modules/@chdb/lib-linux-x64-gnu/libchdb.so"
    if not library and fallback.exists():
        library = str(fallback)
    own = {
        "DATA_DIR": str(folder / "data"),
        "TIME_ZONE": ZONE,
        "SERVER__LISTEN": "127.0.0.1:0",
        "SERVER__ACCESS_TOKENS": TOKEN,
        "CLICKHOUSE__PORT": str(port),
        "CLICKHOUSE__READER__PASSWORD": PASSWORD,
        "CLICKHOUSE__READER__MAX_RESULT_ROWS": str(MOST_ROWS),
    }
    if library:
        own["LIBCHDB"] = library
    kept.update({f"MESSENGER_FUNNEL__{key}": value for key, value in own.items()})
    return {**kept, "RUST_LOG": "error"}


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    program = os.environ.get("MESSENGER_FUNNEL_BIN")
    if not program:
        pytest.exit("MESSENGER_FUNNEL_BIN must be the path of the program", returncode=2)
    folder = tmp_path_factory.mktemp("world")
    port = free_port()
    settings = environment(folder, port)

    def run(*args):
        done = subprocess.run(
            [program, *args], cwd=folder, env=settings, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{args}: {done.stdout}{done.stderr}"

    traffic = str(folder / "traffic.jsonl")
    run("generate", "--people", "300", "--seed", "9", "--from", FROM, "--to", TO, "--output", traffic)
    run("import", "webhooks", traffic)
    run("import", "spend", spend_file(folder, "EUR"))
    run("import", "spend", spend_file(folder, "USD"))
    log = (folder / "serve.log").open("w")
    server = subprocess.Popen(
        [program, "serve"], cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=log, text=True
    )
    try:
        said = server.stdout.readline()
        assert " listens on http" in said, said + (folder / "serve.log").read_text()
        api = Api(said.split()[-1].rstrip("/"))
        api.session.headers["Authorization"] = f"Bearer {TOKEN}"
        yield World(api, port, folder, settings)
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


@pytest.fixture(scope="session")
def api(world):
    return world.api


@pytest.fixture(scope="session")
def reader(world):
    client = clickhouse_connect.get_client(
        host="127.0.0.1",
        port=world.port,
        username="bi",
        password=PASSWORD,
        database="messenger_funnel",
        tz_mode="aware",
    )
    yield client
    client.close()
