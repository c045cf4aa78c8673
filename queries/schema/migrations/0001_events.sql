-- One row an event of one person (or of none, for what happens to a Page alone).
-- Order: a person's events lie together, in time. Two deliveries of one event are two rows with
-- the same event_id until a merge; readers take one of them (LIMIT 1 BY event_id), so a figure
-- never depends on merges. Of duplicates the one that came in first stays.
-- Money: value is in units of currency, four decimals.
CREATE TABLE IF NOT EXISTS events
(
    event_id    UUID                   COMMENT 'identity: the same for every delivery of one event',
    channel     LowCardinality(String) COMMENT 'messenger, instagram or whatsapp',
    page_id     LowCardinality(String) COMMENT 'Page or Instagram account',
    person_id   String                 COMMENT 'PSID or IGSID; user_ref:... while only a plugin knows the person' CODEC(ZSTD(1)),
    time        DateTime64(3, 'UTC')   COMMENT 'when it happened' CODEC(Delta, ZSTD(1)),
    time_origin LowCardinality(String) COMMENT 'where time is from: event, entry (webhook entry), receipt, or clamped (receipt, because its own is impossible)',
    place       UInt32                 COMMENT 'place in its delivery: orders events of one millisecond' CODEC(T64, ZSTD(1)),
    received_at DateTime64(3, 'UTC')   COMMENT 'when it came in' CODEC(Delta, ZSTD(1)),
    kind        LowCardinality(String) COMMENT 'message, echo, postback, referral, opt_in, delivery, read, conversion, other',
    name        LowCardinality(String) COMMENT 'wire name of an other event; goal of a conversion',
    mid         String                 COMMENT 'message id of Meta' CODEC(ZSTD(1)),
    payload     String                 COMMENT 'payload of a postback or quick reply' CODEC(ZSTD(1)),
    text        String                 COMMENT 'message text; empty unless the configuration keeps it' CODEC(ZSTD(3)),
    app_id      LowCardinality(String) COMMENT 'app that sent an echo',
    source      LowCardinality(String) COMMENT 'door: ad, link, qr, ...; empty if the event carries none',
    source_name LowCardinality(String) COMMENT 'the door on the wire: ADS, SHORTLINK, ...',
    ref         String                 COMMENT 'referral parameter as it came' CODEC(ZSTD(1)),
    ad_id       String                 COMMENT 'ad of the referral' CODEC(ZSTD(1)),
    ad_title    String                 COMMENT 'title of the ad''s creative' CODEC(ZSTD(1)),
    post_id     String                 COMMENT 'post of the ad or the comment' CODEC(ZSTD(1)),
    referer_uri String                 COMMENT 'page the visitor was on (chat plugin)' CODEC(ZSTD(1)),
    value       Nullable(Decimal(18, 4)) COMMENT 'what a conversion was worth',
    currency    LowCardinality(String) COMMENT 'ISO 4217; empty without value',
    raw         String                 COMMENT 'the event''s own JSON' CODEC(ZSTD(3)),
    version     UInt64                 COMMENT '2^64-1 minus time of receipt and row in its block: of duplicates the first wins' CODEC(ZSTD(1)),
    INDEX by_time time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(time)
ORDER BY (page_id, person_id, time, event_id)
SETTINGS non_replicated_deduplication_window = 1000
