"""How long after its 200 an event can be seen by a query, beside a load.

The probes are those of the collector's benchmark. They are looked for in the stack's table; ours in
loads of their own also in the funnel of the API, which has them when their conversation is made.
"""

import http.client
import json
import threading
import time

import harness.freshness
from harness.freshness import BETWEEN_LOOKS

BETWEEN_PROBES = 0.1
PATIENCE = 20


class Freshness(harness.freshness.Freshness):
    """Probes of one server, looked for in one place."""

    between_probes = BETWEEN_PROBES

    def __init__(self, server, place, since_ms, first):
        """`since_ms` is behind the load's last event."""
        super().__init__(server, since_ms, first)
        self.refs = {"table": server.probes, "funnel": self.in_funnel}[place]

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
