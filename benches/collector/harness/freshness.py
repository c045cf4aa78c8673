"""How long after its 200 a webhook shows in the funnel of the API.

Probes are first messages, each with a ref of its own and the time at which it is sent. The funnel
is asked for by ref over the time since the load's last event, so that it holds the probes alone.
"""

import hashlib
import hmac
import http.client
import json
import threading
import time
import urllib.parse
from datetime import datetime, timedelta, timezone

from .tools import SECRET

BETWEEN_PROBES = 0.15
BETWEEN_LOOKS = 0.05


class Freshness:
    """Sends probes, from number `first` on, and looks for them, beside a load."""

    between_probes = BETWEEN_PROBES

    def __init__(self, server, since_ms, first=0):
        self.server, self.first = server, first
        since = datetime.fromtimestamp(since_ms / 1000, timezone.utc)
        self.query = urllib.parse.urlencode({
            "from": since.isoformat(), "to": (since + timedelta(days=1)).isoformat(), "by": "ref",
        })
        self.acknowledged, self.seen = {}, {}
        self.refused, self.looks = 0, []
        self.enough = threading.Event()

    def run(self, probes, patience):
        """Sends `probes` probes and looks until all are seen, `patience` seconds longer at most."""
        looking = threading.Thread(target=self.look)
        looking.start()
        try:
            self.send(probes)
            end = time.monotonic() + patience
            while len(self.seen) < len(self.acknowledged) and time.monotonic() < end:
                time.sleep(0.05)
        finally:
            self.enough.set()
            looking.join()
        return {
            "sent": probes,
            "refused": self.refused,
            "unseen": len(self.acknowledged) - len(self.seen),
            "seconds": sorted(self.seen[ref] - self.acknowledged[ref] for ref in self.seen),
            "looks": sorted(self.looks),
        }

    def send(self, probes):
        connection = http.client.HTTPConnection(self.server.address, timeout=10)
        start = time.monotonic()
        for n in range(probes):
            time.sleep(max(0, start + n * self.between_probes - time.monotonic()))
            ref = f"probe-{self.first + n}"
            body = probe(self.first + n, ref)
            digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            signature = {"X-Hub-Signature-256": f"sha256={digest}"}
            connection.request("POST", "/webhooks/meta", body, signature)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                self.acknowledged[ref] = time.monotonic()
            else:
                self.refused += 1

    def look(self):
        connection = http.client.HTTPConnection(self.server.address, timeout=60)
        while not self.enough.wait(BETWEEN_LOOKS):
            asked = time.monotonic()
            connection.request("GET", f"/api/v1/funnels/click-to-messenger?{self.query}")
            answer = connection.getresponse()
            report = json.loads(answer.read())
            now = time.monotonic()
            self.looks.append(now - asked)
            for row in report.get("breakdown", []):
                ref = row["by"]["ref"]
                # A probe can be seen before its 200 has been noted here.
                if ref in self.acknowledged:
                    self.seen.setdefault(ref, now)


def probe(n, ref):
    now = int(time.time() * 1000)
    message = {
        "mid": f"m_probe-{n}",
        "text": "Is it still there?",
        "referral": {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"},
    }
    item = {
        "sender": {"id": f"8000{n:012}"}, "recipient": {"id": "102000000000000"},
        "timestamp": now, "message": message,
    }
    entry = {"id": "102000000000000", "time": now, "messaging": [item]}
    return json.dumps({"object": "page", "entry": [entry]}).encode()
