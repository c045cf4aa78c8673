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
