"""How long after its 200 an event can be seen by a query, beside a load.

The probes are those of the collector's benchmark. They are looked for in the stack's table; ours in
loads of their own also in the funnel of the API, which has them when their conversation is made.
"""

import hashlib
import hmac
import http.client
import json
import threading
import time
import urllib.parse
from datetime import datetime, timedelta, timezone

from harness.freshness import BETWEEN_LOOKS, probe
from harness.tools import SECRET

BETWEEN_PROBES = 0.1
PATIENCE = 20


class Freshness:
    """Probes `first` and behind of one server, looked for in one place."""

    def __init__(self, server, place, since_ms, first):
        """`since_ms` is behind the load's last event."""
        self.server, self.first = server, first
        since = datetime.fromtimestamp(since_ms / 1000, timezone.utc)
        self.query = urllib.parse.urlencode({
            "from": since.isoformat(), "to": (since + timedelta(days=1)).isoformat(), "by": "ref",
        })
        self.refs = {"table": server.probes, "funnel": self.in_funnel}[place]
        self.acknowledged, self.seen, self.enough = {}, {}, threading.Event()

    def run(self, probes):
        """Seconds from the 200 until each was seen, and how many were acknowledged."""
        looking = threading.Thread(target=self.look)
        looking.start()
        try:
            self.send(probes)
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end and not set(self.acknowledged) <= set(self.seen):
                time.sleep(BETWEEN_LOOKS)
        finally:
            self.enough.set()
            looking.join()
        # A probe can be seen before its 200 has been noted here.
        delays = [max(0, self.seen[ref] - at) for ref, at in self.acknowledged.items()
                  if ref in self.seen]
        return {"probes": len(self.acknowledged), "delays": delays}

    def send(self, probes):
        connection = http.client.HTTPConnection(self.server.address, timeout=10)
        start = time.monotonic()
        for n in range(probes):
            time.sleep(max(0, start + n * BETWEEN_PROBES - time.monotonic()))
            ref = f"probe-{self.first + n}"
            body = probe(self.first + n, ref)
            digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            signature = {"X-Hub-Signature-256": f"sha256={digest}"}
            connection.request("POST", "/webhooks/meta", body, signature)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                self.acknowledged[ref] = time.monotonic()

    def look(self):
        while not self.enough.wait(BETWEEN_LOOKS):
            found = self.refs()
            now = time.monotonic()
            for ref in found:
                self.seen.setdefault(ref, now)

    def in_funnel(self):
        connection = http.client.HTTPConnection(self.server.address, timeout=60)
        connection.request("GET", f"/api/v1/funnels/click-to-messenger?{self.query}")
        report = json.loads(connection.getresponse().read())
        connection.close()
        return [row["by"]["ref"] for row in report.get("breakdown", [])]
