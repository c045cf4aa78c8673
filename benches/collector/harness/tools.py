"""The programs that the benchmark needs: its own, the rivals', and the product's."""

import os
import subprocess
from pathlib import Path

from .process import Process

BENCH = Path(__file__).parents[1]
REPOSITORY = BENCH.parents[1]
PEERS = REPOSITORY / "benches" / "peers" / "collector"
LIBRARIES = ["usr/lib/*-linux-gnu", "lib/*-linux-gnu", "usr/lib/syslog-ng"]
SECRET = "a secret of the benchmark"


class Tools:
    """Built and unpacked programs."""

    def __init__(self):
        target = os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target" / "bench-collector")
        self.target = Path(target).absolute()
        environment = {**os.environ, "CARGO_TARGET_DIR": str(self.target)}
        manifest = BENCH / "Cargo.toml"
        command = ["cargo", "build", "--quiet", "--release", "--locked", "--manifest-path"]
        subprocess.run([*command, manifest], env=environment, check=True)
        self.debian = self.target / "debian"
        subprocess.run([PEERS / "unpack", self.debian], check=True)
        built = os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")
        built = Path(built) / "release" / "messenger-funnel"
        self.product = Path(os.environ.get("MESSENGER_FUNNEL_BIN", built)).absolute()
        if not self.product.is_file():
            raise SystemExit(f"no {self.product}: cargo build --release, or MESSENGER_FUNNEL_BIN")

    def own(self, name):
        return self.target / "release" / name

    def unpacked(self, folder, program, *arguments):
        """Starts one of the unpacked programs."""
        return Process([self.debian / program, *arguments], folder, self.environment())

    def environment(self):
        folders = [str(path) for part in LIBRARIES for path in self.debian.glob(part)]
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(folders)}

    def folder(self, pattern):
        """The folder of an unpacked library's plug-in."""
        return next(self.debian.glob(f"usr/lib/**/{pattern}")).parent

    def versions(self):
        """What was unpacked, by name."""
        lines = (self.debian / "versions").read_text().splitlines()
        return dict(line.split("\t") for line in lines)
