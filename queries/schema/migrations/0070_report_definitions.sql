-- Reports that were written on the page: a row an edit, of which that with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS report_definitions
(
    name       String COMMENT 'name of the report',
    definition String COMMENT 'its keys, as JSON',
    version    UInt64 COMMENT 'UTC microseconds of the edit',
    is_deleted UInt8  COMMENT '1: it was removed'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY name
SETTINGS non_replicated_deduplication_window = 1000
