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
