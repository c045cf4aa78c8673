-- One row an event of one person (or of none, for what happens to a Page alone), in small granules, so that one
-- person's events can be read without those of hundreds of others.
-- Order: a person's events lie together, in time. Two deliveries of one event are two rows with
-- the same event_id until a merge; readers take one of them (LIMIT 1 BY event_id), so a figure
-- never depends on merges. Of duplicates the one that came in first stays.
-- Money: value is in units of currency, four decimals.
CREATE TABLE IF NOT EXISTS events_by_person
(
    event_id    UUID                     COMMENT 'identity: the same for every delivery of one event' CODEC(NONE),
    channel     LowCardinality(String)   COMMENT 'messenger, instagram or whatsapp' CODEC(ZSTD(1)),
    page_id     LowCardinality(String)   COMMENT 'Page or Instagram account' CODEC(ZSTD(1)),
    person_id   String                   COMMENT 'PSID or IGSID; user_ref:... while only a plugin knows the person' CODEC(ZSTD(3)),
    time        DateTime64(3, 'UTC')     COMMENT 'when it happened' CODEC(ZSTD(1)),
    time_origin LowCardinality(String)   COMMENT 'where time is from: event, entry (webhook entry), receipt, or clamped (receipt, because its own is impossible)' CODEC(ZSTD(1)),
    place       UInt32                   COMMENT 'place in its delivery: orders events of one millisecond' CODEC(T64, ZSTD(1)),
    received_at DateTime64(3, 'UTC')     COMMENT 'when it came in' CODEC(ZSTD(1)),
    kind        LowCardinality(String)   COMMENT 'message, echo, postback, referral, opt_in, delivery, read, conversion, other' CODEC(ZSTD(1)),
    name        LowCardinality(String)   COMMENT 'wire name of an other event; goal of a conversion' CODEC(ZSTD(1)),
    mid         String                   COMMENT 'message id of Meta' CODEC(ZSTD(1)),
    payload     String                   COMMENT 'payload of a postback or quick reply' CODEC(ZSTD(1)),
    text        String                   COMMENT 'message text; empty unless the configuration keeps it' CODEC(ZSTD(3)),
    app_id      LowCardinality(String)   COMMENT 'app that sent an echo' CODEC(ZSTD(1)),
    persona_id  LowCardinality(String)   COMMENT 'persona that an echo was sent as' CODEC(ZSTD(1)),
    tag         LowCardinality(String)   COMMENT 'message tag that an echo was sent under' CODEC(ZSTD(1)),
    source      LowCardinality(String)   COMMENT 'entry point: ad, link, qr, ...; empty if the event carries none' CODEC(ZSTD(1)),
    source_name LowCardinality(String)   COMMENT 'the entry point on the wire: ADS, SHORTLINK, ...' CODEC(ZSTD(1)),
    ref         String                   COMMENT 'referral parameter as it came' CODEC(ZSTD(1)),
    ad_id       String                   COMMENT 'ad of the referral' CODEC(ZSTD(1)),
    ad_title    String                   COMMENT 'title of the ad''s creative' CODEC(ZSTD(1)),
    post_id     String                   COMMENT 'post of the ad or the comment' CODEC(ZSTD(1)),
    referer_uri String                   COMMENT 'page the visitor was on (chat plugin)' CODEC(ZSTD(1)),
    value       Nullable(Decimal(18, 4)) COMMENT 'what a conversion was worth' CODEC(ZSTD(1)),
    currency    LowCardinality(String)   COMMENT 'ISO 4217; empty without value' CODEC(ZSTD(1)),
    raw         String                   COMMENT 'the event''s own JSON' CODEC(ZSTD(3)),
    version     UInt64                   COMMENT 'of rows of one event the highest counts: that which says most, then that which came in first' CODEC(ZSTD(1)),
    INDEX by_time time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(time)
ORDER BY (page_id, person_id, time, event_id)
SETTINGS
    index_granularity = 512,
    min_compress_block_size = 4096,
    non_replicated_deduplication_window = 1000
;

-- What came in and could not be understood: kept with its place and reason, to be replayed.
CREATE TABLE IF NOT EXISTS quarantine
(
    refusal_id  UUID                 COMMENT 'hash of body: the same item delivered twice is one refusal',
    received_at DateTime64(3, 'UTC') COMMENT 'when it came in',
    position    String               COMMENT 'journal segment and offset',
    place       String               COMMENT 'JSON path inside the webhook it came in',
    reason      String               COMMENT 'why it was refused',
    body        String               COMMENT 'the refused item as a webhook of its own' CODEC(ZSTD(3)),
    replayed_at DateTime64(3, 'UTC') COMMENT 'when it was understood after all; 1970 if it was not'
)
ENGINE = ReplacingMergeTree(replayed_at)
ORDER BY refusal_id
SETTINGS non_replicated_deduplication_window = 1000
;

-- How many events of webhooks came in, second deliveries too: a row for each webhook and quarter of an hour in which
-- its events happened. A webhook that is shipped again makes the same rows, which count once. Conversions that
-- rules make of events are not counted.
CREATE TABLE IF NOT EXISTS webhook_counts
(
    slot        DateTime('UTC')      COMMENT 'begin of the quarter of an hour' CODEC(DoubleDelta, ZSTD(1)),
    received_at DateTime64(3, 'UTC') COMMENT 'when the webhook came in' CODEC(Delta, ZSTD(1)),
    checksum    UInt32               COMMENT 'CRC-32 of the webhook''s body' CODEC(NONE),
    received    UInt64               COMMENT 'events that came in by it and were taken' CODEC(T64, ZSTD(1)),
    erased      UInt64               COMMENT 'events, reported conversions and refused items that were not taken: their person had been erased after them' CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (slot, received_at, checksum)
SETTINGS non_replicated_deduplication_window = 1000
;

-- People whom a plugin knew by a reference of its own before they had an id.
CREATE TABLE IF NOT EXISTS aliases
(
    page_id   LowCardinality(String) COMMENT 'Page or Instagram account',
    alias     String                 COMMENT 'user_ref:... of the plugin',
    person_id String                 COMMENT 'the same person''s id'
)
ENGINE = ReplacingMergeTree
ORDER BY (page_id, alias)
SETTINGS non_replicated_deduplication_window = 1000
;

-- Phone numbers and e-mail addresses that people shared with a tap, as hashes.
CREATE TABLE IF NOT EXISTS contacts
(
    hash      String                 COMMENT 'SHA-256, hexadecimal, normalized as Meta has audiences hashed',
    page_id   LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id String                 COMMENT 'person'
)
ENGINE = ReplacingMergeTree
ORDER BY (hash, page_id, person_id)
SETTINGS non_replicated_deduplication_window = 1000
;

-- Whose conversations have to be made again, and from when on: a row a block of events and person.
-- Which blocks are still to be worked off stands in changed_batches.
CREATE TABLE IF NOT EXISTS changed_people
(
    batch      UInt64                 COMMENT 'UTC microseconds of the block that changed them',
    page_id    LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id  String                 COMMENT 'person',
    since      DateTime64(3, 'UTC')   COMMENT 'the earliest of their events in the block',
    written_at DateTime DEFAULT now() COMMENT 'when the row was written; kept for a month'
)
ENGINE = MergeTree
ORDER BY (batch, page_id, person_id)
TTL written_at + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 1000
;

-- Blocks of changed people that have to be worked off. Worked off, a block gets a row with the
-- opposite: together they are nothing and vanish, so that the table stays small.
CREATE TABLE IF NOT EXISTS changed_batches
(
    batch   UInt64 COMMENT 'UTC microseconds of the block',
    people  UInt64 COMMENT 'people in it',
    pending Int64  COMMENT '1 when written, -1 when worked off'
)
ENGINE = SummingMergeTree(pending)
ORDER BY (batch, people)
SETTINGS non_replicated_deduplication_window = 1000
