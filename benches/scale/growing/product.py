"""The program that is measured: its commands, and `serve` with its engine."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from types import SimpleNamespace

from harness.server import LIBCHDB, Product
from harness.tools import REPOSITORY, SECRET

# A statement may copy or merge for as long.
STATEMENT_SECONDS = 3600


def binary():
    """The program, or an end that says how to get it."""
    built = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    built = built / "release" / "messenger-funnel"
    path = Path(os.environ.get("MESSENGER_FUNNEL_BIN", built)).absolute()
    if not path.is_file():
        raise SystemExit(f"no {path}: cargo build --release, or MESSENGER_FUNNEL_BIN")
    return path


class Installation(Product):
    """A data folder, with commands that work on it and a server now and then."""

    def __init__(self, program, folder):
        self.tools, self.folder = SimpleNamespace(product=program), folder
        self.data = folder / "data"
        self.starting = None
        folder.mkdir(parents=True, exist_ok=True)

    def command(self, *arguments):
        """Runs a command to its end; what it printed, and how many seconds it took."""
        settings = {"MESSENGER_FUNNEL__DATA_DIR": str(self.data), "RUST_LOG": "warn"}
        if LIBCHDB.exists():
            settings["MESSENGER_FUNNEL__LIBCHDB"] = str(LIBCHDB)
        foreign = {k: v for k, v in os.environ.items() if not k.startswith("MESSENGER_FUNNEL")}
        started = time.monotonic()
        done = subprocess.run(
            [self.tools.product, *map(str, arguments)], env=foreign | settings, cwd=self.folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout, time.monotonic() - started

    def __enter__(self):
        """Serves, as long as the block lasts."""
        started = time.monotonic()
        self.launch()
        self.starting = time.monotonic() - started
        return self

    def __exit__(self, *_):
        self.stop()

    def copied_to(self, folder):
        """The same data in another folder; nothing serves it meanwhile."""
        copy = Installation(self.tools.product, folder)
        self.copy_data(copy.data)
        return copy

    def copy_data(self, folder):
        # ClickHouse finds its tables by links within the folder.
        shutil.copytree(self.data, folder, symlinks=True)

    def sql(self, statement):
        """Asks the embedded ClickHouse; the answer is lines of columns that tabs separate."""
        engine = json.loads((self.data / "clickhouse/engine.json").read_text())
        parameters = urllib.parse.urlencode({"database": "messenger_funnel"})
        request = urllib.request.Request(
            f"http://127.0.0.1:{engine['port']}/?{parameters}", data=statement.encode(),
            headers={"X-ClickHouse-User": "funnel", "X-ClickHouse-Key": engine["password"]},
        )
        try:
            with urllib.request.urlopen(request, timeout=STATEMENT_SECONDS) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{statement}\n{error.read().decode()}") from error

    def rows(self, statement):
        """The same, as lists of texts."""
        return [line.split("\t") for line in self.sql(statement).splitlines()]

    def number(self, statement):
        return int(self.sql(statement))


__all__ = ["Installation", "SECRET", "binary"]
