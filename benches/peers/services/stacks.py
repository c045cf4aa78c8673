"""The product and its rivals as servers under load, each with a ClickHouse of its own.

The rivals' services have as many processes as the machine has cores.
"""

import os
import time
from pathlib import Path

from harness.process import (
    Process, kill_at_once, machine_busy_seconds, wait_for_port, wait_until, free_port,
)
from harness.server import Product
from harness.tools import SECRET
from rivals import Rival as Nginx

from engine import Engine

HERE = Path(__file__).parent
WORKERS = str(os.cpu_count())
# A stack whose rows have not become more for so long has stored what it ever will.
STILL = 5


class Stored:
    """What is in a stack's table of events."""

    keeps = tells_apart = True
    table, identity = "events", "mid"
    # Where a query can see an event.
    places = ["table"]

    def number(self, query):
        return int(self.sql(query))

    def rows(self):
        return self.number(f"SELECT count() FROM {self.table}")

    def distinct(self):
        return self.number(f"SELECT uniqExact({self.identity}) FROM {self.table}")

    def twice(self):
        """How many events its questions count twice: a rival's count rows."""
        return self.rows() - self.distinct()

    def numbers(self, first, behind_last):
        """Which of the prepared requests are there; the end of a mid is the request's number."""
        numbers = self.sql(
            f"SELECT DISTINCT right(mid, 16) AS n FROM {self.table} WHERE length(mid) = 34 "
            f"AND n >= '{first:016x}' AND n < '{behind_last:016x}'"
        )
        return {int(number, 16) for number in numbers.split()}

    def probes(self):
        """The refs of the freshness probes that can be seen; they lie together in the table."""
        return self.sql(
            f"SELECT DISTINCT ref FROM {self.table} "
            "WHERE page_id = '102000000000000' AND person_id LIKE '8000%'"
        ).split()

    def settle(self, acknowledged, patience):
        """Waits until as many rows are there as were acknowledged, or no more come."""
        known, since = -1, time.monotonic()

        def is_settled():
            nonlocal known, since
            rows = self.rows()
            if rows != known:
                known, since = rows, time.monotonic()
            return rows >= acknowledged or time.monotonic() - since > STILL
        wait_until(is_settled, patience)
        self.finish(acknowledged)
        quiet()

    def finish(self, acknowledged):
        """Waits for what is done with rows behind the table: nothing."""


class Ours(Stored, Product):
    """`messenger-funnel serve`."""

    table, identity = "events_by_person", "event_id"
    places = ["table", "funnel"]

    def twice(self):
        """Its questions count conversations, of which every webhook of the load opens one."""
        return self.counted() - self.distinct()

    def finish(self, acknowledged):
        """Conversations are made behind the table; a rival is not to pay for that."""
        wait_until(lambda: self.counted() >= acknowledged, 30)


class Rival(Stored):
    process = engine = None

    def start(self, programs, folder):
        folder.mkdir()
        self.programs, self.folder = programs, folder
        self.engine = Engine(programs, folder / "clickhouse")
        self.settings = {
            **os.environ, "APP_SECRET": SECRET, "CLICKHOUSE_PORT": str(self.engine.port),
            "WORKERS": WORKERS, "NODE_PATH": str(programs.target / "node" / "node_modules"),
            "NODE_ENV": "production", "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.launch()

    def launch(self):
        """Starts the service, again after a kill."""
        port = str(free_port())
        self.address = f"127.0.0.1:{port}"
        self.process = Process(self.command(port), self.folder, self.settings | {"PORT": port})
        wait_for_port(self.address)

    def groups(self):
        return {"server": self.process.family(), "engine": [self.engine.child.pid]}

    def sql(self, query):
        return self.engine.sql(query)

    def kill(self):
        kill_at_once([self.process])

    def stop(self):
        if self.process:
            self.process.stop()
        if self.engine:
            self.engine.stop()


class PythonService(Rival):
    name = "FastAPI, clickhouse-connect"

    def command(self, port):
        return [self.programs.venv / "python", "-m", "uvicorn", "service:app", "--app-dir",
                HERE / "python", "--port", port, "--workers", WORKERS, "--loop", "uvloop",
                "--http", "httptools", "--no-access-log", "--log-level", "warning"]


class NodeService(Rival):
    name = "express, @clickhouse/client"

    def command(self, _port):
        return ["node", HERE / "node" / "service.js"]


class NginxAndLoader(Rival):
    """nginx as the collector's benchmark runs it, and a program that loads its log."""

    name = "nginx, log loaded each second"
    nginx = None

    def launch(self):
        if not self.nginx:
            self.nginx = Nginx("nginx", "@FOLDER@/bodies webhook")
            self.nginx.start(self.programs, self.folder / "nginx")
        else:
            self.nginx.launch()
        self.address = self.nginx.address
        command = [self.programs.venv / "python", HERE / "nginx" / "load.py", self.nginx.folder,
                   str(self.engine.port)]
        self.process = Process(command, self.folder, self.settings)

    def groups(self):
        server = self.nginx.groups()["server"] + self.process.family()
        return {"server": server, "engine": [self.engine.child.pid]}

    def kill(self):
        kill_at_once([*self.nginx.processes.values(), self.process])

    def stop(self):
        if self.nginx:
            self.nginx.stop()
        super().stop()


def all_stacks():
    return [Ours(), PythonService(), NodeService(), NginxAndLoader()]


def quiet(patience=5):
    """Waits until merges and other work behind a load are done: the next pays for its own."""
    before = machine_busy_seconds()

    def is_quiet():
        nonlocal before
        time.sleep(0.3)
        now = machine_busy_seconds()
        used, before = now - before, now
        return used < 0.06
    wait_until(is_quiet, patience)
