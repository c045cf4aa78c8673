"""Load from a process of its own: wrk as fast as the server answers, `load` at a constant rate."""

import json
import os
import resource
import subprocess
import threading
import time

from .process import cpu_seconds, machine_busy_seconds, memory_mb
from .tools import BENCH, SECRET

CONNECTIONS = 64
# Each wrk thread has its share of the requests; two of them load faster than one server answers.
WRK_THREADS = 2


class Requests:
    """A file of prepared requests, all distinct.

    A server that tells events apart gets none twice in the whole run, the others in one load.
    """

    def __init__(self, tools, folder, count):
        self.path, self.count, self.unsent = folder / "requests", count, 0
        self.started_ms = int(time.time() * 1000)
        made = subprocess.run(
            [tools.own("requests"), "--count", str(count), "--secret", SECRET,
             "--until", str(self.started_ms), "--output", self.path],
            check=True, capture_output=True, text=True,
        )
        self.bytes = int(made.stdout)

    def first(self, server):
        return self.unsent if server.tells_apart else 0

    def sent(self, server, behind_last):
        if server.tells_apart:
            self.unsent = behind_last


def full_load(tools, server, requests, seconds):
    """What wrk sees, as fast as the server answers."""
    first = requests.first(server)
    command = [
        tools.debian / "usr/bin/wrk", f"-t{WRK_THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s",
        "--timeout", "10s", "-s", BENCH / "wrk.lua", f"http://{server.address}", "--",
        requests.path, str(requests.bytes), str(first), str(requests.count - first),
        str(WRK_THREADS),
    ]
    with Watch(server) as watch:
        output = subprocess.run(
            command, env=tools.environment(), check=True, capture_output=True, text=True,
            timeout=seconds + 30,
        ).stdout
    result = json.loads(output.split("RESULT ", 1)[1])
    if result["exhausted"]:
        raise SystemExit(f"{requests.count} requests are too few for this machine")
    requests.sent(server, result["next"])
    result["ok"] = result["requests"] - result["not_ok"]
    result["rate"] = result["requests"] / result["seconds"]
    return result | watch.seen


def constant_load(tools, server, requests, rate, seconds, beside=lambda: None):
    """What `load` sees at `rate` requests a second; `beside` runs at the same time."""
    first = requests.first(server)
    command = [
        tools.own("load"), server.address, "--requests", requests.path,
        "--bytes", str(requests.bytes), "--first", str(first),
        "--count", str(requests.count - first), "--rate", str(rate),
        "--seconds", str(seconds), "--connections", str(CONNECTIONS),
    ]
    with Watch(server) as watch:
        load = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            besides = beside()
            output, _ = load.communicate(timeout=seconds + 60)
        finally:
            load.kill()
    requests.sent(server, first + int(rate * seconds) + CONNECTIONS)
    result = json.loads(output)
    result["not_ok"] = sum(result["statuses"].values()) - result["ok"]
    result["failed"] = sum(result["errors"].values())
    result["beside"] = besides
    return result | watch.seen


class Watch:
    """Looks at processor time and memory while a load runs."""

    def __init__(self, server):
        self.groups = server.groups()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.memory_mb = 0.0

    def __enter__(self):
        # Bytes that an earlier measurement left to the disk are not this one's.
        os.sync()
        self.start, self.before = time.monotonic(), self.processor_seconds()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        took = time.monotonic() - self.start
        after = self.processor_seconds()
        cores = {name: (after[name] - before) / took for name, before in self.before.items()}
        ours = sum(used for name, used in cores.items() if name != "others")
        cores["others"] = max(0, cores["others"] - ours)
        self.seen = {"cores": cores, "memory_mb": self.memory_mb}

    def processor_seconds(self):
        """By who used it so far; `others` is the whole machine."""
        used = {name: cpu_seconds(pids) for name, pids in self.groups.items()}
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        used["generator"] = ended.ru_utime + ended.ru_stime
        used["others"] = machine_busy_seconds()
        return used

    def look(self):
        while not self.ended.wait(0.1):
            now = sum(memory_mb(pid, "VmRSS") for pid in self.groups["server"])
            self.memory_mb = max(self.memory_mb, now)
