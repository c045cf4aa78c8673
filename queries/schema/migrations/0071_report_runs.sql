-- What became of each run of a report: the row with the highest version counts (read with FINAL).
CREATE TABLE IF NOT EXISTS report_runs
(
    report     LowCardinality(String)           COMMENT 'name of the report',
    run        String                           COMMENT 'the report and when it was due; of a run by hand, when it was asked for',
    due_at     DateTime64(3, 'UTC')             COMMENT 'the instant that its range ends by',
    by_hand    UInt8                            COMMENT '1: somebody asked for it; 0: it was scheduled',
    status     LowCardinality(String)           COMMENT 'running, done, failed (it is tried again) or given_up',
    attempt    UInt32                           COMMENT 'how often it was begun',
    started_at DateTime64(3, 'UTC')             COMMENT 'when it was begun last',
    ended_at   Nullable(DateTime64(3, 'UTC'))   COMMENT 'when it ended',
    told       String                           COMMENT 'definition, range, watermark and files, as JSON: the side file',
    error      String                           COMMENT 'why it failed',
    version    UInt64                           COMMENT 'UTC microseconds of the change'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (report, run)
SETTINGS non_replicated_deduplication_window = 1000
