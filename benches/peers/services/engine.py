"""A ClickHouse for a rival: the same engine as the product's, in a process of its own."""

import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

from harness.process import free_port, wait_until
from harness.server import LIBCHDB

HERE = Path(__file__).parent
CONFIG = """<clickhouse>
  <logger><level>error</level><console>1</console></logger>
  <mark_cache_size>268435456</mark_cache_size>
</clickhouse>
"""


class Engine:
    """Listens on loopback, without a password; ends when its standard input is closed."""

    child = None

    def __init__(self, programs, folder):
        folder.mkdir()
        (folder / "config.xml").write_text(CONFIG)
        self.port = free_port()
        with open(folder / "engine.log", "wb") as log:
            self.child = subprocess.Popen(
                [programs.product, "engine", "--library", LIBCHDB, "--port", str(self.port),
                 "--folder", folder],
                cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log,
                # ClickHouse signals its process group when it ends.
                start_new_session=True,
            )
        wait_until(self.answers, 30, f"ClickHouse does not answer: {folder}/engine.log")
        self.sql((HERE / "schema.sql").read_text())

    def answers(self):
        try:
            return self.sql("SELECT 1") == "1\n"
        except OSError:
            return False

    def sql(self, query, data=None, **parameters):
        """The answer as text; `data` is a file for an INSERT."""
        parameters = {f"param_{name}": value for name, value in parameters.items()}
        if data is not None:
            parameters["query"] = query
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/?{urllib.parse.urlencode(parameters)}",
            data=query.encode() if data is None else data,
        )
        if data is not None:
            request.add_header("Content-Length", str(Path(data.name).stat().st_size))
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read().decode()

    def stop(self):
        if self.child:
            self.child.stdin.close()
            try:
                self.child.wait(30)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
