-- What reports said of consent: of a report the row with the highest version counts (read with FINAL). A
-- correction that says nothing of it changes nothing.
CREATE TABLE IF NOT EXISTS report_consents
(
    report_id String  COMMENT 'the reporter''s id',
    consent   UInt8   COMMENT '1: Meta may be told, 0: it may not',
    version   UInt128 COMMENT 'version of the report that said so'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY report_id
SETTINGS index_granularity = 512, non_replicated_deduplication_window = 1000
