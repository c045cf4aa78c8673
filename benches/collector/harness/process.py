"""Processes of ours: started, watched and ended by their ids."""

import os
import socket
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A running program whose output goes to files."""

    def __init__(self, command, folder, environment=None):
        self.log = folder / f"{Path(command[0]).name}.log"
        self.output = folder / f"{Path(command[0]).name}.out"
        with open(self.log, "ab") as log, open(self.output, "wb") as output:
            self.child = subprocess.Popen(
                [str(part) for part in command], cwd=folder, env=environment,
                stdin=subprocess.DEVNULL, stdout=output, stderr=log,
            )
        self.pid = self.child.pid

    def family(self):
        """Its id, then those of its descendants."""
        return [self.pid, *descendants(self.pid)]

    def wait_for_line(self, start, patience=60):
        """The first line of output that begins with `start`."""
        def line():
            if self.child.poll() is not None:
                raise RuntimeError(f"{self.log}: ended with {self.child.returncode}")
            lines = self.output.read_text().splitlines()
            return next((line for line in lines if line.startswith(start)), None)
        return wait_until(line, patience, f"no line {start!r} in {self.output}")

    def stop(self, patience=60):
        """Asks it to end; kills it if it does not."""
        family = self.family()
        self.child.terminate()
        try:
            self.child.wait(patience)
        except subprocess.TimeoutExpired:
            for pid in family:
                signal_if_there(pid, 9)
            self.child.wait()


def kill_at_once(processes):
    """Kills processes and their descendants within microseconds, as a crash would."""
    families = [pid for process in processes for pid in process.family()]
    for pid in families:
        signal_if_there(pid, 9)
    for process in processes:
        process.child.wait()


def wait_until(condition, patience, complaint=None):
    """Waits for a true value of `condition()`; without a complaint, gives up in silence."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value or (time.monotonic() > end and complaint is None):
            return value
        if time.monotonic() > end:
            raise RuntimeError(complaint)
        time.sleep(0.02)


def wait_until_still(path, patience):
    """Waits until a file's size has not changed for two seconds."""
    known, since = None, 0

    def is_still():
        nonlocal known, since
        size = path.stat().st_size if path.exists() else 0
        if size != known:
            known, since = size, time.monotonic()
        return time.monotonic() - since > 2

    wait_until(is_still, patience)


def wait_for_port(address):
    host, port = address.split(":")
    def is_open():
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0
    wait_until(is_open, 10, f"nothing listens on {address}")


def wait_for_udp_port(port):
    def is_bound():
        sockets = Path("/proc/net/udp").read_text().splitlines()[1:]
        return any(int(line.split()[1].split(":")[1], 16) == port for line in sockets)
    wait_until(is_bound, 10, f"nothing takes datagrams at port {port}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def signal_if_there(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def descendants(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def cpu_seconds(pids):
    """Seconds of processor time that the processes have used so far."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def machine_busy_seconds():
    """Seconds of processor time that everything on the machine has used so far."""
    user, nice, system, _idle, _wait, irq, soft, steal = (
        int(field) for field in Path("/proc/stat").read_text().split()[1:9]
    )
    return (user + nice + system + irq + soft + steal) / TICKS


def memory_mb(pid, key):
    """`VmRSS` or `VmHWM` of a process, in units of 10^6 bytes; 0 of one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    for line in status.splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def reset_peak_memory(pid):
    """Lets `VmHWM` begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
