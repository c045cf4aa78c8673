-- Goals: a row an edit, of which that with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS goals
(
    name       String               COMMENT 'by which it is known',
    definition String               COMMENT 'its keys, as JSON',
    made_by    String               COMMENT 'user or token who wrote it last',
    made_at    DateTime64(3, 'UTC') COMMENT 'when',
    version    UInt64               COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8                COMMENT '1: it was removed'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
