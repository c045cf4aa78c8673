"""What a user would set up instead of the collector: nginx and a log, from Debian's packages."""

import getpass
import json
import re
from pathlib import Path

from harness.process import (
    free_port, kill_at_once, wait_for_port, wait_for_udp_port, wait_until_still,
)

HERE = Path(__file__).parent
TO_SYSLOG = "syslog:server=127.0.0.1:@SYSLOG_PORT@,nohostname,tag=webhook webhook"
TO_SOCKET = "syslog:server=unix:@FOLDER@/log.sock,nohostname,tag=webhook webhook"


class Rival:
    """nginx, which answers, and where the bodies go."""

    keeps = True
    tells_apart = False

    def __init__(self, name, log, daemon=None):
        self.name, self.log, self.daemon = name, log, daemon
        self.processes = {}

    def start(self, tools, folder):
        self.tools, self.folder = tools, folder
        folder.mkdir()
        self.bodies = folder / "bodies"
        self.marks = {
            "FOLDER": str(folder),
            "USER": getpass.getuser(),
            "PORT": str(free_port()),
            "SYSLOG_PORT": str(free_port()),
        }
        self.marks["LOG"] = self.fill(self.log)
        self.address = f"127.0.0.1:{self.marks['PORT']}"
        self.launch()

    def launch(self):
        """Starts the processes; again after a kill."""
        folder = self.folder
        if self.daemon == "rsyslog":
            (folder / "rsyslog.pid").unlink(missing_ok=True)
            self.processes["log"] = self.tools.unpacked(
                folder, "usr/sbin/rsyslogd", "-n", "-i", folder / "rsyslog.pid",
                "-f", self.configure("rsyslog.conf"), "-M", self.tools.folder("rsyslog/lmnet.so"),
            )
        if self.daemon == "syslog-ng":
            self.processes["log"] = self.tools.unpacked(
                folder, "usr/sbin/syslog-ng", "-F", "--no-caps",
                "-f", self.configure("syslog-ng.conf"),
                "--module-path", self.tools.folder("syslog-ng/*/libaffile.so"),
                "--persist-file", folder / "persist", "--pidfile", folder / "syslog-ng.pid",
                "--control", folder / "control",
            )
        if self.daemon:
            wait_for_udp_port(int(self.marks["SYSLOG_PORT"]))
        (folder / "inner.sock").unlink(missing_ok=True)
        self.processes["server"] = self.tools.unpacked(
            folder, "usr/sbin/nginx", "-p", folder, "-e", "error.log",
            "-c", self.configure("nginx.conf"),
        )
        wait_for_port(self.address)

    def configure(self, name):
        path = self.folder / name
        path.write_text(self.fill((HERE / name).read_text()))
        return path

    def fill(self, text):
        return re.sub("@([A-Z_]+)@", lambda mark: self.marks[mark[1]], text)

    def groups(self):
        return {name: process.family() for name, process in self.processes.items()}

    def settle(self, acknowledged, patience):
        """Waits until the file of bodies no longer grows."""
        wait_until_still(self.bodies, patience)

    def kept(self):
        """Numbers of the prepared requests whose bodies are whole on disk."""
        numbers = set()
        with open(self.bodies, errors="replace") as lines:
            for line in lines:
                try:
                    body = json.loads(json.loads(line)["body"])
                except ValueError:
                    continue
                mid = body["entry"][0]["messaging"][0]["message"]["mid"]
                # The last 16 digits of a prepared mid are the request's number.
                numbers.add(int(mid[-16:], 16))
        return numbers

    def kept_count(self):
        """How many bodies are on disk."""
        with open(self.bodies, "rb") as lines:
            return sum(1 for _ in lines)

    def counted(self):
        return self.kept_count()

    def kill(self):
        kill_at_once(self.processes.values())

    def stop(self):
        # nginx first: what it hands over at its end has still to be written.
        for name in ("server", "log"):
            if name in self.processes:
                self.processes[name].stop()


def all_rivals():
    return [
        Rival("nginx + rsyslog", TO_SYSLOG, "rsyslog"),
        Rival("nginx + syslog-ng", TO_SYSLOG, "syslog-ng"),
        Rival("nginx, a write each", "@FOLDER@/bodies webhook"),
        Rival("nginx, buffered", "@FOLDER@/bodies webhook buffer=64k flush=1s"),
    ]


def over_a_socket():
    """nginx and rsyslog as most would join them on one machine."""
    return Rival("nginx + rsyslog, Unix socket", TO_SOCKET, "rsyslog")
