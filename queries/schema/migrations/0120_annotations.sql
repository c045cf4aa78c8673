-- What somebody wrote of a day: a row an edit, of which that with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS annotations
(
    id         String                 COMMENT 'its number',
    day        Date                   COMMENT 'the day that it is about, in the zone of the settings',
    text       String                 COMMENT 'what somebody wrote',
    page_id    LowCardinality(String) COMMENT 'the Page that it is about; empty: all',
    made_by    String                 COMMENT 'user or token who wrote it',
    made_at    DateTime64(3, 'UTC')   COMMENT 'when it was written',
    version    UInt64                 COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8                  COMMENT '1: it was removed'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 1000
