"""Moves nginx's log of bodies aside each second and loads it into ClickHouse: load.py FOLDER PORT.

A file is deleted when ClickHouse has it, so one that was left behind by a crash is loaded then, and
perhaps for the second time. `APP_SECRET` is in the environment.
"""

import os
import signal
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

SECONDS = 1.0
# nginx's workers open the new file when they next come round to it.
UNTIL_REOPENED = 0.2
STATEMENT = (Path(__file__).parent / "load.sql").read_text()


def main():
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    while not ended:
        started = time.monotonic()
        move_aside(folder)
        load_all(folder, port)
        time.sleep(max(0, started + SECONDS - time.monotonic()))
    move_aside(folder)
    load_all(folder, port)


def move_aside(folder):
    bodies = folder / "bodies"
    if not bodies.exists() or not bodies.stat().st_size:
        return
    bodies.rename(folder / f"bodies.{time.time_ns()}")
    try:
        os.kill(int((folder / "nginx.pid").read_text()), signal.SIGUSR1)
    except (ProcessLookupError, FileNotFoundError):
        pass  # it has ended: nobody writes to the file any more
    time.sleep(UNTIL_REOPENED)


def load_all(folder, port):
    for file in sorted(folder.glob("bodies.*")):
        try:
            load(file, port)
        except OSError as error:
            print(f"{file} has to wait: {error}", file=sys.stderr)
            return
        file.unlink()


def load(file, port):
    parameters = urllib.parse.urlencode({
        "query": STATEMENT, "param_secret": os.environ["APP_SECRET"], "async_insert": 0,
        # A line that was cut off by a crash costs nobody else's.
        "input_format_allow_errors_num": 10,
    })
    with open(file, "rb") as lines:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/?{parameters}", data=lines,
            headers={"Content-Length": str(file.stat().st_size)},
        )
        urllib.request.urlopen(request, timeout=120).close()


if __name__ == "__main__":
    main()
