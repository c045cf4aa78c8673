"""The product and the yardstick as servers under load. Rivals have the same methods."""

import json
import os
import signal
import urllib.parse
import urllib.request

from .process import Process, kill_at_once, wait_until
from .tools import REPOSITORY, SECRET

LIBCHDB = REPOSITORY / "node_modules" / "@chdb" / "lib-linux-x64-gnu" / "libchdb.so"


class Baseline:
    """The same kind of server without a disk."""

    name = "baseline"
    keeps = False
    tells_apart = False
    process = None

    def start(self, tools, folder):
        folder.mkdir()
        self.process = Process([tools.own("baseline"), "--secret", SECRET], folder)
        line = self.process.wait_for_line("baseline listens on ")
        self.address = line.rsplit("/", 1)[1]

    def groups(self):
        """Process ids by the part that they play."""
        return {"server": [self.process.pid]}

    def settle(self, acknowledged, patience):
        """Nothing is left to do when the load ends."""

    def stop(self):
        if self.process:
            self.process.stop()


class Product:
    """`messenger-funnel serve` on a fresh data folder."""

    name = "messenger-funnel"
    keeps = True
    tells_apart = True
    process = None

    def start(self, tools, folder):
        folder.mkdir()
        self.tools, self.folder = tools, folder
        self.launch()

    def launch(self):
        """Starts the process; again after a kill."""
        settings = {
            "MESSENGER_FUNNEL__DATA_DIR": str(self.folder / "data"),
            "MESSENGER_FUNNEL__SERVER__LISTEN": "127.0.0.1:0",
            "MESSENGER_FUNNEL__META__APP_SECRETS": SECRET,
            "MESSENGER_FUNNEL__META__VERIFY_TOKEN": "unused",
        }
        if LIBCHDB.exists():
            settings["MESSENGER_FUNNEL__LIBCHDB"] = str(LIBCHDB)
        foreign = {k: v for k, v in os.environ.items() if not k.startswith("MESSENGER_FUNNEL")}
        self.process = Process([self.tools.product, "serve"], self.folder, foreign | settings)
        line = self.process.wait_for_line("messenger-funnel listens on ")
        self.address = line.rsplit("/", 1)[1]

    def groups(self):
        server, *engine = self.process.family()
        return {"server": [server], "engine": engine}

    def sql(self, query):
        """Asks the embedded ClickHouse, whose address and password lie in the data folder."""
        engine = json.loads((self.folder / "data/clickhouse/engine.json").read_text())
        parameters = urllib.parse.urlencode({"database": "messenger_funnel"})
        request = urllib.request.Request(
            f"http://127.0.0.1:{engine['port']}/?{parameters}",
            data=query.encode(),
            headers={"X-ClickHouse-User": "funnel", "X-ClickHouse-Key": engine["password"]},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    def shipped(self):
        """Rows of events in ClickHouse."""
        return int(self.sql("SELECT count() FROM events_by_person"))

    def settle(self, acknowledged, patience):
        """Waits until as many events are in ClickHouse as were acknowledged."""
        wait_until(lambda: self.shipped() >= acknowledged, patience)

    def kept(self):
        """Numbers of the prepared requests that are in ClickHouse."""
        mids = self.sql("SELECT DISTINCT mid FROM events_by_person").split()
        return {int(mid[-16:], 16) for mid in mids}

    def kept_count(self):
        return int(self.sql("SELECT uniqExact(event_id) FROM events_by_person"))

    def counted(self):
        """How many conversations the funnel shows: one for each prepared request."""
        url = f"http://{self.address}/api/v1/funnels/click-to-messenger"
        with urllib.request.urlopen(url, timeout=60) as answer:
            steps = json.load(answer)["steps"]
        return next(step["count"] for step in steps if step["name"] == "opened")

    def pause_engine(self, pause):
        """Lets ClickHouse stand still, or go on."""
        for pid in self.groups()["engine"]:
            os.kill(pid, signal.SIGSTOP if pause else signal.SIGCONT)

    def complaints(self):
        """How many warnings and errors its log holds."""
        log = self.process.log.read_text(errors="replace")
        return log.count(" WARN ") + log.count(" ERROR ")

    def kill(self):
        kill_at_once([self.process])

    def stop(self):
        if self.process:
            self.process.stop()
