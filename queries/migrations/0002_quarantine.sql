-- What came in and could not be understood: kept with its place and reason, to be replayed.
CREATE TABLE IF NOT EXISTS quarantine
(
    refusal_id  UUID                 COMMENT 'hash of place and text: the same delivery twice is one refusal',
    received_at DateTime64(3, 'UTC') COMMENT 'when it came in',
    position    String               COMMENT 'journal segment and offset',
    place       String               COMMENT 'JSON path inside the body',
    reason      String               COMMENT 'why it was refused',
    raw         String               COMMENT 'the refused part' CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
ORDER BY (received_at, refusal_id)
SETTINGS non_replicated_deduplication_window = 1000
