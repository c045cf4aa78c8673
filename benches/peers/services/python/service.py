"""The webhook as a FastAPI service: checks the signature, collects rows in memory, answers 200, and
inserts each second or 10,000 rows. Started by uvicorn; `CLICKHOUSE_PORT` and `APP_SECRET` are its
settings.
"""

import asyncio
import contextlib
import hashlib
import hmac
import logging
import os
from datetime import datetime, timezone

import clickhouse_connect
import orjson
from fastapi import FastAPI, HTTPException, Request, Response

ROWS = 10_000
SECONDS = 1.0
COLUMNS = ["received_at", "time", "page_id", "person_id", "kind", "mid", "payload", "source",
           "ref", "ad_id", "raw"]
SECRET = os.environ["APP_SECRET"].encode()
# The first of these keys that an item has is its kind.
KINDS = {"message": "message", "postback": "postback", "referral": "referral", "optin": "opt_in",
         "delivery": "delivery", "read": "read"}

waiting = []
enough = asyncio.Event()


async def insert_for_ever(ending):
    """Takes what has piled up; puts it back if ClickHouse refuses, to be tried again."""
    # It batches by itself: the server need not wait for more.
    client = await clickhouse_connect.get_async_client(
        host="127.0.0.1", port=int(os.environ["CLICKHOUSE_PORT"]), settings={"async_insert": 0},
    )
    while waiting or not ending.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(enough.wait(), SECONDS)
        enough.clear()
        rows = waiting[:]
        waiting.clear()
        if not rows:
            continue
        try:
            await client.insert("events", rows, column_names=COLUMNS)
        except Exception:
            logging.exception("%d rows have to wait", len(rows))
            waiting[:0] = rows
            await asyncio.sleep(SECONDS)
    await client.close()


@contextlib.asynccontextmanager
async def lifespan(_app):
    ending = asyncio.Event()
    inserting = asyncio.create_task(insert_for_ever(ending))
    yield
    ending.set()
    enough.set()
    await inserting


app = FastAPI(lifespan=lifespan)


@app.post("/webhooks/meta")
async def webhook(request: Request):
    body = await request.body()
    digest = "sha256=" + hmac.digest(SECRET, body, hashlib.sha256).hex()
    if not hmac.compare_digest(digest, request.headers.get("x-hub-signature-256", "")):
        raise HTTPException(401)
    try:
        waiting.extend(rows_of(orjson.loads(body)))
    except (ValueError, KeyError, TypeError) as error:
        raise HTTPException(400) from error
    if len(waiting) >= ROWS:
        enough.set()
    return Response("EVENT_RECEIVED", media_type="text/plain")


def rows_of(body):
    now = datetime.now(timezone.utc)
    for entry in body["entry"]:
        for item in entry.get("messaging", ()):
            yield row_of(now, entry["id"], item)
        for change in entry.get("changes", ()):
            value = change.get("value", {})
            yield (now, instant(entry["time"]), entry["id"], value.get("from", {}).get("id", ""),
                   "other", "", "", "", "", "", orjson.dumps(change).decode())


def row_of(now, page, item):
    message, postback = item.get("message", {}), item.get("postback", {})
    kind = next((kind for key, kind in KINDS.items() if key in item), "other")
    person = item["sender"]["id"]
    if message.get("is_echo"):
        kind, person = "echo", item["recipient"]["id"]
    referral = item.get("referral") or message.get("referral") or postback.get("referral") or {}
    payload = postback.get("payload") or message.get("quick_reply", {}).get("payload", "")
    return (now, instant(item["timestamp"]), page, person, kind,
            message.get("mid") or postback.get("mid", ""), payload, referral.get("source", ""),
            referral.get("ref", ""), referral.get("ad_id", ""), orjson.dumps(item).decode())


def instant(milliseconds):
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
