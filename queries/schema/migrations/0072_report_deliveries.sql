-- What became of each delivery of a run: the row with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS report_deliveries
(
    report      LowCardinality(String) COMMENT 'name of the report',
    run         String                 COMMENT 'the run',
    destination LowCardinality(String) COMMENT 'where to',
    status      LowCardinality(String) COMMENT 'sending, sent, failed (it is tried again) or uncertain (it may have arrived and is not sent again)',
    error       String                 COMMENT 'why it failed',
    changed_at  DateTime64(3, 'UTC')   COMMENT 'when',
    version     UInt64                 COMMENT 'UTC microseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (report, run, destination)
SETTINGS non_replicated_deduplication_window = 1000
