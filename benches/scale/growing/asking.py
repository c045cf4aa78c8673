"""Pages over the last thirty days, and what new events cost, beside a running server."""

import hashlib
import hmac
import http.client
import json
import random
import time
from statistics import median

from harness.process import cpu_seconds, memory_mb, reset_peak_memory

from .months import person
from .product import SECRET

ROUNDS = 7
PAGES = {
    "overview, page": "/?",
    "funnels, page": "/funnels?",
    "attribution, page": "/attribution?",
    "ads, page": "/ads?",
    "default funnel, JSON": "/api/v1/funnels/click-to-messenger?",
    "attribution, JSON": "/api/v1/attribution?",
}
# New events of a round, each webhook with so many; half of the people are known.
NEW = 1000
ITEMS = 100
# What ids of new people begin with.
NEW_PEOPLE = "80000"
# A round's events happen within so many milliseconds, behind those of the round before, all behind the
# thirty days.
ROUND_MS = 4000
LOOK_EVERY = 0.01
PATIENCE = 120
STAGE = {"message": 0, "echo": 2}


def pages(products, begin, end):
    """Of each product the seconds of each question, those of processor time, and its memory: medians of
    rounds in which each question comes in turn, to one product after the other."""
    days = f"from={begin:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}"
    asked = [{"pages": {name: [] for name in PAGES}, "busy": {name: [] for name in PAGES}}
             for _ in products]
    for product in products:
        for pid in parts(product).values():
            reset_peak_memory(pid)
    for number in range(ROUNDS + 1):
        for name, path in PAGES.items():
            # A page that is asked for again is not made again while nothing changes: each time it is
            # another address. Answers of the API are made each time.
            mark = "" if path.startswith("/api/") else f"&round={number}"
            for product, found in zip(products, asked):
                took, busy = answer(product, f"{path}{days}{mark}")
                # The first round warms the machine up.
                if number > 0:
                    found["pages"][name].append(took)
                    found["busy"][name].append(busy)
    for product, found in zip(products, asked):
        for key in ("pages", "busy"):
            found[key] = {name: median(took) for name, took in found[key].items()}
        found["memory"] = {name: {key: memory_mb(pid, key) for key in ("VmRSS", "VmHWM")}
                           for name, pid in parts(product).items()}
    return asked


def parts(product):
    """Process ids of server and engine."""
    groups = product.groups()
    return {"server": groups["server"][0], "engine": groups["engine"][0]}


def answer(product, path):
    """Seconds until the last byte of an answer, and those that server and engine were busy for it."""
    pids = parts(product).values()
    used, started = cpu_seconds(pids), time.monotonic()
    connection = http.client.HTTPConnection(product.address, timeout=600)
    connection.request("GET", path)
    given = connection.getresponse()
    given.read()
    took = time.monotonic() - started
    connection.close()
    if given.status != 200:
        raise RuntimeError(f"{path}: {given.status}")
    return took, cpu_seconds(pids) - used


def rounds_of_new_events(products, months, end, people):
    """Of each product medians over rounds of new events: milliseconds from the first request until
    conversations are made, those until the last 200, and those that server and engine were busy."""
    found = [[] for _ in products]
    for number in range(ROUNDS + 1):
        for product, of_it, rounds in zip(products, months, found):
            one = one_round(product, number, end, people, of_it)
            # Here too the first one warms up.
            if number > 0:
                rounds.append(one)
    return [{key: median(one[key] for one in rounds) for key in rounds[0]} for rounds in found]


def one_round(product, number, end, people, months):
    """One round: 1,000 events of 250 new people and of as many from all over the history."""
    chance = random.Random(number)
    since = int(end.timestamp() * 1000) + number * ROUND_MS
    wanted = [person(chance.randrange(people), chance.randrange(months)) for _ in range(NEW // 4)]
    asked = ", ".join(f"'{one}'" for one in set(wanted))
    known = product.rows(f"SELECT page_id, person_id FROM people WHERE person_id IN ({asked})")
    page = known[0][0]
    new = [(page, f"{NEW_PEOPLE}{number:05}{place:06}") for place in range(NEW // 4)]
    who = [one for pair in zip(new, chance.choices(known, k=len(new))) for one in pair]
    bodies = webhooks(who, number, since)
    processes = parts(product).values()
    # Of everybody new there is a conversation, and nobody waits to be looked at.
    is_done = (
        f"SELECT (SELECT count() FROM conversations WHERE opened_at >= "
        f"fromUnixTimestamp64Milli({since}) AND opened_at < "
        f"fromUnixTimestamp64Milli({since + ROUND_MS}) AND startsWith(person_id, '{NEW_PEOPLE}')) = "
        f"{len(new)} AND (SELECT sum(pending) FROM changed_batches) = 0")
    connection = http.client.HTTPConnection(product.address, timeout=60)
    used, started = cpu_seconds(processes), time.monotonic()
    for body in bodies:
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        connection.request("POST", "/webhooks/meta", body,
                           {"X-Hub-Signature-256": f"sha256={digest}"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"a webhook was answered with {answer.status}")
    posted = time.monotonic()
    while not product.number(is_done):
        if time.monotonic() - posted > PATIENCE:
            raise RuntimeError(f"conversations were not made within {PATIENCE} s")
        time.sleep(LOOK_EVERY)
    done = time.monotonic()
    return {"whole": (done - started) * 1e3, "posting": (posted - started) * 1e3,
            "busy": (cpu_seconds(processes) - used) * 1e3}


def webhooks(who, number, since):
    """A message of each, and its answer."""
    entries = []
    for place, (page, who_writes) in enumerate(who):
        for kind, after in STAGE.items():
            at = since + place * ROUND_MS // len(who) + after
            sides = (who_writes, page) if kind == "message" else (page, who_writes)
            message = {"mid": f"m_{number}_{place}_{kind}", "text": "x"}
            if kind == "echo":
                message["is_echo"] = True
            item = {"sender": {"id": sides[0]}, "recipient": {"id": sides[1]}, "timestamp": at,
                    "message": message}
            entries.append({"id": page, "time": at, "messaging": [item]})
    # A page of Instagram sends webhooks of its own kind.
    bodies = []
    for kind in ("page", "instagram"):
        of_kind = [one for one in entries if one["id"].startswith("178") == (kind == "instagram")]
        for begin in range(0, len(of_kind), ITEMS):
            body = {"object": kind, "entry": of_kind[begin:begin + ITEMS]}
            bodies.append(json.dumps(body).encode())
    return bodies
