// The webhook as an express service: checks the signature, collects rows in memory, answers 200,
// and inserts each second or 10,000 rows. Settings: PORT, CLICKHOUSE_PORT, APP_SECRET, WORKERS.
"use strict";

const cluster = require("node:cluster");
const { createHmac, timingSafeEqual } = require("node:crypto");
const { createClient } = require("@clickhouse/client");
const express = require("express");

const ROWS = 10_000;
const MILLISECONDS = 1000;
const SECRET = process.env.APP_SECRET;
// The first of these keys that an item has is its kind.
const KINDS = { message: "message", postback: "postback", referral: "referral", optin: "opt_in",
  delivery: "delivery", read: "read" };

const client = createClient({
  url: `http://127.0.0.1:${process.env.CLICKHOUSE_PORT}`,
  // It batches by itself: the server need not wait for more.
  clickhouse_settings: { async_insert: 0, date_time_input_format: "best_effort" },
});

let waiting = [];
let inserting = null;

/** Takes what has piled up; puts it back if ClickHouse refuses, to be tried again. */
async function insert() {
  if (inserting || waiting.length === 0) return inserting;
  const values = waiting;
  waiting = [];
  inserting = client.insert({ table: "events", values, format: "JSONEachRow" })
    .catch((error) => {
      console.error(`${values.length} rows have to wait: ${error.message}`);
      waiting = values.concat(waiting);
    })
    .finally(() => { inserting = null; });
  return inserting;
}

function isSigned(body, signature) {
  const digest = Buffer.from(`sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`);
  const given = Buffer.from(signature ?? "");
  return digest.length === given.length && timingSafeEqual(digest, given);
}

function receive(request, response) {
  if (!isSigned(request.body, request.get("x-hub-signature-256"))) return response.sendStatus(401);
  let rows;
  try {
    rows = rowsOf(JSON.parse(request.body));
  } catch {
    return response.sendStatus(400);
  }
  waiting.push(...rows);
  if (waiting.length >= ROWS) insert();
  response.type("text/plain").send("EVENT_RECEIVED");
}

function rowsOf(body) {
  const received_at = new Date().toISOString();
  return body.entry.flatMap((entry) => [
    ...(entry.messaging ?? []).map((item) => rowOf(received_at, entry.id, item)),
    ...(entry.changes ?? []).map((change) => ({
      received_at, time: instant(entry.time), page_id: entry.id,
      person_id: change.value?.from?.id ?? "", kind: "other", raw: JSON.stringify(change),
    })),
  ]);
}

function rowOf(received_at, page_id, item) {
  const { message, postback } = item;
  const isEcho = message?.is_echo;
  const key = Object.keys(KINDS).find((key) => key in item);
  const referral = item.referral ?? message?.referral ?? postback?.referral;
  return {
    received_at, time: instant(item.timestamp), page_id,
    person_id: isEcho ? item.recipient.id : item.sender.id,
    kind: isEcho ? "echo" : KINDS[key] ?? "other",
    mid: message?.mid ?? postback?.mid ?? "",
    payload: postback?.payload ?? message?.quick_reply?.payload ?? "",
    source: referral?.source ?? "", ref: referral?.ref ?? "", ad_id: referral?.ad_id ?? "",
    raw: JSON.stringify(item),
  };
}

const instant = (milliseconds) => new Date(milliseconds).toISOString();

function serve() {
  const app = express();
  app.disable("x-powered-by");
  app.post("/webhooks/meta", express.raw({ type: () => true, limit: "8mb" }), receive);
  const server = app.listen(Number(process.env.PORT), "127.0.0.1");
  const timer = setInterval(insert, MILLISECONDS);
  process.on("SIGTERM", async () => {
    server.close();
    server.closeAllConnections();
    clearInterval(timer);
    await inserting;
    await insert();
    process.exit(0);
  });
}

function lead() {
  for (let n = 0; n < Number(process.env.WORKERS); n += 1) cluster.fork();
  process.on("SIGTERM", () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill("SIGTERM");
    cluster.on("exit", () => Object.keys(cluster.workers).length || process.exit(0));
  });
}

if (cluster.isPrimary) lead();
else serve();
