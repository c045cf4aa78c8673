"""The programs that the benchmark runs, and the requests that it sends."""

import os
import subprocess
from pathlib import Path

from harness.load import Requests
from harness.tools import PEERS, REPOSITORY, Tools

HERE = Path(__file__).parent


class Programs(Tools):
    """As the collector's benchmark has them, but without Rust: nothing is built."""

    def __init__(self, place, binary):
        self.target = place
        self.venv = place / "venv" / "bin"
        self.debian = place / "debian"
        subprocess.run([PEERS / "unpack", self.debian], check=True)
        built = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
        self.product = Path(binary or built / "release" / "messenger-funnel").absolute()
        if not self.product.is_file():
            raise SystemExit(f"no {self.product}: cargo build --release, or --binary")

    def own(self, name):
        return HERE / name


class Prepared(Requests):
    """Requests of which no server gets one twice; each goes through them at its own pace."""

    def __init__(self, programs, folder, count):
        super().__init__(programs, folder, count)
        self.unsent = {}

    def first(self, server):
        return self.unsent.get(server.name, 0)

    def sent(self, server, behind_last):
        self.unsent[server.name] = behind_last
